package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Action;
import io.streamwire.virtualboard.VirtualBoard;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rules' actions for all devices that carry a tag. */
@ExtendWith(Rig.Extension.class)
class TagActionsTest {

    private static final String LIGHTS = "lights";

    private final Rig rig;
    private final Member member;

    TagActionsTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    private void tag(UUID device, String... tags) {
        var path = "/devices/" + device;
        var version = member.get(path).raw().headers().firstValue("ETag").orElseThrow();
        var changed = member.patch(path, Map.of("tags", List.of(tags)), "If-Match", version);
        assertThat(changed.status()).as(changed.toString()).isEqualTo(200);
    }

    private VirtualBoard light() throws InterruptedException {
        var board = member.armedBoard();
        tag(board.deviceId(), LIGHTS, "stage");
        return board;
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

    private Action spin() {
        return RuleActions.tagged(
                member.workspace,
                LIGHTS,
                "motor_spin",
                Map.of("level", 60L, "ms", 20L),
                System.currentTimeMillis() + 20_000);
    }

    private void awaitDone(Action action, VirtualBoard... boards) throws InterruptedException {
        for (var board : boards) {
            member.awaitState(
                    board.deviceId(), RuleActions.command(action, board.deviceId()), "done");
        }
    }

    /** The one receipt of an action that reached nobody. */
    private Member.Answer refused(Action action) throws InterruptedException {
        var path = "/receipts/" + RuleActions.command(action, Command.NO_DEVICE);
        Rig.await("the receipt", () -> member.get(path).status() == 200);
        return member.get(path);
    }

    private List<String> receipts(Action action, String field) {
        return member.get("/receipts?event_id=" + action.eventId())
                .body()
                .path("items")
                .findValuesAsText(field);
    }

    @Test
    void everyDeviceWithTheTagMovesOnceHoweverOftenTheActionComes() throws InterruptedException {
        var one = light();
        var two = light();
        var other = member.armedBoard();
        tag(other.deviceId(), "stage");
        var edgesOfOne = edgesOf(one);
        var edgesOfTwo = edgesOf(two);
        var edgesOfOther = edgesOf(other);
        var action = spin();

        for (int i = 0; i < 100; i++) {
            RuleActions.write(rig, action, Long.MAX_VALUE);
        }
        var next = spin();
        RuleActions.write(rig, next, Long.MAX_VALUE);

        awaitDone(action, one, two);
        awaitDone(next, one, two);
        assertThat(edgesOfOne)
                .extracting(UUID::toString)
                .containsExactly(
                        RuleActions.command(action, one.deviceId()),
                        RuleActions.command(next, one.deviceId()));
        assertThat(edgesOfTwo).hasSize(2);
        assertThat(edgesOfOther).isEmpty();
        Rig.await("the receipts", () -> receipts(action, "state").equals(List.of("done", "done")));
        assertThat(receipts(action, "device_id"))
                .containsExactlyInAnyOrder(one.deviceId().toString(), two.deviceId().toString());
        assertThat(receipts(action, "tag")).containsExactly(LIGHTS, LIGHTS);
    }

    @Test
    void itReachesWhoeverCarriesTheTagNow() throws InterruptedException {
        var one = light();
        var two = light();
        var three = member.armedBoard();
        tag(one.deviceId());
        tag(three.deviceId(), LIGHTS);
        member.post("/devices/" + two.deviceId() + "/archive", null);
        var edgesOfOne = edgesOf(one);
        var edgesOfTwo = edgesOf(two);
        var action = spin();

        RuleActions.write(rig, action, Long.MAX_VALUE);

        awaitDone(action, three);
        Rig.await("the receipt", () -> receipts(action, "state").equals(List.of("done")));
        assertThat(edgesOfOne).isEmpty();
        assertThat(edgesOfTwo).isEmpty();
    }

    @Test
    void eachDeviceHasAnAnswerOfItsOwn() throws InterruptedException {
        var armed = light();
        var disarmed = member.board();
        tag(disarmed.deviceId(), LIGHTS);
        var stopped = member.post("/devices/" + disarmed.deviceId() + "/stop", null);
        assertThat(stopped.status()).isEqualTo(200);
        var action = spin();

        RuleActions.write(rig, action, Long.MAX_VALUE);

        awaitDone(action, armed);
        var command = RuleActions.command(action, disarmed.deviceId());
        member.awaitState(disarmed.deviceId(), command, "rejected");
        assertThat(member.read(disarmed.deviceId(), command).text("/reason"))
                .isEqualTo("device_disarmed");
    }

    @Test
    void aTagThatNobodyCarriesHasAReceiptThatSaysSo() throws InterruptedException {
        var action = spin();

        RuleActions.write(rig, action, Long.MAX_VALUE);

        assertThat(refused(action))
                .returns("rejected", receipt -> receipt.text("/state"))
                .returns("tag_unused", receipt -> receipt.text("/reason"))
                .returns(LIGHTS, receipt -> receipt.text("/cause/tag"))
                .returns(Command.NO_DEVICE.toString(), receipt -> receipt.text("/device_id"));
    }

    @Test
    void aTagThatTooManyCarryMovesNobody() throws InterruptedException {
        var board = light();
        var edges = edgesOf(board);
        for (int i = 0; i < Action.MOST_TAGGED; i++) {
            tag(member.device("Light " + i), LIGHTS);
        }
        var action = spin();

        RuleActions.write(rig, action, Long.MAX_VALUE);

        assertThat(refused(action).text("/reason")).isEqualTo("tag_too_large");
        assertThat(edges).isEmpty();
        assertThat(member.read(board.deviceId(), RuleActions.command(action, board.deviceId())))
                .returns(404, Member.Answer::status);
    }

    @Test
    void aStopAfterTheDecisionKeepsAllFromMoving() throws InterruptedException {
        var one = light();
        var two = light();
        var epoch = member.arm(one, two);
        member.post("/devices/stop", null);
        member.arm(one, two);
        var edges = edgesOf(one);
        var action = spin();

        RuleActions.write(rig, action, epoch);

        for (var board : List.of(one, two)) {
            var command = RuleActions.command(action, board.deviceId());
            member.awaitState(board.deviceId(), command, "rejected");
            assertThat(member.read(board.deviceId(), command).text("/reason"))
                    .isEqualTo("stale_epoch");
        }
        assertThat(edges).isEmpty();
    }
}
