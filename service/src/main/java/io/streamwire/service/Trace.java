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
        return match.matches() ? new Trace(match.group(1), half()) : begin();
    }

    /** A trace of something that no request has caused. */
    public static Trace begin() {
        return new Trace(half() + half(), half());
    }

    private static String half() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong() | 1);
    }

    /** The value of the {@code traceparent} header of a call that this request causes. */
    public String traceparent() {
        return "00-" + id + "-" + parent + "-01";
    }
}
