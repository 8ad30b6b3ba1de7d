package io.streamwire.devices;

import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * EMQX in place of our broker: it asks this service about tokens and topics, and its REST API ends
 * sessions. Written to EMQX's documentation.
 */
final class EmqxBroker implements Devices.Broker {

    /** A login that EMQX was asking about when its token went is a session by then. */
    private static final Duration LOGIN = Duration.ofMillis(400);

    private final BrokerHttp http;

    /** What hangs on bridges, as far as it was told since the start. */
    private final Map<UUID, Set<UUID>> hanging = new ConcurrentHashMap<>();

    /**
     * @param url of its API, without {@code /api/v5}
     * @param key of an API key, with its secret
     */
    EmqxBroker(URI url, String key, String secret) {
        var credentials = (key + ":" + secret).getBytes(StandardCharsets.UTF_8);
        this.http =
                new BrokerHttp(
                        url,
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(credentials));
    }

    @Override
    public boolean endSession(UUID deviceId) {
        if (kickedOut(deviceId)) {
            return true;
        }
        LockSupport.parkNanos(LOGIN.toNanos());
        return kickedOut(deviceId);
    }

    private boolean kickedOut(UUID deviceId) {
        return http.ask(
                        "/api/v5/clients/" + deviceId,
                        HttpRequest.Builder::DELETE,
                        Set.of(BrokerHttp.DONE, BrokerHttp.NOT_CONNECTED))
                == BrokerHttp.DONE;
    }

    /**
     * It asks about each attempt of a bridge, so it learns of a new board with the next one. A
     * subscription it never asks about again, so a bridge that lost a board loses its session, and
     * with it what it received of that board; it subscribes anew to what is its own. Unless it is
     * known what hung on the bridge before, something may have been taken off it.
     */
    @Override
    public void setChildren(UUID workspaceId, UUID bridge, Set<UUID> children) {
        var before = hanging.get(bridge);
        if (before == null || !children.containsAll(before)) {
            var _ = endSession(bridge);
        }
        if (children.isEmpty()) {
            hanging.remove(bridge);
        } else {
            hanging.put(bridge, Set.copyOf(children));
        }
    }
}
