package io.streamwire.devices;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.ArgSpec;
import io.streamwire.contract.mqtt.Capabilities.CommandSpec;
import io.streamwire.contract.mqtt.DeviceConfig.ArgLimits;
import io.streamwire.contract.mqtt.DeviceConfig.Limits;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.service.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The limits that the owner sets on a device, and whether they are tighter than the board's. Pure.
 *
 * @param commands by command
 */
record OwnLimits(Map<String, Limits> commands) {

    private static final long LONGEST_GAP_MS = 86_400_000;

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    OwnLimits {}

    /** What is not tighter than what the board says of itself, or names what it does not have. */
    List<Violation> violations(Capabilities capabilities) {
        var violations = new ArrayList<Violation>();
        commands.forEach((name, limits) -> {
            var command = capabilities.command(name).orElse(null);
            if (command == null) {
                violations.add(new Violation(pointer(name), "is no command of the board"));
            } else if (missing(limits)) {
                violations.add(new Violation(pointer(name), "must be an object"));
            } else {
                check(pointer(name), command, limits, violations);
            }
        });
        return violations;
    }

    private static void check(
            String at, CommandSpec command, Limits limits, List<Violation> violations) {
        range(at + "/max_on_ms", limits.maxOnMs(), 0, command.maxOnMs(), violations);
        range(
                at + "/min_gap_ms",
                limits.minGapMs(),
                command.minGapMs(),
                LONGEST_GAP_MS,
                violations);
        var duty = limits.maxDutyPct() == null ? null : Long.valueOf(limits.maxDutyPct());
        range(at + "/max_duty_pct", duty, 0, command.maxDutyPct(), violations);
        if (limits.args() == null) {
            return;
        }
        limits.args()
                .forEach((name, own) ->
                        command.args().stream()
                                .filter(arg -> arg.name().equals(name))
                                .findFirst()
                                .ifPresentOrElse(
                                        arg ->
                                                check(
                                                        at + "/args" + pointer(name),
                                                        command,
                                                        arg,
                                                        own,
                                                        violations),
                                        () ->
                                                violations.add(
                                                        new Violation(
                                                                at + "/args" + pointer(name),
                                                                "is no argument of the command"))));
    }

    private static void check(
            String at,
            CommandSpec command,
            ArgSpec arg,
            ArgLimits own,
            List<Violation> violations) {
        var most =
                arg.name().equals(Envelope.DURATION)
                        ? Math.min(arg.max(), command.maxOnMs())
                        : arg.max();
        range(at + "/min", own.min(), arg.min(), most, violations);
        range(at + "/max", own.max(), arg.min(), most, violations);
        if (own.min() != null && own.max() != null && own.min() > own.max()) {
            violations.add(new Violation(at, "must have its min below its max"));
        }
    }

    private static void range(
            String at, @Nullable Long value, long least, long most, List<Violation> violations) {
        if (value != null && (value < least || value > most)) {
            violations.add(new Violation(at, "must be %d to %d: %d".formatted(least, most, value)));
        }
    }

    private static String pointer(String name) {
        return "/" + name.replace("~", "~0").replace("/", "~1");
    }

    private static boolean missing(@Nullable Object value) {
        return value == null;
    }
}
