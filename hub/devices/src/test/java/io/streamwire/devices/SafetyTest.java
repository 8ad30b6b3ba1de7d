package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.bus.Script;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Stream;
import io.streamwire.contract.mqtt.BoardState.Phase;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.service.DeletedWorkspaces;
import io.streamwire.service.Role;
import io.streamwire.virtualboard.BoardAccess;
import io.streamwire.virtualboard.VirtualBoard;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void anUnpluggedBoardIsStoppedWhenItReturnsAndListedThen() throws InterruptedException {
        var board = member.board();
        var away = member.board();
        member.arm(board, away);
        away.dropConnection(Duration.ofSeconds(6));
        Rig.await("unplugged", () -> !away.status().connected());

        var stopped = member.with(Role.VIEWER).post("/devices/" + away.deviceId() + "/stop", null);

        assertThat(ids(stopped.body().at("/unconfirmed"))).containsExactly(away.deviceId());
        assertThat(board.status().armed()).isTrue();
        var follow = stopped.text("/follow");
        var before = member.get(follow);
        assertThat(before.text("/unconfirmed/0/device_id")).isEqualTo(away.deviceId().toString());
        assertThat(before.body().at("/complete").asBoolean()).isFalse();
        Rig.await("complete", () -> member.get(follow).body().at("/complete").asBoolean());
        assertThat(away.status().phase()).isEqualTo(Phase.STOPPED);
        var after = member.get(follow);
        assertThat(after.text("/confirmed/0/device_id")).isEqualTo(away.deviceId().toString());
        assertThat(Instant.parse(after.text("/confirmed/0/at")))
                .isAfter(Instant.parse(after.text("/at")));
    }

    @Test
    void aStopIsRememberedWithEveryConfirmationOverARestart() throws InterruptedException {
        var board = member.armedBoard();
        var follow = member.post("/devices/stop", null).text("/follow");
        Rig.await(
                "written down",
                () -> member.get("/devices/safety-log").body().at("/items").size() == 2);
        var log = member.get("/devices/safety-log");
        assertThat(log.body().at("/items/0/armed").asBoolean()).isFalse();
        assertThat(log.text("/items/0/by")).startsWith("user:");
        assertThat(log.body().at("/items/1/armed").asBoolean()).isTrue();
        assertThat(log.text("/items/1/until")).isNotEmpty();

        rig.restart(() -> {});

        Rig.await("found", () -> member.get(follow).body().at("/complete").asBoolean());
        var report = member.get(follow);
        assertThat(report.text("/confirmed/0/device_id")).isEqualTo(board.deviceId().toString());
        assertThat(report.text("/by")).isEqualTo(log.text("/items/0/by"));
    }

    @Test
    void aBoardStopsItsWorkspaceWithItsTokenAndMayDoNothingElse() throws InterruptedException {
        var board = member.armedBoard();
        var button = member.device("Button");
        var token = member.token(button);

        var stopped = member.as(token).post("/devices/stop", null);

        assertThat(ids(stopped.body().at("/confirmed"))).containsExactly(board.deviceId());
        var arming = member.get("/devices/arming").body();
        assertThat(arming.at("/workspace/by").asText()).isEqualTo("agent:" + button);
        assertThat(arming.at("/workspace/stopped_by").asText()).isEqualTo("agent");
        assertThat(member.as(token).post("/devices/arm", null).status()).isEqualTo(401);
        assertThat(member.as(token).get("/devices/arming").status()).isEqualTo(401);
        assertThat(member.as("no-token").post("/devices/stop", null).status()).isEqualTo(401);
    }

    @Test
    void aCommandIsStoppedWithItsDeviceUnlessItHasEnded() throws InterruptedException {
        var board = member.board();
        var neighbour = member.board();
        member.arm(board, neighbour);
        var path = "/devices/" + board.deviceId() + "/commands/";
        var done = member.command(board.deviceId(), Member.spin(60, 20), "Prefer", "wait=10");
        assertThat(member.post(path + done.text("/id") + "/stop", null).text("/outcome"))
                .isEqualTo("finished");
        var spinning = member.command(board.deviceId(), Member.spin(60, 5_000)).text("/id");
        member.awaitState(board.deviceId(), spinning, "started");

        var stopped = member.with(Role.VIEWER).post(path + spinning + "/stop", null);

        assertThat(stopped.text("/outcome")).isEqualTo("stopped");
        assertThat(ids(stopped.body().at("/stop/confirmed"))).containsExactly(board.deviceId());
        member.awaitState(board.deviceId(), spinning, "aborted");
        assertThat(neighbour.status().armed()).isTrue();
        assertThat(member.post(path + UUID.randomUUID() + "/stop", null).status()).isEqualTo(404);
    }

    @Test
    void everyBoardConfirmsAStopAtFullLoad() throws InterruptedException {
        var boards = new ArrayList<VirtualBoard>();
        for (var n = 0; n < 40; n++) {
            var device = member.device("Board " + n);
            boards.add(
                    rig.boards.add(
                            new BoardAccess(member.workspace, device, member.token(device))));
        }
        for (var board : boards) {
            member.ready(board.deviceId());
        }
        member.arm(boards.toArray(VirtualBoard[]::new));
        var unarmed = rig.recorder.totals().unarmed();
        var calls = new AtomicInteger();
        var busy = new AtomicBoolean(true);
        var load = new ArrayList<Thread>();
        for (var n = 0; n < 8; n++) {
            var first = n;
            load.add(
                    Thread.startVirtualThread(() -> {
                        for (var at = first; busy.get(); at += 8) {
                            var board = boards.get(at % boards.size()).deviceId();
                            member.command(board, Member.spin(60, 5));
                            calls.incrementAndGet();
                        }
                    }));
        }
        Rig.await("load", () -> calls.get() > 500);

        var stopped = member.post("/devices/stop", null);

        busy.set(false);
        for (var thread : load) {
            thread.join();
        }
        // The answer waits for 1.5 s only.
        var follow = stopped.text("/follow");
        Rig.await("complete", () -> member.get(follow).body().at("/complete").asBoolean());
        var report = member.get(follow).body();
        assertThat(report.at("/confirmed")).hasSize(boards.size());
        assertThat(report.at("/unconfirmed")).isEmpty();
        assertThat(boards).allMatch(board -> board.status().phase() == Phase.STOPPED);
        assertThat(rig.recorder.totals().unarmed()).isEqualTo(unarmed);
    }

    @Test
    void aTagIsStoppedAlone() throws InterruptedException {
        var board = member.board();
        var neighbour = member.board();
        member.arm(board, neighbour);
        var path = "/devices/" + board.deviceId();
        var version = member.get(path).raw().headers().firstValue("ETag").orElseThrow();
        member.patch(path, Map.of("tags", List.of("motors")), "If-Match", version);

        var stopped = member.post("/devices/tags/motors/stop", null);

        assertThat(ids(stopped.body().at("/confirmed"))).containsExactly(board.deviceId());
        assertThat(neighbour.status().armed()).isTrue();
        var again = member.post("/devices/stop", Map.of("tags", List.of("motors", "lamps")));
        assertThat(ids(again.body().at("/confirmed"))).containsExactly(board.deviceId());
        assertThat(member.post("/devices/tags/lamps/stop", null).status()).isEqualTo(404);
    }

    @Test
    void aGroupIsStoppedAlone() throws InterruptedException {
        var board = member.board();
        var neighbour = member.board();
        member.arm(board, neighbour);
        var group =
                member.post(
                        "/devices/groups",
                        Map.of("name", "Stage", "device_ids", List.of(board.deviceId())));
        var path = "/devices/groups/" + group.text("/id");

        var stopped = member.with(Role.VIEWER).post(path + "/stop", null);

        assertThat(ids(stopped.body().at("/confirmed"))).containsExactly(board.deviceId());
        assertThat(neighbour.status().armed()).isTrue();
        Rig.await(
                "written down",
                () ->
                        member.get("/devices/safety-log")
                                .text("/items/0/epoch")
                                .equals(stopped.text("/epoch")));
        assertThat(member.get(stopped.text("/follow")).body().at("/complete").asBoolean()).isTrue();
        var again = member.post("/devices/stop", Map.of("group_ids", List.of(group.text("/id"))));
        assertThat(ids(again.body().at("/confirmed"))).containsExactly(board.deviceId());
        assertThat(Member.owner(rig).post(path + "/stop", null).status()).isEqualTo(404);
        var version = group.raw().headers().firstValue("ETag").orElseThrow();
        assertThat(member.delete(path, "If-Match", version).status()).isEqualTo(204);
        assertThat(member.post(path + "/stop", null).status()).isEqualTo(404);
    }

    @Test
    void aGroupIsStoppedAtOnceByAnInstanceThatHasNotHeardOfIt() throws InterruptedException {
        var board = member.armedBoard();
        try (var bus = rig.connect();
                var another = rig.another(bus)) {
            var there = member.at(another);
            Rig.await(
                    "the device is known there",
                    () -> there.get("/devices/" + board.deviceId()).status() == 200);
            for (int number = 0; number < 10; number++) {
                var body = Map.of("name", "G" + number, "device_ids", List.of(board.deviceId()));
                var group = member.post("/devices/groups", body).text("/id");

                var stopped = there.post("/devices/groups/" + group + "/stop", null);

                assertThat(stopped.status()).isEqualTo(200);
            }
            assertThat(there.post("/devices/groups/" + Ids.next() + "/stop", null).status())
                    .isEqualTo(404);
        }
    }

    @Test
    void theSameKeyIsTheSameStopUntilSomebodyArms() throws InterruptedException {
        var board = member.armedBoard();
        var stopped = member.post("/devices/stop", null, "Idempotency-Key", "panic");

        var again = member.post("/devices/stop", null, "Idempotency-Key", "panic");

        assertThat(again.body()).isEqualTo(stopped.body());
        assertThat(storedEpoch(member.workspace)).isEqualTo(stopped.text("/epoch"));
        var other =
                member.post(
                        "/devices/" + board.deviceId() + "/stop", null, "Idempotency-Key", "panic");
        assertThat(other.body().at("/epoch").asLong())
                .isGreaterThan(stopped.body().at("/epoch").asLong());
        member.arm(board);
        var after = member.post("/devices/stop", null, "Idempotency-Key", "panic");
        assertThat(after.body().at("/epoch").asLong())
                .isGreaterThan(other.body().at("/epoch").asLong());
        assertThat(ids(after.body().at("/confirmed"))).containsExactly(board.deviceId());
        assertThat(board.status().armed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"device_ids\": [", "{}", "{\"device_ids\": [], \"tags\": []}"})
    void aBodyThatIsUnreadableOrNamesNobodyStopsEverything(String body)
            throws InterruptedException {
        var board = member.armedBoard();

        var stopped = member.post("/devices/stop", body);

        assertThat(ids(stopped.body().at("/confirmed"))).containsExactly(board.deviceId());
    }

    @Test
    void aBodyThatIsTooLargeForAnythingElseStopsEverything() throws InterruptedException {
        var board = member.armedBoard();

        var stopped = member.post("/devices/stop", "x".repeat(200_000));

        assertThat(ids(stopped.body().at("/confirmed"))).containsExactly(board.deviceId());
    }

    @Test
    void aPressedStopButtonHoldsUntilSomebodyArms() throws InterruptedException {
        var board = member.board();
        var neighbour = member.board();
        member.arm(board, neighbour);

        board.pressStop();

        var status = "/devices/" + board.deviceId() + "/status";
        Rig.await("latched", () -> member.get(status).text("/stopped_by").equals("hardware"));
        assertThat(member.command(board.deviceId(), Member.spin(60, 20)).status()).isEqualTo(409);
        assertThat(neighbour.status().armed()).isTrue();
        board.releaseStop();
        board.reboot();
        member.ready(board.deviceId(), "stopped");
        assertThat(board.status().armed()).isFalse();
        var arming = member.get("/devices/arming").body();
        assertThat(arming.at("/workspace/armed").asBoolean()).isTrue();
        var mine =
                StreamSupport.stream(arming.at("/items").spliterator(), false)
                        .filter(item ->
                                item.at("/device_id").asText().equals(board.deviceId().toString()))
                        .findFirst()
                        .orElseThrow();
        assertThat(mine.at("/arming/stopped_by").asText()).isEqualTo("hardware");
        assertThat(mine.at("/arming/by").asText()).isEqualTo("board:" + board.deviceId());
        assertThat(mine.at("/arming/since").asText()).isNotEmpty();

        member.arm(board, neighbour);

        assertThat(
                        member.command(board.deviceId(), Member.spin(60, 20), "Prefer", "wait=10")
                                .text("/state"))
                .isEqualTo("done");
    }

    @Test
    void anArmingDoesNotMoveABoardWhoseButtonIsDown() throws InterruptedException {
        var board = member.armedBoard();
        board.pressStop();
        var status = "/devices/" + board.deviceId() + "/status";
        Rig.await("latched", () -> member.get(status).text("/stopped_by").equals("hardware"));

        member.post("/devices/arm", null);

        Rig.await("latched again", () -> member.get(status).text("/stopped_by").equals("hardware"));
        assertThat(board.status().armed()).isFalse();
    }

    @Test
    void aStopThatNobodyGaveIsTheBoardsOwn() throws InterruptedException {
        var device = member.device("Board");
        var board = rig.connect(device, member.token(device));
        var armed = member.post("/devices/arm", null).body().at("/epoch").asLong();

        rig.publish(
                board,
                Topics.state(member.workspace, device),
                "{\"s\":\"stopped\",\"boot\":1,\"epoch\":" + armed + "}");

        var status = "/devices/" + device + "/status";
        Rig.await("latched", () -> member.get(status).text("/stopped_by").equals("hardware"));
        board.disconnect();
    }

    @Test
    void aDeletedWorkspaceIsDisarmed() throws InterruptedException {
        var board = member.armedBoard();

        DeletedWorkspaces.add(rig.bus, member.workspace);

        // Whom nobody renews any more is disarmed, too, but not stopped.
        Rig.await("stopped", () -> board.status().phase() == Phase.STOPPED);
        assertThat(board.status().armed()).isFalse();
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
                    .isLessThan(Duration.ofSeconds(10));
            assertThat(member.post("/devices/arm", null).status()).isEqualTo(503);
        } finally {
            rig.redis.mend();
            rig.postgres.mend();
        }
        rig.awaitReady();

        Rig.await("stored", () -> storedEpoch(member.workspace).equals(stopped.text("/epoch")));
    }

    @Test
    void aStopThatRedisNeverGotSurvivesARestart() throws InterruptedException {
        var board = member.armedBoard();
        rig.redis.cut();
        var epoch = member.post("/devices/stop", null).text("/epoch");

        rig.restart(() -> rig.redis.mend());

        Rig.await("stored", () -> storedEpoch(member.workspace).equals(epoch));
        assertThat(member.get("/devices/arming").body().at("/workspace/armed").asBoolean())
                .isFalse();
        assertThat(board.status().armed()).isFalse();
        Rig.await(
                "told",
                () -> member.get("/devices/safety-log").text("/items/0/epoch").equals(epoch));
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
    void aHubThatCannotHearTheBoardsSaysThatItRenewsNothing() throws InterruptedException {
        rig.mqtt.cut();
        try {
            Rig.await(
                    "unhealthy",
                    () -> member.get("/devices/arming").text("/ailment").equals("line_down"));
        } finally {
            rig.mqtt.mend();
        }

        Rig.await("healthy", () -> member.get("/devices/arming").body().at("/healthy").asBoolean());
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
