package io.streamwire.devices;

import io.streamwire.bus.Script;
import io.streamwire.contract.Action;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.RuleCause;
import io.streamwire.contract.Stream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Actions as the rules service writes them on the bus. */
final class RuleActions {

    static final Script ADD =
            new Script(
                    "add",
                    "return redis.call('XADD', KEYS[1], '*', 'type', 'action_triggered', 'id',"
                            + " ARGV[1], 'workspace_id', ARGV[2], 'epoch', ARGV[3], 'decided_us',"
                            + " ARGV[4], 'body', ARGV[5])");

    private RuleActions() {}

    /** An action that a viewer caused. */
    static Action action(
            UUID workspace,
            UUID device,
            String command,
            Map<String, Long> args,
            String viewer,
            long expiresAt) {
        return action(workspace, device, null, command, args, viewer, expiresAt);
    }

    /** The same, for all devices that carry a tag. */
    static Action tagged(
            UUID workspace, String tag, String command, Map<String, Long> args, long expiresAt) {
        return action(workspace, null, tag, command, args, "7300000000000000001", expiresAt);
    }

    /** The same, of a rule that says how urgent it is. */
    static Action urgent(Action action, int priority) {
        return new Action(
                action.id(),
                action.workspaceId(),
                action.eventId(),
                action.ruleId(),
                action.deviceId(),
                action.tag(),
                action.command(),
                action.args(),
                priority,
                action.expiresAt(),
                action.epoch(),
                action.simulated(),
                action.viewerId(),
                action.cause(),
                action.traceparent(),
                action.hops());
    }

    private static Action action(
            UUID workspace,
            @Nullable UUID device,
            @Nullable String tag,
            String command,
            Map<String, Long> args,
            String viewer,
            long expiresAt) {
        return new Action(
                Ids.next(),
                workspace,
                Ids.next(),
                Ids.next(),
                device,
                tag,
                command,
                args,
                null,
                expiresAt,
                0,
                false,
                viewer,
                new RuleCause("tiktok.gift", "Spin for \"roses\"", 3),
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                new Hops(Hops.now(), null, null, null, null, null));
    }

    /** Writes it, decided under an epoch; the id of the command that it becomes. */
    static String publish(Rig rig, Action action, long epoch) {
        write(rig, action, epoch);
        return command(action, Objects.requireNonNull(action.deviceId()));
    }

    /** The id of the command that an action becomes on a device. */
    static String command(Action action, UUID device) {
        return Ids.command(action.id(), device).toString();
    }

    /** Writes it, decided under an epoch. */
    static void write(Rig rig, Action action, long epoch) {
        var partition = rig.bus.partition(action.workspaceId());
        var _ =
                rig.bus
                        .call(
                                ADD,
                                List.of(Stream.ACTIONS.key(partition)),
                                List.of(
                                        action.id().toString(),
                                        action.workspaceId().toString(),
                                        Long.toString(epoch),
                                        Long.toString(Hops.now()),
                                        Json.write(action)))
                        .join();
    }
}
