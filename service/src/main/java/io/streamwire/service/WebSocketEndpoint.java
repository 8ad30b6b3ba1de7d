package io.streamwire.service;

import java.util.function.Function;

/**
 * A path at which WebSockets are opened.
 *
 * @param largestMessage longest message of a client, bytes
 * @param acceptor decides about a request; throws a {@link Problem}, which is answered over HTTP
 */
public record WebSocketEndpoint(
        String path,
        int largestMessage,
        Function<WebSocketHandshake, WebSocketReceiver> acceptor) {}
