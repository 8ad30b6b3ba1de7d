package io.streamwire.bridge;

import io.streamwire.contract.mqtt.Safety;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a device may move. Its own topic, its workspace's and a stop of its bridge each have a
 * say: the highest epoch is obeyed, and among equal ones a stop. Times are ms of the monotonic
 * clock. Confined to the bridge's thread.
 */
final class SafetyGate {

    private static final long NEVER = Long.MIN_VALUE;

    private final Map<Source, Word> words = new EnumMap<>(Source.class);
    private boolean latched;

    /** An arming has to be younger than this to end the latch. */
    private long latchEpoch;

    /** The latch is older than all that was heard of the hub: its next message dates it. */
    private boolean undated;

    /** Who may arm or stop. */
    enum Source {
        OWN,
        WORKSPACE,
        /** Only stops; an arming of the bridge is none of its boards. */
        BRIDGE
    }

    /** The last that one source said. */
    private static final class Word {
        private long epoch;
        private boolean stop;
        private long leaseEnd = NEVER;
    }

    SafetyGate() {
        for (var source : Source.values()) {
            words.put(source, new Word());
        }
    }

    /**
     * Takes in what a source says.
     *
     * @param retained it was kept by the broker: it may stop or raise the epoch, never arm
     */
    void obey(Source source, Safety safety, boolean retained, long now) {
        if (undated && !retained) {
            undated = false;
            latchEpoch = Math.max(latchEpoch, Math.max(safety.epoch(), safety.now()));
        }
        var word = word(source);
        if (safety.epoch() < word.epoch) {
            return;
        }
        if (safety.epoch() > word.epoch) {
            word.epoch = safety.epoch();
            word.stop = false;
            word.leaseEnd = NEVER;
        }
        var until = safety.until();
        if (!safety.armed()) {
            word.stop = true;
            word.leaseEnd = NEVER;
        } else if (!retained && until != null && !word.stop) {
            var lease = Math.clamp(until - safety.now(), 0, Safety.LEASE_MS);
            word.leaseEnd = Math.max(word.leaseEnd, now + lease);
        }
    }

    /**
     * The board has stopped by itself: only an arming that is given after this moment may end that.
     * An epoch is never below the time at which it was given, so the two can be compared.
     *
     * @param hubNow the hub's time, ms; null while nobody knows it
     */
    void latch(@Nullable Long hubNow) {
        latched = true;
        undated = hubNow == null;
        latchEpoch = Math.max(latchEpoch, Math.max(epoch(), hubNow == null ? 0 : hubNow));
    }

    /** Whether somebody has armed it since, so that the board may be asked to end its stop. */
    boolean mayUnlatch(long now) {
        return latched && !undated && !told() && leaseEnd() > now && epoch() > latchEpoch;
    }

    /** The board has ended its stop. */
    void unlatch() {
        latched = false;
        undated = false;
    }

    /** Whether a stop of the board's own holds. */
    boolean latched() {
        return latched;
    }

    /** The hub cannot be heard any more: nothing that it allowed holds. */
    void dropLeases() {
        words.values().forEach(word -> word.leaseEnd = NEVER);
    }

    /** The epoch in force; 0 before anybody said one. */
    long epoch() {
        return words.values().stream().mapToLong(word -> word.epoch).max().orElse(0);
    }

    /** Whether somebody stopped it and nobody has armed it since. */
    boolean stopped() {
        return latched || told();
    }

    private boolean told() {
        var epoch = epoch();
        return words.values().stream().anyMatch(word -> word.epoch == epoch && word.stop);
    }

    boolean armed(long now) {
        return !stopped() && leaseEnd() > now;
    }

    /** When the lease in force ends; in the past when there is none. */
    long leaseEnd() {
        var epoch = epoch();
        return words.values().stream()
                .filter(word -> word.epoch == epoch)
                .mapToLong(word -> word.leaseEnd)
                .max()
                .orElse(NEVER);
    }

    private Word word(Source source) {
        return words.computeIfAbsent(source, _ -> new Word());
    }
}
