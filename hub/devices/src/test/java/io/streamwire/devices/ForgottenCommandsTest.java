package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Script;
import io.streamwire.contract.Action;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Killed while its disk is busy, Redis comes back without the last commands, and they come again.
 */
@ExtendWith(Rig.Extension.class)
class ForgottenCommandsTest {

    private static final Script DELETE = new Script("forget", "return redis.call('DEL', KEYS[1])");

    private final Rig rig;
    private final Member member;

    ForgottenCommandsTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    private Action spin(UUID device) {
        return RuleActions.action(
                member.workspace,
                device,
                "motor_spin",
                Map.of("level", 60L, "ms", 20L),
                "7300000000000000001",
                System.currentTimeMillis() + 20_000);
    }

    private void forget(UUID command) {
        var key = CommandStore.key(rig.bus.partition(member.workspace), command);
        assertThat(rig.bus.call(DELETE, List.of(key), List.of()).join().number(0)).isEqualTo(1);
    }

    @Test
    void aBoardThatRemembersNothingIsNotHandedThemTwice() throws InterruptedException {
        var board = member.armedBoard();
        var edges = Collections.synchronizedList(new ArrayList<UUID>());
        rig.recorder.onEdge(edge -> {
            if (edge.on() && edge.deviceId().equals(board.deviceId())) {
                edges.add(edge.commandId());
            }
        });
        var action = spin(board.deviceId());
        var first = RuleActions.publish(rig, action, Long.MAX_VALUE);
        member.awaitState(board.deviceId(), first, "done");
        var boot = board.status().boot();
        board.reboot();
        Rig.await("armed again", () -> board.status().boot() > boot && board.status().armed());

        forget(UUID.fromString(first));
        RuleActions.publish(rig, action, Long.MAX_VALUE);
        var next = RuleActions.publish(rig, spin(board.deviceId()), Long.MAX_VALUE);

        member.awaitState(board.deviceId(), next, "done");
        assertThat(edges).extracting(UUID::toString).containsExactly(first, next);

        rig.restart(() -> {});

        member.awaitState(board.deviceId(), first, "failed");
        var last = RuleActions.publish(rig, spin(board.deviceId()), Long.MAX_VALUE);
        member.awaitState(board.deviceId(), last, "done");
        assertThat(edges).extracting(UUID::toString).containsExactly(first, next, last);
    }
}
