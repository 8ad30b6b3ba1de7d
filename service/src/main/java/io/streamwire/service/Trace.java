package io.streamwire.service;

import io.helidon.common.context.Context;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.webserver.http.ServerRequest;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * The W3C trace of a request, taken from its {@code traceparent} header or begun here.
 *
 * @param id 32 hex digits
 * @param parent 16 hex digits, this service's own part
 */
public record Trace(String id, String parent) {

    /** The answer's header with the trace id. */
    public static final HeaderName ID = HeaderNames.create("X-Trace-Id");

    /** The header that hands the trace on. */
    public static final HeaderName PARENT = HeaderNames.create("traceparent");

    private static final Pattern FORMAT =
            Pattern.compile(
                    "(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    /** The trace of a request. */
    public static Trace of(ServerRequest request) {
        return of(request.context(), request.headers());
    }

    static Trace of(Context context, Headers headers) {
        return context.get(Trace.class)
                .orElseGet(() -> {
                    var trace = read(headers);
                    context.register(trace);
                    return trace;
                });
    }

    static Trace read(Headers headers) {
        var match = FORMAT.matcher(headers.first(PARENT).orElse(""));
        var random = ThreadLocalRandom.current();
        var hex = HexFormat.of();
        var parent = hex.toHexDigits(random.nextLong() | 1);
        if (match.matches()) {
            return new Trace(match.group(1), parent);
        }
        return new Trace(
                hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong() | 1),
                parent);
    }

    /** The value of the {@code traceparent} header of a call that this request causes. */
    public String traceparent() {
        return "00-" + id + "-" + parent + "-01";
    }
}
