package io.streamwire.devices;

import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * How often one board may make the hub write a row: what comes sooner is written later, and only
 * the latest of it. Thread-safe.
 */
final class RowRates {

    private static final long STATES_AT_ONCE = 20;
    private static final long STATES_PER_SECOND = 2;
    private static final long DOCUMENTS_AT_ONCE = 15;
    private static final long DOCUMENTS_PER_MINUTE = 6;

    private final InstantSource clock;
    private final Map<UUID, TokenBucket> states = new ConcurrentHashMap<>();
    private final Map<UUID, TokenBucket> documents = new ConcurrentHashMap<>();

    RowRates(InstantSource clock) {
        this.clock = clock;
    }

    /** Whether the state of a board may be written now. */
    boolean state(UUID deviceId) {
        return take(states, deviceId, STATES_AT_ONCE, STATES_PER_SECOND, TimeUnit.SECONDS);
    }

    /** Whether what a board can do may be written now. */
    boolean document(UUID deviceId) {
        return take(documents, deviceId, DOCUMENTS_AT_ONCE, DOCUMENTS_PER_MINUTE, TimeUnit.MINUTES);
    }

    private boolean take(
            Map<UUID, TokenBucket> buckets, UUID deviceId, long atOnce, long each, TimeUnit unit) {
        var now = clock.millis();
        return buckets.computeIfAbsent(
                                deviceId, _ -> new TokenBucket(atOnce, each, unit.toMillis(1), now))
                        .take(now)
                == 0;
    }

    void forget(UUID deviceId) {
        states.remove(deviceId);
        documents.remove(deviceId);
    }
}
