package io.streamwire.devices;

import io.streamwire.contract.mqtt.Safety;
import io.streamwire.devices.ArmingState.Scope;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** When each arming is to be renewed; times are ms since the epoch. Thread-safe. */
final class Renewals {

    /** Boards that appear together are armed by one message, ms. */
    static final long COALESCE_MS = 200;

    /**
     * A board's clock lags by as much as the fastest message that it has had was late: the first
     * ones after it appeared follow each other more closely, ms.
     */
    static final long SETTLING_MS = 4_000;

    static final long SETTLING_PERIOD_MS = 1_000;

    private final Map<Scope, Long> renewedAt = new ConcurrentHashMap<>();
    private final Map<Scope, Long> settlingUntil = new ConcurrentHashMap<>();
    private final Set<Scope> wanted = ConcurrentHashMap.newKeySet();

    /** Somebody may not know yet: renew without waiting for the next time. */
    void want(Scope scope) {
        wanted.add(scope);
    }

    boolean due(Scope scope, long now) {
        var since = now - renewedAt.getOrDefault(scope, 0L);
        var period =
                now < settlingUntil.getOrDefault(scope, 0L)
                        ? SETTLING_PERIOD_MS
                        : Safety.RENEWAL_MS;
        return since >= period || (since >= COALESCE_MS && wanted.contains(scope));
    }

    /** When a scope was renewed last, ms since the epoch; 0 = never. */
    long renewedAt(Scope scope) {
        return renewedAt.getOrDefault(scope, 0L);
    }

    void renewed(Scope scope, long now) {
        if (wanted.remove(scope)) {
            settlingUntil.put(scope, now + SETTLING_MS);
        }
        renewedAt.put(scope, now);
    }

    /** Nothing is to be renewed any more. */
    void end(Scope scope) {
        wanted.remove(scope);
        renewedAt.remove(scope);
        settlingUntil.remove(scope);
    }
}
