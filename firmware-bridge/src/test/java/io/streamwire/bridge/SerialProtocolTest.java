package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Codec and capability lines against the golden vectors that the firmware keeps to. */
class SerialProtocolTest {

    private static final String OF_HOST = ">";
    private static final String OF_BOARD = "<!";

    static Stream<JsonNode> crcs() {
        return GoldenVectors.of("crc");
    }

    static Stream<JsonNode> lines() {
        return GoldenVectors.of("lines");
    }

    static Stream<JsonNode> streams() {
        return GoldenVectors.of("streams");
    }

    static Stream<JsonNode> dialogues() {
        return GoldenVectors.of("dialogues");
    }

    @ParameterizedTest
    @MethodSource("crcs")
    void theCrcIsTheBoards(JsonNode vector) {
        assertThat(Crc16.hex(vector.required("text").asText()))
                .isEqualTo(vector.required("crc").asText());
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aLineIsReadOrDropped(JsonNode vector) {
        var sigils = vector.required("from").asText().equals("host") ? OF_HOST : OF_BOARD;
        var body = vector.required("body");

        var read = new Read(sigils, latin(vector.required("line").asText() + "\n"));

        assertThat(read.bodies()).isEqualTo(body.isNull() ? List.of() : List.of(body.asText()));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aLineIsWrittenAsItIsRead(JsonNode vector) {
        var line = vector.required("line").asText();
        var body = vector.required("body");
        if (body.isNull() || line.endsWith("\r") || line.startsWith(" ")) {
            return;
        }

        var written = new Line(line.charAt(0), body.asText()).bytes();

        assertThat(new String(written, StandardCharsets.US_ASCII)).isEqualTo(line + "\n");
    }

    @ParameterizedTest
    @MethodSource("streams")
    void whateverComesThereAreTheSameLines(JsonNode vector) {
        var sigils = vector.required("to").asText().equals("board") ? OF_HOST : OF_BOARD;

        var read = new Read(sigils, GoldenVectors.bytes(vector.required("bytes").asText()));

        assertThat(read.bodies())
                .isEqualTo(Json.mapper().convertValue(vector.required("bodies"), List.class));
        assertThat(read.reader.dropped()).isEqualTo(vector.required("dropped").asLong());
    }

    @ParameterizedTest
    @MethodSource("dialogues")
    void everyLineOfABoardIsUnderstood(JsonNode vector) {
        for (var step : vector.required("steps")) {
            if (!step.has("board")) {
                continue;
            }
            var read = new Read(OF_BOARD, latin(step.path("board").asText() + "\n"));

            assertThat(read.lines).hasSize(1);
            var line = read.lines.getFirst();
            assertThat(line.sigil() == Line.EVENT || Reply.parse(line).isPresent()).isTrue();
        }
    }

    @Test
    void capabilityLinesMakeTheDocument() {
        var board = GoldenVectors.all().required("board");
        var lines =
                StreamSupport.stream(board.required("caps").spliterator(), false)
                        .map(JsonNode::asText)
                        .toList();

        var parsed = CapabilityLines.parse(lines);

        assertThat(parsed.uuid()).hasToString(board.required("uuid").asText());
        assertThat(Json.read(Json.write(parsed.capabilities()), JsonNode.class))
                .isEqualTo(board.required("describe"));
        assertThat(parsed.channel("motor_back")).contains(2);
        assertThat(parsed.channel("nothing")).isEmpty();
    }

    @Test
    void linesThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> CapabilityLines.parse(List.of("fw 1.0.0")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CapabilityLines.parse(List.of("ch 0 lamp relay -")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () -> CapabilityLines.parse(List.of("fw 1.0.0 uno x", "ch 0 lamp relay -")))
                .hasMessageContaining("lacks");
        assertThatThrownBy(() -> new Line(Line.COMMAND, "a*b"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "lim 0 9223372036854775807 0 100, not within",
        "lim 0 -1 0 100, not within",
        "lim 0 1000 0 101, not within",
        "arg 0 0 level 0 2147483648 %, not within",
        "arg 0 0 level 5 4 %, not within",
        "arg 0 1 level 0 1 %, lacks its argument 0",
        "arg 0 0 Level 0 1 %, no name",
        "ch 256 fan relay -, not within",
        "ch 0 lamp relay Air, no name",
        "fw 1.0.0 Uno x, no board",
        "fw  uno x, no firmware version"
    })
    void whatNoCommandCanSayIsRefused(String line, String why) {
        var lines = new ArrayList<>(List.of("fw 1.0.0 uno x", "ch 0 lamp relay -", "lim 0 1 0 1"));
        assertThat(CapabilityLines.parse(lines).capabilities().commands()).hasSize(1);
        lines.add(line);

        assertThatThrownBy(() -> CapabilityLines.parse(lines))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void twoChannelsHaveTwoNames() {
        assertThatThrownBy(() ->
                        CapabilityLines.parse(
                                List.of(
                                        "fw 1.0.0 uno x",
                                        "ch 0 lamp relay -",
                                        "lim 0 1 0 1",
                                        "ch 1 lamp relay -",
                                        "lim 1 1 0 1")))
                .hasMessage("two channels are lamp");
    }

    @Test
    void aBoardWhoseCommandsFitIntoNoLineIsRefused() {
        var lines = new ArrayList<>(List.of("fw 1.0.0 uno x", "ch 0 lamp relay -", "lim 0 1 0 1"));
        for (int arg = 0; arg < 3; arg++) {
            lines.add("arg 0 %d a%d -2147483648 2147483647 -".formatted(arg, arg));
        }
        assertThat(CapabilityLines.parse(lines).capabilities().commands()).hasSize(1);
        lines.add("arg 0 3 a3 -9 999999 -"); // 53 characters
        assertThat(CapabilityLines.parse(lines).capabilities().commands()).hasSize(1);
        lines.set(lines.size() - 1, "arg 0 3 a3 -9 9999999 -");

        assertThatThrownBy(() -> CapabilityLines.parse(lines))
                .hasMessage("a command for lamp may have 54 characters, more than 53");
    }

    @Test
    void noDamageMakesAnotherLine() {
        var random = new Random(1);
        var good = new Line(Line.REPLY, "7 OK 20450").bytes();
        var damagedOnes = 0;

        for (int round = 0; round < 200_000; round++) {
            var damaged = good.clone();
            var places = 1 + random.nextInt(3);
            for (int place = 0; place < places; place++) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            var read = new Read(OF_BOARD, damaged);
            for (var line : read.lines) {
                assertThat(line.body()).isEqualTo("7 OK 20450");
            }
            damagedOnes += read.lines.isEmpty() ? 1 : 0;
        }

        assertThat(damagedOnes).isGreaterThan(190_000);
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** What comes out of some bytes. */
    private static final class Read {
        private final List<Line> lines = new ArrayList<>();
        private final LineReader reader;

        Read(String sigils, byte[] bytes) {
            reader = new LineReader(sigils, lines::add);
            reader.read(bytes, bytes.length);
        }

        List<String> bodies() {
            return lines.stream().map(Line::body).toList();
        }
    }
}
