package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Script;
import io.streamwire.contract.Action;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.service.Role;
import io.streamwire.virtualboard.VirtualBoard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Rig.Extension.class)
class CommandsTest {

    private final Rig rig;
    private final Member member;

    CommandsTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    private static Map<String, Object> spinFor(long ttlMs) {
        return Map.of(
                "command", "motor_spin", "args", Map.of("level", 60, "ms", 20), "ttl_ms", ttlMs);
    }

    private List<UUID> edgesOf(VirtualBoard board) {
        var edges = Collections.synchronizedList(new ArrayList<UUID>());
        rig.recorder.onEdge(edge -> {
            if (edge.on() && edge.deviceId().equals(board.deviceId())) {
                edges.add(edge.commandId());
            }
        });
        return edges;
    }

    private Action action(UUID device, Map<String, Long> args, long ttlMs) {
        return action(device, "motor_spin", args, System.currentTimeMillis() + ttlMs);
    }

    private Action action(UUID device, String command, Map<String, Long> args, long expiresAt) {
        return RuleActions.action(
                member.workspace, device, command, args, "7300000000000000001", expiresAt);
    }

    private String publish(Action action, long epoch) {
        return RuleActions.publish(rig, action, epoch);
    }

    private String reason(UUID device, String command) {
        return member.read(device, command).text("/reason");
    }

    @Test
    void anActionThatComesAgainIsCountedOnce() throws InterruptedException {
        var board = member.armedBoard();
        var again = action(board.deviceId(), Map.of("level", 60L, "ms", 20L), 60_000);
        for (int i = 0; i < 100; i++) {
            publish(again, Long.MAX_VALUE);
        }

        var fresh = action(board.deviceId(), Map.of("level", 60L, "ms", 20L), 60_000);
        var id = publish(fresh, Long.MAX_VALUE);

        member.awaitState(board.deviceId(), id, "done");
    }

