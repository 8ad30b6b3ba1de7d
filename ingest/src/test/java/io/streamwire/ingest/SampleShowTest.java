package io.streamwire.ingest;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.RoomChanged;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.ingest.recording.Recorded;
import io.streamwire.ingest.recording.RecordingHeader;
import io.streamwire.ingest.recording.RecordingLimits;
import io.streamwire.ingest.recording.RecordingReader;
import io.streamwire.ingest.recording.RecordingWriter;
import io.streamwire.liveroom.StagedShow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recording that comes with the product is what its generator makes. */
class SampleShowTest {

    private static final RecordingLimits LIMITS =
            RecordingLimits.of(1 << 20, 4 << 20, Duration.ofHours(12));
    private static final int LARGEST = 300_000;

    /** Not its packed bytes: those depend on the version of zlib. */
    @Test
    void itHoldsExactlyWhatItsGeneratorMakes(@TempDir Path directory) throws IOException {
        var made = directory.resolve("sample-show.swrec");
        write(made);
        var copy = Path.of("target", "sample-show.swrec");
        Files.copy(made, copy, StandardCopyOption.REPLACE_EXISTING);

        try (var expected = RecordingReader.open(made, LIMITS);
                var shipped = RecordingReader.of(SampleShow.bytes(), LIMITS)) {
            assertThat(shipped.header())
                    .as("copy %s to src/main/resources when the generator has changed", copy)
                    .isEqualTo(expected.header());
            assertThat(all(shipped)).isEqualTo(all(expected)).hasSizeGreaterThan(1_000);
            assertThat(shipped.whole()).isTrue();
            assertThat(shipped.summary().bytes()).isLessThan(LARGEST);
        }
    }

    @Test
    void everyMessageOfItBecomesAnEvent() throws IOException {
        var events = new ArrayList<LiveEvent>();
        try (var reader = RecordingReader.of(SampleShow.bytes(), LIMITS)) {
            Rehearsal.play(reader, Ids.next(), Ids.next(), 4 << 20, events::add);
        }

        var counts = events.stream().collect(groupingBy(LiveEvent::type, counting()));
        var sent =
                StagedShow.play().counts().entrySet().stream()
                        .collect(
                                toMap(
                                        count -> "tiktok." + count.getKey(),
                                        count -> count.getValue()));
        sent.merge("tiktok.gift", 1L, Long::sum); // the end that never came
        assertThat(counts).isEqualTo(sent);
        assertThat(sent).hasSize(12);
        assertThat(events.getLast().payload()).isEqualTo(new RoomChanged(RoomState.ENDED));
        assertThat(events)
                .filteredOn(event -> event.payload() instanceof GiftSent)
                .filteredOn(event -> !event.id().equals(ofMessage(event)))
                .hasSize(1);
    }

    private static UUID ofMessage(LiveEvent event) {
        return Ids.event(Long.toString(StagedShow.ROOM), Long.parseLong(event.msgId()));
    }

    private static void write(Path file) throws IOException {
        var header =
                RecordingHeader.of(
                        StagedShow.USERNAME,
                        Long.toString(StagedShow.ROOM),
                        StagedShow.START,
                        10_000);
        try (var writer = RecordingWriter.create(file, header)) {
            writer.append(new Recorded.Taken(StagedShow.START));
            writer.append(new Recorded.Opened(StagedShow.START, "direct"));
            var last = StagedShow.START;
            for (var shot : StagedShow.play().shots()) {
                last = StagedShow.START.plus(shot.at());
                writer.append(new Recorded.Frame(last, ByteString.copyFrom(shot.bytes())));
            }
            writer.append(new Recorded.Ended(last));
            var _ = writer.finish();
        }
    }

    private static List<Recorded> all(RecordingReader reader) throws IOException {
        var records = new ArrayList<Recorded>();
        for (var record = reader.next(); record != null; record = reader.next()) {
            records.add(record);
        }
        return records;
    }
}
