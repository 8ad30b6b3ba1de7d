package io.streamwire.auth;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.streamwire.service.Trace;
import io.streamwire.service.TrustedProxies;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;

/**
 * Where a request comes from.
 *
 * @param address the client's network address
 * @param network the same, of IPv6 the /64, all of which one client has
 * @param traceId the trace that it belongs to
 * @param userAgent what the client calls itself, at most 160 characters
 * @param secure whether it came over https
 */
record Origin(String address, String network, String traceId, String userAgent, boolean secure) {

    private static final int LONGEST_USER_AGENT = 160;

    /** Believes a trusted proxy, which is the gateway, about who is in front of it. */
    static Origin of(ServerRequest request, TrustedProxies trusted) {
        var peer = ((InetSocketAddress) request.remotePeer().address()).getAddress();
        var told = request.headers().first(HeaderNames.X_FORWARDED_PROTO).orElse("http");
        var client = trusted.client(request);
        return new Origin(
                client.getHostAddress(),
                network(client),
                Trace.of(request).id(),
                shortened(request.headers().first(HeaderNames.USER_AGENT).orElse("")),
                request.isSecure() || (trusted.contain(peer) && told.equals("https")));
    }

    static String network(InetAddress client) {
        var bytes = client.getAddress();
        int length = client instanceof Inet6Address ? bytes.length / 2 : bytes.length;
        return HexFormat.of().formatHex(bytes, 0, length);
    }

    private static String shortened(String userAgent) {
        var printable = userAgent.replaceAll("[^\\x20-\\x7e]", "").strip();
        return printable.substring(0, Math.min(printable.length(), LONGEST_USER_AGENT));
    }
}
