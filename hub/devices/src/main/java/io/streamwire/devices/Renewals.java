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

    private final Map<Scope, Long> renewedAt = new ConcurrentHashMap<>();
    private final Set<Scope> wanted = ConcurrentHashMap.newKeySet();

    /** Somebody may not know yet: renew without waiting for the next time. */
    void want(Scope scope) {
        wanted.add(scope);
    }

    boolean due(Scope scope, long now) {
        var since = now - renewedAt.getOrDefault(scope, 0L);
        return since >= Safety.RENEWAL_MS || (since >= COALESCE_MS && wanted.contains(scope));
    }

    void renewed(Scope scope, long now) {
        wanted.remove(scope);
        renewedAt.put(scope, now);
    }

    /** Nothing is to be renewed any more. */
    void end(Scope scope) {
        wanted.remove(scope);
        renewedAt.remove(scope);
    }
}
