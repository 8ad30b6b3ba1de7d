package io.streamwire.devices;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.UUID;

/**
 * How many boards the stops of a workspace may name one by one: each is a message of its own.
 * Beyond that the whole workspace is stopped, which is one message and what anybody who may stop
 * could have done anyway. So stops are never refused, and a leaked token holds up nobody else's.
 * Thread-safe.
 */
final class StopSizes {

    /** At once, after a pause. */
    static final int BURST = 2_000;

    private static final int PER_SECOND = 200;
    private static final int MOST_WORKSPACES = 10_000;

    private final Cache<UUID, TokenBucket> workspaces =
            Caffeine.newBuilder()
                    .maximumSize(MOST_WORKSPACES)
                    .expireAfterAccess(Duration.ofMinutes(1))
                    .build();

    /** Whether a stop may name so many boards. */
    boolean fits(UUID workspaceId, int boards, long now) {
        return workspaces
                .get(workspaceId, _ -> new TokenBucket(BURST, PER_SECOND, 1_000, now))
                .take(boards, now);
    }
}
