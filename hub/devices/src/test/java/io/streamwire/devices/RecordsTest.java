package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.virtualboard.VirtualBoard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What boards measure and write down. */
@ExtendWith(Rig.Extension.class)
class RecordsTest {

    private final Rig rig;
    private final Member member;

    RecordsTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    private record Board(UUID device, Mqtt5BlockingClient client) {}

    private Board board() {
        var device = member.device("Board");
        return new Board(device, rig.connect(device, member.token(device)));
    }

    private void measure(Board board, String body) {
        rig.publish(board.client(), Topics.telemetry(member.workspace, board.device()), body);
    }

    private void write(Board board, String body) {
        rig.publish(board.client(), Topics.log(member.workspace, board.device()), body);
    }

    private Member.Answer telemetry(Board board, String query) {
        return member.get("/devices/" + board.device() + "/telemetry" + query);
    }

    @Test
    void aHeartbeatIsKept() throws InterruptedException {
        var board = member.board();

        board.heartbeatEvery(Duration.ofMillis(50));

        Rig.await(
                "heartbeats",
                () ->
                        member.get("/devices/" + board.deviceId() + "/telemetry")
                                        .body()
                                        .at("/items")
                                        .size()
                                > 1);
        board.heartbeatEvery(Duration.ofSeconds(15));
    }

    @Test
    void whatABoardMeasuresIsListedTheNewestFirst() throws InterruptedException {
        var board = board();
        var now = System.currentTimeMillis();

        measure(
                board,
                "{\"items\":[{\"at\":%d,\"values\":{\"rssi_dbm\":-61.5}},{\"at\":%d,\"values\":{\"heap_b\":7}}]}"
                        .formatted(now - 2_000, now - 1_000));

        Rig.await("stored", () -> telemetry(board, "").body().at("/items").size() == 2);
        var first = telemetry(board, "?limit=1");
        assertThat(first.body().at("/items/0/values/heap_b").asDouble()).isEqualTo(7);
        var second = telemetry(board, "?limit=1&cursor=" + first.text("/next_cursor"));
        assertThat(second.body().at("/items/0/values/rssi_dbm").asDouble()).isEqualTo(-61.5);
        assertThat(second.body().has("next_cursor")).isFalse();
        assertThat(Member.owner(rig).get("/devices/" + board.device() + "/telemetry").status())
                .isEqualTo(404);
        board.client().disconnect();
    }

    @Test
    void halfACharacterAtTheEndOfALongLineCostsNoLineOfOthers() throws InterruptedException {
        var board = board();
        var other = board();
        var line = "x".repeat(499) + "\uD83D\uDE80 and more";

        write(board, "{\"items\":[{\"level\":\"info\",\"text\":\"%s\"}]}".formatted(line));
        write(other, "{\"items\":[{\"level\":\"info\",\"text\":\"mine\"}]}");

        var logs = "/devices/" + other.device() + "/logs";
        Rig.await("the other's", () -> member.get(logs).raw().body().contains("mine"));
        var cut = "/devices/" + board.device() + "/logs";
        Rig.await("its own", () -> member.get(cut).raw().body().contains("x".repeat(499)));
        board.client().disconnect();
        other.client().disconnect();
    }

    @Test
    void nonsenseAndFloodsAreDropped() throws InterruptedException {
        var board = board();
        var batch =
                IntStream.range(0, BoardRecords.MOST_ITEMS)
                        .mapToObj(i -> "{\"values\":{\"n\":" + i + "}}")
                        .collect(Collectors.joining(",", "{\"items\":[", "]}"));

        // They are counted by minutes of the clock.
        Rig.await("enough is left of it", () -> System.currentTimeMillis() % 60_000 < 55_000);
        measure(board, "{\"items\":[{\"values\":{\"n\":1e300}}]}");
        measure(board, "{\"items\":[{\"values\":{\"n\":\"NaN\"}}]}");
        measure(board, "{\"items\":[{\"values\":{\"Bad Name\":1}}]}");
        measure(board, "{\"items\":[{\"values\":{}}]}");
        measure(board, "{\"items\":null}");
        measure(board, "[" + "x".repeat(9_000));
        for (int message = 0; message < 6; message++) {
            measure(board, batch);
        }

        Rig.await("stored", () -> telemetry(board, "?limit=200").body().at("/items").size() > 100);
        write(board, "{\"items\":[{\"level\":\"info\",\"text\":\"after the flood\"}]}");
        var logs = "/devices/" + board.device() + "/logs";
        Rig.await(
                "log stored, so all before it is",
                () -> member.get(logs).raw().body().contains("after the flood"));
        var stored = telemetry(board, "?limit=200");
        var rest = telemetry(board, "?limit=200&cursor=" + stored.text("/next_cursor"));
        assertThat(stored.body().at("/items").size() + rest.body().at("/items").size())
                .isBetween(BoardRecords.MOST_ITEMS, BoardRecords.MOST_PER_MINUTE);
        board.client().disconnect();
    }

