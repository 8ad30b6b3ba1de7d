package io.streamwire.gateway;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.streamwire.service.AccessToken;
import io.streamwire.service.TrustedProxies;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What counts against whom: a request against its user, its API key and all keys of that workspace,
 * or its address as long as nobody has signed in. Stops are counted by themselves.
 */
final class Limits {

    private static final Pattern STOP = Pattern.compile("/api/v1/devices/(?:.+/)?stop");

    private final RateLimit each;
    private final RateLimit keysOfWorkspace;
    private final TrustedProxies trusted;

    Limits(RateLimit each, RateLimit keysOfWorkspace, TrustedProxies trusted) {
        this.each = each;
        this.keysOfWorkspace = keysOfWorkspace;
        this.trusted = trusted;
    }

    /**
     * Counts one request.
     *
     * @throws io.streamwire.service.Problem 429 {@code rate_limited}
     */
    RateLimit.Allowance take(ServerRequest request) {
        var allowance = each.take(key(request));
        request.context()
                .get(AccessToken.class)
                .filter(AccessToken::ofKey)
                .ifPresent(token -> {
                    var _ = keysOfWorkspace.take("keys " + token.workspaceId() + kind(request));
                });
        return allowance;
    }

    /** The handler behind the limits. */
    Handler around(Handler handler) {
        return (request, response) -> {
            var _ = take(request);
            handler.handle(request, response);
        };
    }

    /** Whom a request counts against. */
    String key(ServerRequest request) {
        var key =
                request.context()
                        .get(AccessToken.class)
                        .map(token -> RateLimit.user(token.userId()))
                        .orElseGet(() -> RateLimit.address(client(request)));
        return key + kind(request);
    }

    /** A page that asks too much must not take away its user's stop. */
    private static String kind(ServerRequest request) {
        return STOP.matcher(request.path().path()).matches() ? " stop" : "";
    }

    InetAddress client(ServerRequest request) {
        return trusted.client(
                address(request),
                String.join(",", request.headers().all(HeaderNames.X_FORWARDED_FOR, List::of)));
    }

    static InetAddress address(ServerRequest request) {
        if (request.remotePeer().address() instanceof InetSocketAddress socket) {
            return socket.getAddress();
        }
        throw new IllegalStateException("not an internet address");
    }

    /** The {@code RateLimit-Policy} header. */
    String policy() {
        return each.policy();
    }

    /** The {@code RateLimit} header. */
    String state(RateLimit.Allowance allowance) {
        return each.state(allowance);
    }
}
