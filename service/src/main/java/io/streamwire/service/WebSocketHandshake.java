package io.streamwire.service;

import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import java.net.InetAddress;

/**
 * A request for a WebSocket.
 *
 * @param peer the other end of the connection, which may be a proxy
 */
public record WebSocketHandshake(HttpPrologue prologue, Headers headers, InetAddress peer) {}
