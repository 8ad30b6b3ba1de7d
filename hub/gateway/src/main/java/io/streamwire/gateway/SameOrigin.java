package io.streamwire.gateway;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.streamwire.service.Problem;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps other sites from acting with the cookie of a browser: a change needs a header that no form
 * can send and must come from a page of this host, and so must a WebSocket.
 */
final class SameOrigin {

    private static final HeaderName CUSTOM = HeaderNames.create("X-Streamwire");
    private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");
    private static final Set<Method> SAFE = Set.of(Method.GET, Method.HEAD);

    private SameOrigin() {}

    /**
     * Checks a request that shows a cookie.
     *
     * @throws Problem 403 {@code csrf}
     */
    static void check(HttpPrologue prologue, Headers headers) {
        boolean changes = !SAFE.contains(prologue.method());
        if (changes && !headers.first(CUSTOM).orElse("").equals("1")) {
            throw csrf("With a session's cookie a change needs the header X-Streamwire: 1.");
        }
        if (changes || headers.contains(HeaderNames.UPGRADE)) {
            requireSame(headers);
        }
    }

    // X-Forwarded-Host counts from anybody here: no other site's page can make a browser send it.
    private static void requireSame(Headers headers) {
        var site = headers.first(FETCH_SITE);
        if (site.isPresent() && !site.get().equals("same-origin")) {
            throw csrf("The request comes from a page of another origin.");
        }
        var origin = headers.first(HeaderNames.ORIGIN);
        if (origin.isPresent()
                && !isOf(origin.get(), headers.first(HeaderNames.HOST))
                && !isOf(origin.get(), headers.first(HeaderNames.X_FORWARDED_HOST))) {
            throw csrf("The request comes from a page of another origin.");
        }
    }

    private static boolean isOf(String origin, Optional<String> host) {
        if (host.isEmpty()) {
            return false;
        }
        try {
            var from = URI.create(origin);
            var scheme = String.valueOf(from.getScheme()).toLowerCase(Locale.ROOT);
            if (!Set.of("http", "https").contains(scheme) || from.getRawAuthority() == null) {
                return false;
            }
            return withPort(scheme, from.getRawAuthority()).equals(withPort(scheme, host.get()));
        } catch (IllegalArgumentException e) {
            return false; // "null", or nothing that a browser sends
        }
    }

    /** A default port is left out by browsers. */
    private static String withPort(String scheme, String authority) {
        var lower = authority.toLowerCase(Locale.ROOT);
        boolean bare = lower.lastIndexOf(':') <= lower.lastIndexOf(']');
        return bare ? lower + (scheme.equals("https") ? ":443" : ":80") : lower;
    }

    private static Problem csrf(String detail) {
        return Problem.forbidden("csrf", detail);
    }
}
