package io.streamwire.gateway;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.streamwire.service.Trace;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a service gets to see of a client's headers: all but those of the connection, cookies, those
 * that only Streamwire itself may send, and those that say who is in front, which are written anew.
 */
final class RequestHeaders {

    private static final Set<String> NOT_FROM_CLIENTS =
            Set.of(
                    "cookie",
                    "expect",
                    "forwarded",
                    "host",
                    "http2-settings",
                    "traceparent",
                    "x-forwarded-for",
                    "x-forwarded-host",
                    "x-forwarded-proto",
                    "x-real-ip",
                    "x-service-secret");

    private static final Pattern SCHEME = Pattern.compile("https?");
    private static final Pattern AUTHORITY = Pattern.compile("[A-Za-z0-9.:\\[\\]-]{1,255}");

    private RequestHeaders() {}

    /**
     * The headers for the service.
     *
     * @param client who sent the request
     * @param believed whether it came through a trusted proxy
     */
    static Map<String, List<String>> of(
            ServerRequest request, InetAddress client, boolean believed) {
        var headers = new LinkedHashMap<String, List<String>>();
        var hopByHop = HopByHop.of(all(request, "connection"));
        for (var header : request.headers()) {
            var name = header.headerName().lowerCase();
            if (!hopByHop.contains(name) && !NOT_FROM_CLIENTS.contains(name)) {
                headers.put(header.name(), header.allValues());
            }
        }
        Callers.exchanged(request).ifPresent(caller -> authorize(headers, caller.identity()));
        headers.put("traceparent", List.of(Trace.of(request).traceparent()));
        headers.put("X-Forwarded-For", List.of(client.getHostAddress()));
        headers.put("X-Forwarded-Proto", List.of(scheme(request, believed)));
        host(request, believed).ifPresent(host -> headers.put("X-Forwarded-Host", List.of(host)));
        return headers;
    }

    private static void authorize(Map<String, List<String>> headers, Identity identity) {
        headers.keySet().removeIf(name -> name.equalsIgnoreCase("authorization"));
        headers.put("Authorization", List.of("Bearer " + identity.bearer()));
    }

    /** Every value of a header of a request, none when it is absent. */
    static List<String> all(ServerRequest request, String name) {
        return request.headers().all(HeaderNames.create(name), List::of);
    }

    private static String scheme(ServerRequest request, boolean believed) {
        var told =
                believed ? first(request, "x-forwarded-proto", SCHEME) : Optional.<String>empty();
        return told.orElse(request.isSecure() ? "https" : "http");
    }

    private static Optional<String> host(ServerRequest request, boolean believed) {
        var told =
                believed ? first(request, "x-forwarded-host", AUTHORITY) : Optional.<String>empty();
        return told.or(() -> first(request, "host", AUTHORITY));
    }

    private static Optional<String> first(ServerRequest request, String name, Pattern form) {
        return all(request, name).stream().findFirst().filter(form.asMatchPredicate());
    }
}
