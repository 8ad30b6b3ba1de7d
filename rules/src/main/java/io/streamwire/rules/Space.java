package io.streamwire.rules;

import io.streamwire.contract.Stream;
import java.time.Duration;
import java.util.UUID;

/**
 * Where in Redis rules keep what they remember between events: cooldowns, uses, crowds. A dry run
 * has a space of its own, so that it neither sees nor changes what the live rules remember.
 *
 * @param dry nothing is published
 * @param keep for how long state outlives its own time: events may come late
 */
record Space(int partition, String prefix, boolean dry, Duration keep) {

    /** A dry run's clock is that of its events, which may be slower than ours or faster. */
    private static final Duration DRY = Duration.ofMinutes(10);

    /** The one of the live rules. */
    static Space live(int partition, Duration maxEventAge) {
        return new Space(partition, "", false, maxEventAge);
    }

    /** The one of a dry run. */
    static Space dry(int partition, UUID run) {
        return new Space(partition, "dry:" + run + ':', true, DRY);
    }

    String key(String name) {
        return Stream.key(partition, prefix + name);
    }
}
