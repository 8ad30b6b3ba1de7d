package io.streamwire.service;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsUpgrader;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Turns a connection into a WebSocket (RFC 6455), or answers why not as problem+json. */
final class WebSocketUpgrade extends WsUpgrader {

    private final WebSocketEndpoint endpoint;

    WebSocketUpgrade(WebSocketEndpoint endpoint) {
        super(WsConfig.create());
        this.endpoint = endpoint;
    }

    @Override
    public @Nullable ServerConnection upgrade(
            ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
        if (!endpoint.path().equals(prologue.uriPath().rawPath())) {
            return null; // an ordinary route answers
        }
        try {
            var accept = accept(context, prologue, headers);
            var receiver =
                    endpoint.acceptor()
                            .apply(
                                    new WebSocketHandshake(
                                            prologue,
                                            headers,
                                            ((InetSocketAddress) context.remotePeer().address())
                                                    .getAddress()));
            return new WebSocket(
                    context,
                    endpoint.largestMessage(),
                    receiver,
                    utf8(SWITCHING_PROTOCOL_PREFIX + accept + SWITCHING_PROTOCOLS_SUFFIX));
        } catch (RuntimeException e) {
            context.dataWriter().writeNow(BufferData.create(refusal(e, Trace.read(headers))));
            throw new CloseConnectionException("the request for a WebSocket was refused", e);
        }
    }

    /** The proof that its key was read. */
    private String accept(
            ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
        if (!prologue.method().equals(Method.GET)) {
            throw bad("A WebSocket is asked for by GET.");
        }
        if (!headers.first(WS_VERSION).orElse("").equals(SUPPORTED_VERSION)) {
            throw Problem.of(
                            Status.UPGRADE_REQUIRED_426,
                            "upgrade_required",
                            "Only version 13 of the WebSocket protocol is spoken here.")
                    .header(WS_VERSION.defaultCase(), SUPPORTED_VERSION);
        }
        try {
            return hash(context, headers.first(WS_KEY).orElse(""));
        } catch (RuntimeException e) {
            throw bad("Sec-WebSocket-Key must be 16 bytes in Base64.");
        }
    }

    private static Problem bad(String detail) {
        return Problem.badRequest("bad_handshake", detail);
    }

    private static byte[] refusal(RuntimeException error, Trace trace) {
        var problem = Errors.problem(error);
        var body = problem.body(trace.id());
        var head =
                new StringBuilder("HTTP/1.1 ")
                        .append(problem.status().code())
                        .append(' ')
                        .append(problem.status().reasonPhrase())
                        .append("\r\nContent-Type: ")
                        .append(Problem.MEDIA_TYPE)
                        .append("\r\nContent-Length: ")
                        .append(body.length)
                        .append("\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff")
                        .append("\r\nConnection: close\r\n")
                        .append(Trace.ID.defaultCase())
                        .append(": ")
                        .append(trace.id());
        problem.headers()
                .forEach((name, value) ->
                        head.append("\r\n").append(name).append(": ").append(value));
        var answer = new ByteArrayOutputStream();
        answer.writeBytes(utf8(head.append("\r\n\r\n").toString()));
        answer.writeBytes(body);
        return answer.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
