package io.streamwire.ingest.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.streamwire.contract.Json;
import io.streamwire.ingest.recording.RecordingException.Code;
import io.streamwire.ingest.webcast.Inbound.Damage;
import io.streamwire.ingest.webcast.Mutation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordingFormatTest {

    private static final Instant START = Instant.parse("2026-05-04T20:00:00.123456Z");
    private static final RecordingHeader HEADER =
            RecordingHeader.of("maker", "7400000000000000001", START, 10_000);
    private static final RecordingLimits LIMITS =
            new RecordingLimits(100_000, 4_000_000, 10_000, Duration.ofHours(1));

    @TempDir Path directory;
    private Path file = Path.of("");

    @BeforeEach
    void name() {
        file = directory.resolve("some.swrec");
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        var records = records(300, 1_000);

        var written = write(records, true);

        try (var reader = RecordingReader.open(file, LIMITS)) {
            assertThat(reader.header()).isEqualTo(HEADER);
            assertThat(reader.header().startedAt()).isEqualTo(START);
            assertThat(rest(reader)).isEqualTo(records);
            assertThat(reader.whole()).isTrue();
            assertThat(reader.summary()).isEqualTo(written);
        }
        assertThat(written.bytes()).isEqualTo(Files.size(file));
        assertThat(written.records()).isEqualTo(records.size());
        assertThat(written.frames()).isEqualTo(300);
        assertThat(written.sockets()).isEqualTo(1);
        assertThat(written.length()).isEqualTo(Duration.ofMillis(3_001));
        assertThat(RecordingReader.summary(file, LIMITS)).isEqualTo(written);
    }

    @Test
    void aTimeMayGoBackABit() throws IOException {
        var records =
                List.<Recorded>of(
                        new Recorded.Ticked(START.plusMillis(20)),
                        new Recorded.Ticked(START.plusMillis(10)));

        write(records, true);

        assertThat(read(Files.readAllBytes(file))).isEqualTo(records);
    }

    @Test
    void aFileThatWasCutShortIsReadUpToItsLastWholeBlock() throws IOException {
        var records = records(200, 2_000);
        write(records, true);
        var bytes = Files.readAllBytes(file);
        int most = 0;

        for (int length = bytes.length - 1; length > 200; length -= 4_001) {
            try (var reader = reader(Arrays.copyOf(bytes, length))) {
                var read = rest(reader);
                assertThat(reader.whole()).isFalse();
                assertThat(read).isEqualTo(records.subList(0, read.size()));
                most = Math.max(most, read.size());
            }
        }
        assertThat(most).isEqualTo(records.size());
    }

    @Test
    void aWriterThatDiedIsContinuedByTheNext() throws IOException {
        var records = records(200, 2_000);
        try (var writer = RecordingWriter.create(file, HEADER)) {
            for (var record : records.subList(0, 150)) {
                writer.append(record);
            }
            writer.flush();
            writer.append(records.get(199)); // never written: it died
        }
        var torn = Files.readAllBytes(file);
        Files.write(
                file, Arrays.copyOf(torn, torn.length + 100)); // a block of which the rest lacks

        try (var writer = RecordingWriter.resume(file, LIMITS)) {
            for (var record : records.subList(150, records.size())) {
                writer.append(record);
            }
            var _ = writer.finish();
        }

        try (var reader = RecordingReader.open(file, LIMITS)) {
            assertThat(rest(reader)).isEqualTo(records);
            assertThat(reader.whole()).isTrue();
        }
    }

    @Test
    void aFinishedFileCanBeContinuedToo() throws IOException {
        var records = records(100, 2_000);
        write(records.subList(0, 60), true);

        try (var writer = RecordingWriter.resume(file, LIMITS)) {
            for (var record : records.subList(60, records.size())) {
                writer.append(record);
            }
            var _ = writer.finish();
        }

        assertThat(read(Files.readAllBytes(file))).isEqualTo(records);
        assertThat(RecordingReader.summary(file, LIMITS).records()).isEqualTo(records.size());
    }

    @Test
    void twoNeverWriteTheSameFile() throws IOException {
        try (var _ = RecordingWriter.create(file, HEADER)) {
            assertThatThrownBy(() -> RecordingWriter.resume(file, LIMITS))
                    .isInstanceOf(RecordingBusyException.class);
        }
        try (var writer = RecordingWriter.resume(file, LIMITS)) {
            assertThat(writer.header()).isEqualTo(HEADER);
        }
    }

    @Test
    void aWrongByteAnywhereIsFound() throws IOException {
        write(records(12, 200), true);
        var bytes = Files.readAllBytes(file);

        for (int at = 0; at < bytes.length; at++) {
            var damaged = bytes.clone();
            damaged[at] ^= (byte) (1 << (at % 8));
            assertThat(isWhole(damaged)).as("byte %d of %d", at, bytes.length).isFalse();
        }
        assertThat(isWhole(bytes)).isTrue();
        assertThat(isWhole(Arrays.copyOf(bytes, bytes.length + 1))).isFalse();
    }

    @Test
    void nothingButItsOwnExceptionEscapesFromHostileBytes() throws IOException {
        write(records(12, 200), true);
        var bytes = Files.readAllBytes(file);
        int refused = 0;

        for (int seed = 0; seed < 2_000; seed++) {
            refused += isWhole(Mutation.of(bytes, new Random(seed))) ? 0 : 1;
        }

        assertThat(refused).isGreaterThan(1_500);
    }

    /** Checksums keep nobody from writing what he likes. */
    @Test
    void hostileBlocksWithGoodChecksumsAreRefused() throws IOException {
        for (int seed = 0; seed < 2_000; seed++) {
            var random = new Random(seed);
            var body = new byte[random.nextInt(40)];
            random.nextBytes(body);
            var type = seed % 3 == 0 ? Block.Type.HEADER : Block.Type.RECORDS;

            assertThat(isWhole(file(type, body))).as("seed %d", seed).isFalse();
        }
    }

    @Test
    void aBombIsNotUnpacked() {
        assertThatThrownBy(() -> read(file(Block.Type.RECORDS, new byte[20_000_000])))
                .isInstanceOfSatisfying(
                        RecordingException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(Code.RECORDING_LIMIT);
                            assertThat(e.position()).isPositive();
                        });
    }

    @Test
    void limitsHold() throws IOException {
        write(records(100, 500), true);
        var bytes = Files.readAllBytes(file);

        for (var tight :
                List.of(
                        new RecordingLimits(400, 4_000_000, 10_000, Duration.ofHours(1)),
                        new RecordingLimits(100_000, 10_000, 10_000, Duration.ofHours(1)),
                        new RecordingLimits(100_000, 4_000_000, 50, Duration.ofHours(1)),
                        new RecordingLimits(100_000, 4_000_000, 10_000, Duration.ofMillis(500)))) {
            assertThatThrownBy(
                            () -> {
                                try (var reader =
                                        RecordingReader.of(
                                                new ByteArrayInputStream(bytes), tight)) {
                                    rest(reader);
                                }
                            })
                    .as("%s", tight)
                    .isInstanceOfSatisfying(
                            RecordingException.class,
                            e -> assertThat(e.code()).isEqualTo(Code.RECORDING_LIMIT));
        }
    }

    @Test
    void anotherVersionIsRefusedByItsNumber() {
        var header =
                "{\"version\":2,\"username\":\"maker\",\"room_id\":\"7\",\"started_us\":5,"
                        + "\"streak_timeout_ms\":9}";
        var bytes =
                concat(
                        RecordingWriter.magic(),
                        Block.packed(Block.Type.HEADER, header.getBytes(StandardCharsets.UTF_8)));

        assertThatThrownBy(() -> read(bytes))
                .isInstanceOfSatisfying(
                        RecordingException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.RECORDING_VERSION));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "{\"version\":1,\"username\":\"\",\"room_id\":\"7\",\"started_us\":5,\"streak_timeout_ms\":9}",
                "{\"version\":1,\"username\":\"m\",\"room_id\":\"7\",\"started_us\":-5,\"streak_timeout_ms\":9}",
                "{\"version\":1,\"username\":\"m\",\"room_id\":\"9999999999999999999\",\"started_us\":5,\"streak_timeout_ms\":9}",
            })
    void badHeadersAreRefused(String header) {
        var bytes =
                concat(
                        RecordingWriter.magic(),
                        Block.packed(Block.Type.HEADER, header.getBytes(StandardCharsets.UTF_8)));

        assertThatThrownBy(() -> read(bytes))
                .isInstanceOfSatisfying(
                        RecordingException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.RECORDING_CORRUPT));
    }

    @Test
    void somethingElseIsNoRecording() {
        assertThatThrownBy(() -> read("{\"a\":1}".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOfSatisfying(
                        RecordingException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.NOT_A_RECORDING));
    }

    private static List<Recorded> records(int frames, int size) {
        var random = new Random(5);
        var records = new ArrayList<Recorded>();
        records.add(new Recorded.Taken(START));
        records.add(new Recorded.Opened(START, "direct"));
        for (int i = 1; i <= frames; i++) {
            var bytes = new byte[size];
            random.nextBytes(bytes);
            records.add(new Recorded.Frame(START.plusMillis(10L * i), ByteString.copyFrom(bytes)));
        }
        var last = START.plusMillis(10L * frames + 1);
        records.add(new Recorded.Damaged(last, Damage.OVERSIZE));
        records.add(new Recorded.Ticked(last));
        records.add(new Recorded.Closed(last, "closed by TikTok"));
        records.add(new Recorded.Ended(last));
        return records;
    }

    private RecordingSummary write(List<Recorded> records, boolean finish) throws IOException {
        try (var writer = RecordingWriter.create(file, HEADER)) {
            for (var record : records) {
                writer.append(record);
            }
            return finish ? writer.finish() : writer.summary();
        }
    }

    private static boolean isWhole(byte[] bytes) throws IOException {
        try {
            var _ = read(bytes);
            try (var reader = reader(bytes)) {
                var _ = reader.requireWhole();
                return true;
            }
        } catch (RecordingException e) {
            assertThat(e.position()).isBetween(0L, (long) bytes.length);
            return false;
        }
    }

    private static List<Recorded> read(byte[] bytes) throws IOException {
        try (var reader = reader(bytes)) {
            return rest(reader);
        }
    }

    private static RecordingReader reader(byte[] bytes) throws IOException {
        return RecordingReader.of(new ByteArrayInputStream(bytes), LIMITS);
    }

    private static List<Recorded> rest(RecordingReader reader) throws IOException {
        var records = new ArrayList<Recorded>();
        for (var record = reader.next(); record != null; record = reader.next()) {
            records.add(record);
        }
        return records;
    }

    private static byte[] file(Block.Type type, byte[] body) {
        return concat(
                RecordingWriter.magic(),
                Block.packed(Block.Type.HEADER, Json.writeBytes(HEADER)),
                Block.packed(type, body));
    }

    private static byte[] concat(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        var all = new byte[length];
        int at = 0;
        for (var part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}
