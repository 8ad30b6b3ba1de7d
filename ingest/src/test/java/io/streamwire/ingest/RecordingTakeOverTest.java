package io.streamwire.ingest;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.embedded.ServiceProcess;
import io.streamwire.ingest.recording.RecordingLimits;
import io.streamwire.ingest.recording.RecordingReader;
import io.streamwire.liveroom.Show;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A recording whose instance is killed goes on in the same file, with the next one. */
@Timeout(120)
class RecordingTakeOverTest {

    private static final String RECORDINGS = "/api/v1/livestreams/recordings";

    /** What waits for its block, a second or somewhat more, is lost with the process. */
    private static final Duration LOST = Duration.ofMillis(2_500);

    @Test
    void aKilledInstanceCostsASecondOfTheRecording(@TempDir Path directory) throws Exception {
        try (var stage = Stage.open()) {
            var room = stage.liveRoom.room("maker");
            var answer =
                    stage.owner()
                            .post(
                                    "/api/v1/livestreams/connect",
                                    "{\"username\":\"maker\",\"record\":true}");
            var id = answer.text("id");
            Await.until(() -> room.connections() == 1);
            Instant alive;
            Instant killed;
            try (var holder =
                            ServiceProcess.start(
                                    "io.streamwire.ingest.Main",
                                    "256m",
                                    stage.environment(),
                                    directory.resolve("holder.log"));
                    var show = room.play(Show.seeded(4).pace(200, 2))) {
                stage.ingest.close(); // hands over to the process
                Await.until(() -> room.connects() == 2 && room.connections() == 1);
                long before = show.messages();
                Await.until(() -> show.messages() > before + 900);

                alive = Instant.now();
                holder.kill();
                killed = Instant.now();

                stage.ingest = stage.another();
                Await.until(() -> room.connects() == 3 && room.connections() == 1);
                long after = show.messages();
                Await.until(() -> show.messages() > after + 300);
            }
            room.end(3);
            Await.until(() -> stage.state(id).equals("ended"));
            var listed = stage.owner().get(RECORDINGS).body().path("items");
            var recording = listed.get(0).path("id").asText();
            Await.until(() ->
                    stage.owner()
                            .get(RECORDINGS + "/" + recording)
                            .text("end_reason")
                            .equals("live_ended"));

            var played = new ArrayList<LiveEvent>();
            var limits = RecordingLimits.of(1 << 20, 4 << 20, Duration.ofHours(12));
            try (var reader = RecordingReader.open(stage.recording(recording), limits)) {
                Rehearsal.play(
                        reader, stage.workspaceId, UUID.fromString(id), 4 << 20, played::add);
                assertThat(reader.whole()).isTrue();
                assertThat(reader.summary().sockets()).isEqualTo(3);
            }

            // Only what a message said: the missing end of a streak depends on the second that is
            // lost.
            var sent =
                    room.sent().stream()
                            .map(message -> Ids.event(message.roomId(), message.msgId()))
                            .collect(toSet());
            var ids = played.stream().map(LiveEvent::id).filter(sent::contains).collect(toSet());
            Await.until(() -> stage.types(id).keySet().containsAll(ids));
            assertThat(ids).hasSizeGreaterThan(700);
            assertThat(stage.owner().export(id))
                    .filteredOn(event -> sent.contains(event.id()) && !ids.contains(event.id()))
                    .allSatisfy(event ->
                            assertThat(event.receivedAt())
                                    .isBetween(alive.minus(LOST), killed.plusMillis(100)));
        }
    }
}
