package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.bus.Script;
import io.streamwire.contract.Stream;
import io.streamwire.service.DeletedWorkspaces;
import io.streamwire.service.Role;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Rig.Extension.class)
class SafetyTest {

    private static final Script EPOCH =
            new Script("epoch", "return redis.call('HGET', KEYS[1], ARGV[1])");

    private final Rig rig;
    private final Member member;

    SafetyTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    private static List<UUID> ids(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(node -> UUID.fromString(node.asText()))
                .toList();
    }

    private String storedEpoch(UUID scope) {
        var partition = rig.bus.partition(member.workspace);
        return rig.bus
                .call(EPOCH, List.of(Stream.key(partition, "epochs")), List.of(scope.toString()))
                .join()
                .text(0);
    }

    @Test
    void aStopIsConfirmedByTheBoards() throws InterruptedException {
        var board = member.armedBoard();
        var spinning = member.command(board.deviceId(), Member.spin(60, 5_000)).text("/id");
        member.awaitState(board.deviceId(), spinning, "started");

        var stopped = member.with(Role.VIEWER).post("/devices/stop", null);

        assertThat(stopped.status()).isEqualTo(200);
        assertThat(ids(stopped.body().at("/confirmed"))).containsExactly(board.deviceId());
        assertThat(stopped.body().at("/unconfirmed")).isEmpty();
        member.awaitState(board.deviceId(), spinning, "aborted");
        assertThat(board.status().armed()).isFalse();
        assertThat(member.command(board.deviceId(), Member.spin(60, 20)).status()).isEqualTo(409);
        assertThat(storedEpoch(member.workspace)).isEqualTo(stopped.text("/epoch"));
    }

    @Test
    void boardsThatCannotAnswerAreNamed() throws InterruptedException {
        var board = member.armedBoard();
        var away = member.board();
        away.dropConnection(Duration.ofHours(1));
        Rig.await(
                "lost",
                () ->
                        member.get("/devices/" + away.deviceId() + "/status")
                                .text("/presence")
                                .equals("lost"));

        var stopped = member.post("/api/v1/devices/stop", null);

        assertThat(ids(stopped.body().at("/confirmed"))).containsExactly(board.deviceId());
        assertThat(ids(stopped.body().at("/unconfirmed"))).containsExactly(away.deviceId());
    }

    @Test
    void anUnknownDeviceKeepsNoOtherOneMoving() throws InterruptedException {
        var board = member.armedBoard();
        var stranger = UUID.randomUUID();

        var stopped =
                member.post(
                        "/devices/stop", Map.of("device_ids", List.of(stranger, board.deviceId())));

        assertThat(ids(stopped.body().at("/confirmed"))).containsExactly(board.deviceId());
        assertThat(
                        member.post("/devices/stop", Map.of("device_ids", List.of(stranger)))
                                .text("/code"))
                .isEqualTo("unknown_device");
    }

    @Test
    void aDeletedWorkspaceIsDisarmed() throws InterruptedException {
        var board = member.armedBoard();

        DeletedWorkspaces.add(rig.bus, member.workspace);

        Rig.await("disarmed", () -> !board.status().armed());
    }

    @Test
    void oneDeviceIsStoppedAndArmedAlone() throws InterruptedException {
        var board = member.board();
        var neighbour = member.board();
        member.arm(board, neighbour);
        var only = Map.of("device_ids", List.of(board.deviceId()));

        var stopped = member.post("/devices/stop", only);

        assertThat(ids(stopped.body().at("/confirmed"))).containsExactly(board.deviceId());
        assertThat(neighbour.status().armed()).isTrue();
        assertThat(member.command(board.deviceId(), Member.spin(60, 20)).status()).isEqualTo(409);

        assertThat(member.post("/devices/arm", only).status()).isEqualTo(200);

        Rig.await("armed again", () -> board.status().armed());
        assertThat(
                        member.command(board.deviceId(), Member.spin(60, 20), "Prefer", "wait=10")
                                .text("/state"))
                .isEqualTo("done");
    }

    @Test
    void armingAfterAStopWorksForBoardsThatRebootMeanwhile() throws InterruptedException {
        var board = member.armedBoard();
        member.post("/devices/stop", null);
        member.arm(board);

        board.reboot();

        member.ready(board.deviceId());
        Rig.await("armed after its reboot", () -> board.status().armed());
        assertThat(
                        member.command(board.deviceId(), Member.spin(60, 20), "Prefer", "wait=10")
                                .text("/state"))
                .isEqualTo("done");
    }

    @Test
    void aBoardThatComesAfterAStopStaysDisarmed() throws InterruptedException {
        var board = member.armedBoard();
        member.post("/devices/stop", null);

        board.reboot();

        Rig.await(
                "stopped by the retained message",
                () ->
                        member.get("/devices/" + board.deviceId() + "/status")
                                .text("/state")
                                .equals("stopped"));
        assertThat(board.status().armed()).isFalse();
    }

    @Test
    void aStopNeedsNeitherRedisNorPostgres() throws InterruptedException {
        var board = member.armedBoard();
        rig.redis.cut();
        rig.postgres.cut();
        Member.Answer stopped;
        try {
            var begin = System.nanoTime();
            stopped = member.post("/devices/stop", null);

            assertThat(stopped.status()).isEqualTo(200);
            assertThat(ids(stopped.body().at("/confirmed"))).containsExactly(board.deviceId());
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofSeconds(3));
            assertThat(member.post("/devices/arm", null).status()).isEqualTo(503);
        } finally {
            rig.redis.mend();
            rig.postgres.mend();
        }
        rig.awaitReady();

        Rig.await("stored", () -> storedEpoch(member.workspace).equals(stopped.text("/epoch")));
    }

    @Test
    void anArmingSurvivesARestart() throws InterruptedException {
        var board = member.armedBoard();

        rig.restart(() -> {});

        Rig.await(
                "armed",
                () ->
                        member.get("/devices/" + board.deviceId() + "/status")
                                .body()
                                .at("/armed")
                                .asBoolean());
        assertThat(
                        member.command(board.deviceId(), Member.spin(60, 20), "Prefer", "wait=10")
                                .text("/state"))
                .isEqualTo("done");
    }

    @Test
    void theSameKeyDoesNotArmAgainAfterAStop() throws InterruptedException {
        var board = member.board();
        var armed = member.post("/devices/arm", null, "Idempotency-Key", "evening");
        Rig.await("armed", () -> board.status().armed());
        member.post("/devices/stop", null);

        var again = member.post("/devices/arm", null, "Idempotency-Key", "evening");

        assertThat(again.body()).isEqualTo(armed.body());
        assertThat(board.status().armed()).isFalse();
    }

    @Test
    void armingIsBounded() {
        assertThat(member.post("/devices/arm", Map.of("for_ms", 13 * 3_600_000)).status())
                .isEqualTo(422);
        assertThat(
                        member.post(
                                        "/devices/arm",
                                        Map.of("device_ids", List.of(UUID.randomUUID())))
                                .text("/errors/0/pointer"))
                .isEqualTo("/device_ids/0");
        assertThat(member.with(Role.VIEWER).post("/devices/arm", null).status()).isEqualTo(403);
    }
}
