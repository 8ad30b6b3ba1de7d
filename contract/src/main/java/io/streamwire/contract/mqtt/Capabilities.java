package io.streamwire.contract.mqtt;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code up/describe}, retained: what a board can do and within which limits.
 *
 * @param v version of this document's shape
 * @param limits who keeps the limits
 * @param unknown of a bridge: the boards that it found and that nobody has adopted
 */
public record Capabilities(
        int v,
        String fw,
        String board,
        LimitsBy limits,
        List<CommandSpec> commands,
        @Nullable List<UnknownBoard> unknown) {

    /** Most commands of one board. */
    public static final int MAX_COMMANDS = 64;

    /** Most boards that a bridge tells of. */
    public static final int MAX_UNKNOWN = 64;

    public Capabilities {
        commands = List.copyOf(commands);
        if (commands.size() > MAX_COMMANDS) {
            throw new IllegalArgumentException(
                    "at most " + MAX_COMMANDS + " commands: " + commands.size());
        }
        unknown = unknown == null ? null : List.copyOf(unknown);
        if (unknown != null && unknown.size() > MAX_UNKNOWN) {
            throw new IllegalArgumentException(
                    "at most " + MAX_UNKNOWN + " unknown boards: " + unknown.size());
        }
    }

    /** Of a board that is no bridge. */
    public Capabilities(
            int v, String fw, String board, LimitsBy limits, List<CommandSpec> commands) {
        this(v, fw, board, limits, commands, null);
    }

    public Optional<CommandSpec> command(String name) {
        return commands.stream().filter(command -> command.name().equals(name)).findFirst();
    }

    /** Who keeps the limits. */
    public enum LimitsBy {
        BOARD,
        /** The board cannot: the hub enforces alone. */
        HUB;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One command.
     *
     * @param maxOnMs longest time the output may stay on, ms
     * @param minGapMs shortest time between two activations, ms
     * @param maxDutyPct most of each minute it may be on, 0 to 100 %
     * @param group commands of one interlock group are never on at the same time
     */
    public record CommandSpec(
            String name,
            List<ArgSpec> args,
            long maxOnMs,
            long minGapMs,
            int maxDutyPct,
            @Nullable String group) {
        public CommandSpec {
            args = List.copyOf(args);
        }
    }

    /**
     * A board on a bridge that is no device yet.
     *
     * @param hardwareUuid what to adopt it by, 1 to 64 letters, digits or {@code _.:-}
     * @param board what it says it is
     * @param fw its firmware's version
     * @param port where it is plugged in
     */
    public record UnknownBoard(
            String hardwareUuid, String board, @Nullable String fw, @Nullable String port) {}

    /** One integer argument and its range, both ends included. */
    public record ArgSpec(String name, String type, long min, long max, @Nullable String unit) {}
}