    @Test
    void aCommandReachesThePinAndIsAcknowledged() throws InterruptedException {
        var board = member.armedBoard();
        var edges = edgesOf(board);

        var answer = member.command(board.deviceId(), Member.spin(60, 20), "Prefer", "wait=10");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text("/status")).isEqualTo("done");
        assertThat(answer.raw().headers().firstValue("Location"))
                .hasValue(
                        "/api/v1/devices/" + board.deviceId() + "/commands/" + answer.text("/id"));
        assertThat(edges).containsExactly(UUID.fromString(answer.text("/id")));
        var command = member.read(board.deviceId(), answer.text("/id")).body();
        var hops = command.at("/hops");
        assertThat(hops.at("/received").asLong())
                .isBetween(hops.at("/decided").asLong(), hops.at("/on").asLong());
        assertThat(hops.at("/off").asLong() - hops.at("/on").asLong())
                .isBetween(10_000L, 5_000_000L);
        assertThat(hops.at("/published").asLong()).isPositive();
        assertThat(member.get("/devices/" + board.deviceId() + "/status").text("/last_ack_at"))
                .isNotEmpty();
        Rig.await(
                "the projection",
                () ->
                        member.get("/devices/" + board.deviceId() + "/commands")
                                .text("/items/0/state")
                                .equals("done"));
        assertThat(member.get("/receipts/" + answer.text("/id")).body().at("/hops"))
                .isEqualTo(hops);
    }

    @Test
    void anActionBecomesOneCommandHoweverOftenItIsDelivered() throws InterruptedException {
        var board = member.board();
        var epoch = member.arm(board);
        var edges = edgesOf(board);
        var action = action(board.deviceId(), Map.of("level", 60L, "ms", 20L), 5_000);

        var id = publish(action, epoch);
        assertThat(publish(action, epoch)).isEqualTo(id);
        member.awaitState(board.deviceId(), id, "done");
        publish(action, epoch);
        var next =
                publish(action(board.deviceId(), Map.of("level", 9_999L, "ms", 20L), 5_000), epoch);
        member.awaitState(board.deviceId(), next, "done");

        assertThat(edges).containsExactly(UUID.fromString(id), UUID.fromString(next));
        var clamped = member.read(board.deviceId(), next).body();
        assertThat(clamped.at("/args/level").asLong()).isEqualTo(100);
        assertThat(clamped.at("/hops/frame").asLong())
                .isLessThanOrEqualTo(clamped.at("/hops/decided").asLong());
        Rig.await(
                "the receipt of the event",
                () ->
                        member.get("/receipts?event_id=" + action.eventId())
                                .text("/items/0/state")
                                .equals("done"));
        assertThat(member.get("/receipts?event_id=" + action.eventId()).text("/items/0/id"))
                .isEqualTo(id);
    }

    @Test
    void aRepeatedDeliverySwitchesOnce() throws InterruptedException {
        var board = member.armedBoard();
        var edges = edgesOf(board);
        board.duplicateDelivery(true);

        var answer = member.command(board.deviceId(), Member.spin(60, 20), "Prefer", "wait=10");

        assertThat(answer.text("/state")).isEqualTo("done");
        assertThat(edges).hasSize(1);
        assertThat(rig.recorder.totals().duplicates()).isZero();
    }

    @Test
    void theSameKeyIsTheSameCommand() throws InterruptedException {
        var board = member.armedBoard();
        var edges = edgesOf(board);

        var first =
                member.command(
                        board.deviceId(),
                        Member.spin(60, 20),
                        "Idempotency-Key",
                        "press 1",
                        "Prefer",
                        "wait=10");
        var second =
                member.command(board.deviceId(), Member.spin(60, 20), "Idempotency-Key", "press 1");

        assertThat(second.text("/id")).isEqualTo(first.text("/id"));
        assertThat(second.text("/state")).isEqualTo("done");
        assertThat(edges).hasSize(1);
    }

    @Test
    void aDisarmedOrOfflineDeviceTakesNoCommands() throws InterruptedException {
        var board = member.board();
        assertThat(member.command(board.deviceId(), Member.spin(60, 20)))
                .returns(409, Member.Answer::status)
                .returns("device_disarmed", answer -> answer.text("/code"));
        member.arm(board);
        var offline = member.device("Never connected");

        board.dropConnection(Duration.ofHours(1));
        Rig.await(
                "lost",
                () ->
                        member.get("/devices/" + board.deviceId() + "/status")
                                .text("/presence")
                                .equals("lost"));

        assertThat(member.command(board.deviceId(), Member.spin(60, 20)))
                .returns(409, Member.Answer::status)
                .returns("device_offline", answer -> answer.text("/code"));
        assertThat(member.command(offline, Member.spin(60, 20)).status()).isEqualTo(422);
    }

    @Test
    void whatIsOutsideOfTheEnvelopeIsRefusedWithPointers() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();

        assertThat(member.command(device, Member.spin(101, 20)))
                .returns(422, Member.Answer::status)
                .returns("invalid_command", answer -> answer.text("/code"))
                .returns("/args/level", answer -> answer.text("/errors/0/pointer"));
        assertThat(member.command(device, Map.of("command", "explode")))
                .returns(422, Member.Answer::status)
                .returns("command_not_allowed", answer -> answer.text("/code"));
        assertThat(
                        member.command(
                                device,
                                Map.of(
                                        "command",
                                        "light_on",
                                        "args",
                                        Map.of("ms", 50),
                                        "ttl_ms",
                                        0)))
                .returns(422, Member.Answer::status)
                .returns("/ttl_ms", answer -> answer.text("/errors/0/pointer"));
    }

    @Test
    void bodiesThatMakeNoSenseAreRefused() {
        var device = member.device("Board");

        for (var body :
                List.of(
                        "{",
                        "[]",
                        "{\"command\":\"motor_spin\",\"surprise\":1}",
                        "{\"args\":{}}",
                        "{\"command\":\"motor_spin\",\"args\":{\"level\":\"fast\"}}",
                        "{\"command\":\"motor_spin\",\"args\":{\"level\":1.5}}")) {
            assertThat(member.command(device, body).status()).as(body).isEqualTo(400);
        }
        assertThat(member.get("/devices/" + device + "/commands/nonsense").status()).isEqualTo(404);
        assertThat(member.get("/devices/" + device + "/commands/" + Ids.next()).status())
                .isEqualTo(404);
        assertThat(member.get("/devices/" + device + "/commands?limit=0").status()).isEqualTo(400);
        assertThat(member.get("/devices/" + device + "/commands?cursor=x").status()).isEqualTo(400);
        assertThat(member.get("/receipts").status()).isEqualTo(400);
    }

    @Test
    void actionsThatCannotBeDoneAreRecordedWithTheirReason() throws InterruptedException {
        var board = member.board();
        var device = board.deviceId();
        Map<String, Long> args = Map.of("level", 60L, "ms", 20L);

        var disarmed = publish(action(device, args, 5_000), 0);
        member.awaitState(device, disarmed, "rejected");
        assertThat(reason(device, disarmed)).isEqualTo("device_disarmed");

        var epoch = member.arm(board);
        var stale = publish(action(device, args, 5_000), epoch - 1);
        member.awaitState(device, stale, "rejected");
        assertThat(reason(device, stale)).isEqualTo("stale_epoch");

        var late = publish(action(device, args, -1), epoch);
        member.awaitState(device, late, "expired");

        var strange =
                publish(
                        action(device, "explode", Map.of(), System.currentTimeMillis() + 5_000),
                        epoch);
        member.awaitState(device, strange, "rejected");
        assertThat(reason(device, strange)).isEqualTo("command_not_allowed");

        var unknown = Ids.next();
        var nowhere = publish(action(unknown, args, 5_000), epoch);
        Rig.await(
                "the receipt",
                () -> member.get("/receipts/" + nowhere).text("/reason").equals("unknown_device"));
    }

    @Test
    void unreadableActionsAreSkipped() throws InterruptedException {
        var board = member.board();
        var epoch = member.arm(board);
        var partition = rig.bus.partition(member.workspace);
        var _ =
                rig.bus
                        .call(
                                RuleActions.ADD,
                                List.of(Stream.ACTIONS.key(partition)),
                                List.of("x", "y", "not a number", "", "{\"id\":"))
                        .join();

        var id = publish(action(board.deviceId(), Map.of("level", 1L, "ms", 20L), 5_000), epoch);

        member.awaitState(board.deviceId(), id, "done");
    }

    @Test
    void anotherWorkspaceSeesNothing() throws InterruptedException {
        var board = member.armedBoard();
        var id = member.command(board.deviceId(), Member.spin(60, 20)).text("/id");
        var stranger = Member.owner(rig);

        assertThat(stranger.get("/devices/" + board.deviceId()).status()).isEqualTo(404);
        assertThat(stranger.get("/devices/" + board.deviceId() + "/status").status())
                .isEqualTo(404);
        assertThat(stranger.command(board.deviceId(), Member.spin(60, 20)).status()).isEqualTo(404);
        assertThat(stranger.read(board.deviceId(), id).status()).isEqualTo(404);
        assertThat(stranger.get("/receipts/" + id).status()).isEqualTo(404);
    }

    @Test
    void viewersLookButDoNotTouch() throws InterruptedException {
        var board = member.armedBoard();
        var viewer = member.with(Role.VIEWER);

        assertThat(viewer.get("/devices/" + board.deviceId() + "/status").status()).isEqualTo(200);
        assertThat(viewer.command(board.deviceId(), Member.spin(60, 20)).status()).isEqualTo(403);
    }

    @Test
    void whatIsGivenWhileTheBrokerIsAwayGoesWhenItComesBack() throws InterruptedException {
        var board = member.armedBoard();
        var edges = edgesOf(board);
        rig.mqtt.cut();
        Member.Answer queued;
        try {
            queued = member.command(board.deviceId(), spinFor(60_000));

            assertThat(queued.text("/state")).isEqualTo("queued");
        } finally {
            rig.mqtt.mend();
        }

        member.awaitState(board.deviceId(), queued.text("/id"), "done");
        assertThat(edges).containsExactly(UUID.fromString(queued.text("/id")));
    }

    private static final Script OPEN =
            new Script(
                    "open",
                    "for i = 1, ARGV[1] do redis.call('ZADD', KEYS[1], ARGV[2], i) end return 1");

    @Test
    void aBoardThatFinishesNothingGetsNoMore() throws InterruptedException {
        var board = member.armedBoard();
        var device = board.deviceId();
        var partition = rig.bus.partition(member.workspace);
        var _ =
                rig.bus
                        .call(
                                OPEN,
                                List.of(CommandStore.unfinishedKey(partition, device)),
                                List.of(
                                        Integer.toString(CommandStore.MOST_UNFINISHED),
                                        Long.toString(System.currentTimeMillis() + 60_000)))
                        .join();

        var refused = member.command(device, Member.spin(60, 20));
        var action =
                RuleActions.action(
                        member.workspace,
                        device,
                        "motor_spin",
                        Map.of("level", 60L, "ms", 20L),
                        "viewer",
                        System.currentTimeMillis() + 5_000);
        var id = RuleActions.publish(rig, action, System.currentTimeMillis() + 5_000);

        assertThat(refused.status()).as(refused.toString()).isEqualTo(429);
        assertThat(refused.text("/code")).isEqualTo("too_many_unfinished");
        assertThat(refused.raw().headers().firstValue("Link")).isPresent();
        member.awaitState(device, id, "rejected");
        assertThat(reason(device, id)).isEqualTo("too_many_unfinished");
    }

    @Test
    void whatNobodyConfirmsFailsAndALateAnswerCorrectsIt() throws InterruptedException {
        var device = member.device("Silent");
        var issued = System.currentTimeMillis() - 60_000;
        var command =
                Command.manual(
                        Ids.next(),
                        rig.device(member.workspace, device),
                        Command.MANUAL,
                        "motor_spin",
                        Map.of("ms", 20L),
                        issued,
                        2_000,
                        5_000,
                        issued,
                        1,
                        "");
        var store = new CommandStore(rig.bus);
        store.enqueue(command, Optional.empty(), issued).join();
        var id = command.id().toString();
        member.awaitState(device, id, "failed");
        assertThat(reason(device, id)).isEqualTo("unconfirmed");

        var client = rig.connect(device, member.token(device));
        rig.publish(
                client,
                Topics.ack(member.workspace, device),
                Json.write(
                        new Ack(
                                command.id(),
                                Ack.Status.DUPLICATE,
                                "done",
                                new Ack.Times(null, null, null),
                                null)));

        member.awaitState(device, id, "done");
        client.disconnect();
    }

    @Test
    void theProjectionCatchesUpWhenPostgresComesBack() throws InterruptedException {
        var board = member.armedBoard();
        rig.postgres.cut();
        Member.Answer answer;
        try {
            answer = member.command(board.deviceId(), Member.spin(60, 20), "Prefer", "wait=10");
            assertThat(answer.text("/state")).isEqualTo("done");
            assertThat(member.get("/devices/" + board.deviceId() + "/commands").status())
                    .isEqualTo(503);
            assertThat(member.read(board.deviceId(), answer.text("/id")).text("/state"))
                    .isEqualTo("done");
        } finally {
            rig.postgres.mend();
        }
        rig.awaitReady();

        Rig.await(
                "the projection",
                () ->
                        member.get("/devices/" + board.deviceId() + "/commands")
                                .text("/items/0/id")
                                .equals(answer.text("/id")));
    }

    @Test
    void aRestartInTheMiddlePublishesWhatWasQueuedOnce() throws InterruptedException {
        var board = member.armedBoard();
        var edges = edgesOf(board);
        rig.mqtt.cut();
        var queued = member.command(board.deviceId(), spinFor(60_000)).text("/id");

        rig.restart(rig.mqtt::mend);

        member.awaitState(board.deviceId(), queued, "done");
        var next = member.command(board.deviceId(), Member.spin(60, 20), "Prefer", "wait=10");
        assertThat(next.text("/state")).isEqualTo("done");
        assertThat(edges)
                .containsExactly(UUID.fromString(queued), UUID.fromString(next.text("/id")));
        assertThat(rig.recorder.totals().violations()).isZero();
    }
}
