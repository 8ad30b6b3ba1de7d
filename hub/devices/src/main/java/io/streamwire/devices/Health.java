package io.streamwire.devices;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether this instance is fit to keep boards armed: who cannot hear them, or cannot write down
 * what they say, lets their leases lapse. Times are ms. Confined to the thread that looks; its
 * verdict may be read anywhere.
 */
final class Health {

    /** As long as the leases on partitions, which lapse then, too. */
    static final long LONGEST_WITHOUT_REDIS_MS = 10_000;

    /** After acknowledgements were dropped. */
    static final long PAUSE_AFTER_DROPS_MS = 10_000;

    /** A message takes microseconds; one that takes so long never ends. */
    static final long LONGEST_MESSAGE_MS = 5_000;

    /** The ailment before the first look. */
    static final Optional<String> STARTING = Optional.of("starting");

    private long redisSeenAt;
    private long droppedAt;
    private long dropped;
    private boolean looked;
    private volatile @Nullable String ailment = STARTING.get();

    /**
     * What it is judged by.
     *
     * @param listening there is a connection both ways, and the broker has taken the subscriptions
     * @param redis whether there is a connection
     * @param dropped messages of boards that were thrown away so far
     * @param busyMs how long the oldest message has been worked at
     */
    record Signs(boolean listening, boolean redis, long dropped, long busyMs) {}

    /** Judges; several times a second. */
    boolean look(Signs signs, long now) {
        if (signs.redis() || !looked) {
            redisSeenAt = now;
        }
        if (signs.dropped() > dropped) {
            dropped = signs.dropped();
            droppedAt = now;
        }
        looked = true;
        ailment = ailment(signs, now);
        return ailment == null;
    }

    private @Nullable String ailment(Signs signs, long now) {
        if (!signs.listening()) {
            return "line_down";
        }
        if (signs.busyMs() > LONGEST_MESSAGE_MS) {
            return "acknowledgements_stuck";
        }
        if (droppedAt > 0 && now - droppedAt < PAUSE_AFTER_DROPS_MS) {
            return "acknowledgements_dropped";
        }
        return now - redisSeenAt > LONGEST_WITHOUT_REDIS_MS ? "redis_away" : null;
    }

    /** Why it is not fit, as of the last look; empty when it is. */
    Optional<String> ailment() {
        return Optional.ofNullable(ailment);
    }
}