    @Test
    void eachStateOfACommandStandsInTheLog() throws InterruptedException {
        var board = member.armedBoard();
        var id =
                member.command(board.deviceId(), Member.spin(60, 20), "Prefer", "wait=10")
                        .text("/id");
        var path = "/devices/" + board.deviceId() + "/logs?limit=200";

        Rig.await("written down", () -> states(path, id).contains("started>done"));

        assertThat(states(path, id)).contains("null>queued");
        assertThat(member.get(path).body().at("/items"))
                .filteredOn(line -> line.at("/command_id").asText().equals(id))
                .isNotEmpty()
                .allMatch(line -> line.at("/command").asText().equals("motor_spin"));
        member.post("/devices/" + board.deviceId() + "/pause", null);
        var paused = member.command(board.deviceId(), Member.spin(60, 20)).text("/id");
        member.delete("/devices/" + board.deviceId() + "/commands");
        Rig.await(
                "cancelled",
                () ->
                        states(path, paused).contains("null>queued")
                                && states(path, paused).contains("queued>aborted:cancelled"));
    }

    /** What became of a command, the oldest first. */
    private String states(String path, String command) {
        var states = new ArrayList<String>();
        for (var line : member.get(path).body().at("/items")) {
            if (line.at("/command_id").asText().equals(command)) {
                var why = line.at("/reason").asText("");
                states.addFirst(
                        line.at("/from").asText("null")
                                + ">"
                                + line.at("/state").asText()
                                + (why.isEmpty() || why.equals("null") ? "" : ":" + why));
            }
        }
        return String.join(" ", states);
    }

    @Test
    void aBoardThatFlickersMakesFewRows() throws InterruptedException {
        var board = board();
        var path = "/devices/" + board.device();
        var describe = Topics.describe(member.workspace, board.device());
        for (int i = 1; i <= 200; i++) {
            rig.publish(
                    board.client(),
                    Topics.state(member.workspace, board.device()),
                    "{\"s\":\"ready\",\"boot\":%d,\"epoch\":0}".formatted(i));
            rig.publish(
                    board.client(),
                    describe,
                    Json.write(VirtualBoard.CAPABILITIES).replace("5000", "" + (3_000 + i)));
        }

        Rig.await(
                "the last one is written",
                () -> member.get(path + "/logs").text("/items/0/boot").equals("200"));
        assertThat(member.get(path + "/logs?limit=200").body().at("/items")).hasSizeLessThan(60);
        assertThat(member.get(path + "/capabilities").body().at("/version").asLong())
                .isLessThan(20);
        board.client().disconnect();
    }

    @Test
    void aBoardsLinesStandBesideItsStates() throws InterruptedException {
        var board = board();
        var path = "/devices/" + board.device() + "/logs";
        rig.publish(
                board.client(),
                Topics.state(member.workspace, board.device()),
                "{\"s\":\"ready\",\"boot\":1,\"epoch\":0}");

        write(board, "{\"items\":[{\"level\":\"warn\",\"text\":\"motor\\u0000 hot\\n\"}]}");

        Rig.await("both", () -> member.get(path).body().at("/items").size() == 2);
        var byKind = member.get(path).body().at("/items");
        var line = byKind.get(0).at("/kind").asText().equals("board") ? 0 : 1;
        assertThat(byKind.get(line).at("/text").asText()).isEqualTo("motor  hot");
        assertThat(byKind.get(line).at("/level").asText()).isEqualTo("warn");
        assertThat(byKind.get(1 - line).at("/kind").asText()).isEqualTo("status");
        assertThat(byKind.get(1 - line).at("/presence").asText()).isEqualTo("online");
        board.client().disconnect();
    }
}
