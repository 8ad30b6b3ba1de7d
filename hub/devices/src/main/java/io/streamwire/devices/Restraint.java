package io.streamwire.devices;

import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.devices.DeviceCache.Known;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What holds the commands of one name back, compiled from the board's envelope.
 *
 * @param rivals the other commands of its interlock group
 * @param hubOnly whether the board keeps no limits of its own
 * @param exclusive whether one may only leave when the one before is surely over
 * @param free whether nothing can hold it back: the board itself lets its pulses follow each other
 * @param mostAboard how many may be with the board and not over: enough that it need not wait for
 *     the next one, few enough that one with up to 16 outputs need not refuse any even when all of
 *     them are flooded, and that the others can still be cancelled, paused and overtaken
 */
record Restraint(
        Envelope.Limit limit,
        Set<String> rivals,
        boolean hubOnly,
        boolean exclusive,
        boolean free,
        int mostAboard) {

    static final int MOST_ABOARD = 4;

    /**
     * How many commands an ESP32 lets wait, of all its outputs together; others as many of each.
     */
    private static final int BOARD_QUEUE = 16;

    private static final int PERCENT = 100;
    private static final long LONGEST_GAP_MS = 86_400_000; // a day

    /** What holds a command back; null when the board does not have it. */
    static @Nullable Restraint of(Known known, String command) {
        var capabilities = known.capabilities();
        var envelope = known.envelope();
        if (capabilities == null || envelope == null) {
            return null;
        }
        var limit = envelope.limit(command).orElse(null);
        return limit == null ? null : of(command, limit, capabilities);
    }

    private static Restraint of(String name, Envelope.Limit limit, Capabilities capabilities) {
        var hubOnly = capabilities.limits() == LimitsBy.HUB;
        var exclusive = hubOnly || limit.minGapMs() > 0;
        var group = limit.group();
        var rivals =
                group == null
                        ? Set.<String>of()
                        : capabilities.commands().stream()
                                .filter(command -> group.equals(command.group()))
                                .map(Capabilities.CommandSpec::name)
                                .filter(other -> !other.equals(name))
                                .collect(Collectors.toUnmodifiableSet());
        var free = !exclusive && rivals.isEmpty() && limit.maxDutyPct() >= PERCENT;
        var share = BOARD_QUEUE / capabilities.commands().size();
        return new Restraint(
                limit, rivals, hubOnly, exclusive, free, Math.clamp(share, 1, MOST_ABOARD));
    }

    /** How long a command keeps its output on, ms. */
    long onMs(Map<String, Long> args) {
        var ms = args.get(Envelope.DURATION);
        return ms == null ? limit.maxOnMs() : Math.min(ms, limit.maxOnMs());
    }

    /** How long the output has to be off between two commands, ms. */
    long gapMs() {
        return Math.clamp(limit.minGapMs(), 0, LONGEST_GAP_MS);
    }

    /** How long the output may be on in each minute, ms. */
    long budgetMs() {
        return DutyLedger.WINDOW_MS * limit.maxDutyPct() / PERCENT;
    }

    /** The restraints of one board, compiled anew when its envelope is another. Thread-safe. */
    static final class Book {
        private volatile @Nullable Page page;

        private record Page(Envelope envelope, Map<String, Restraint> restraints) {}

        @Nullable Restraint of(Known known, String command) {
            var envelope = known.envelope();
            if (envelope == null) {
                return null;
            }
            var read = page;
            if (read == null || read.envelope() != envelope) {
                read = new Page(envelope, compile(known));
                page = read;
            }
            return read.restraints().get(command);
        }

        static Map<String, Restraint> compile(Known known) {
            var restraints = new HashMap<String, Restraint>();
            var capabilities = known.capabilities();
            if (capabilities != null) {
                for (var command : capabilities.commands()) {
                    var restraint = Restraint.of(known, command.name());
                    if (restraint != null) {
                        restraints.put(command.name(), restraint);
                    }
                }
            }
            return Map.copyOf(restraints);
        }
    }
}
