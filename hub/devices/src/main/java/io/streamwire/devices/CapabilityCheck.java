package io.streamwire.devices;

import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Envelope;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether a capability document makes sense; its names go into a canonical JSON. */
final class CapabilityCheck {

    private static final int MOST_ARGS = 16;
    private static final long LONGEST_ON_MS = 3_600_000;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,31}");

    private static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7e]{1,128}");

    private CapabilityCheck() {}

    static boolean acceptable(Capabilities capabilities) {
        return !Boards.missing(capabilities.limits())
                && capabilities.commands().stream().allMatch(CapabilityCheck::acceptable)
                && (capabilities.unknown() == null
                        || capabilities.unknown().stream().allMatch(CapabilityCheck::acceptable));
    }

    private static boolean acceptable(Capabilities.UnknownBoard board) {
        return board.hardwareUuid() != null
                && DevicesApi.HARDWARE.matcher(board.hardwareUuid()).matches()
                && board.board() != null
                && DevicesApi.BOARD.matcher(board.board()).matches()
                && (board.fw() == null || PRINTABLE.matcher(board.fw()).matches())
                && (board.port() == null || PRINTABLE.matcher(board.port()).matches());
    }

    private static boolean acceptable(Capabilities.CommandSpec command) {
        return isName(command.name())
                && command.args().size() <= MOST_ARGS
                && command.args().stream()
                        .allMatch(arg -> isName(arg.name()) && arg.min() <= most(command, arg))
                && command.maxOnMs() >= 0
                && command.maxOnMs() <= LONGEST_ON_MS
                && command.minGapMs() >= 0
                && command.maxDutyPct() >= 0
                && command.maxDutyPct() <= 100
                && (command.group() == null || isName(command.group()));
    }

    private static long most(Capabilities.CommandSpec command, Capabilities.ArgSpec arg) {
        return arg.name().equals(Envelope.DURATION)
                ? Math.min(arg.max(), command.maxOnMs())
                : arg.max();
    }

    private static boolean isName(@Nullable String name) {
        return name != null && NAME.matcher(name).matches();
    }
}
