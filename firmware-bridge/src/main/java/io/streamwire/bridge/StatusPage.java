package io.streamwire.bridge;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the bridge sees, on loopback alone: for people, for programs and for Prometheus. */
final class StatusPage implements HttpService, AutoCloseable {

    private static final HeaderName POLICY = HeaderNames.create("Content-Security-Policy");
    private static final String LOOPBACK = "127.0.0.1";
    private static final int MOST_AT_ONCE = 16;
    private static final long MOST_BODY = 1_024;
    private static final Duration GRACE = Duration.ofMillis(200);

    private final Bridge bridge;
    private final WebServer server;

    private StatusPage(int port, Bridge bridge) {
        this.bridge = bridge;
        this.server =
                WebServer.builder()
                        .host(LOOPBACK)
                        .port(port)
                        .shutdownHook(false)
                        .shutdownGracePeriod(GRACE)
                        .maxPayloadSize(MOST_BODY)
                        .maxConcurrentRequests(MOST_AT_ONCE)
                        .routing(routing -> routing.register(this))
                        .build();
    }

    static StatusPage of(int port, Bridge bridge) {
        return new StatusPage(port, bridge);
    }

    /**
     * Begins to answer.
     *
     * @throws IllegalArgumentException with one line when it cannot listen there
     */
    void start() {
        // Helidon says of a port that is taken no more than that, and with a stack trace.
        try (var socket = new ServerSocket()) {
            socket.bind(
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), server.prototype().port()));
        } catch (IOException e) {
            throw notListening(String.valueOf(e.getMessage()), e);
        }
        server.start();
        if (!server.isRunning()) {
            throw notListening("taken meanwhile", null);
        }
    }

    private IllegalArgumentException notListening(String why, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "bridge.status-port cannot be listened on: %s:%d (%s)"
                        .formatted(LOOPBACK, server.prototype().port(), why),
                cause);
    }

    int port() {
        return server.port();
    }

    @Override
    public void routing(HttpRules rules) {
        rules.get("/", this::page)
                .get("/status", this::status)
                .get("/health", this::health)
                .get("/metrics", this::metrics);
    }

    private void status(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.send(Json.writeBytes(bridge.status()));
    }

    private void health(ServerRequest request, ServerResponse response) {
        var up = bridge.connected();
        response.header(HeaderNames.CONTENT_TYPE, "application/json");
        response.status(up ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503)
                .send(Json.writeBytes(Map.of("status", up ? "up" : "down")));
    }

    private void metrics(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
        response.send(bridge.metrics());
    }

    private void page(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
        response.header(POLICY, "default-src 'none'; style-src 'unsafe-inline'");
        response.send(html(bridge.status()));
    }

    private static String html(Map<String, Object> status) {
        var rows =
                status.entrySet().stream()
                        .filter(entry -> !(entry.getValue() instanceof List))
                        .map(entry -> row(entry.getKey(), entry.getValue()))
                        .collect(Collectors.joining());
        var boards =
                status.get("boards") instanceof List<?> list
                        ? list.stream().map(StatusPage::board).collect(Collectors.joining())
                        : "";
        return """
        <!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2">
        <title>Streamwire bridge</title>
        <style>body{font:14px system-ui;margin:2em}table{border-collapse:collapse;margin:1em 0}td{border:1px solid #999;padding:.2em .6em}</style>
        <h1>Streamwire bridge</h1><table>%s</table><h2>Boards</h2>%s</html>
        """
                .formatted(rows, boards.isEmpty() ? "<p>none</p>" : boards);
    }

    private static String board(Object board) {
        if (!(board instanceof Map<?, ?> fields)) {
            return "";
        }
        return fields.entrySet().stream()
                .map(entry -> row(String.valueOf(entry.getKey()), entry.getValue()))
                .collect(Collectors.joining("", "<table>", "</table>"));
    }

    private static String row(String name, Object value) {
        return "<tr><td>%s<td>%s".formatted(escaped(name), escaped(String.valueOf(value)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    @Override
    public void close() {
        server.stop();
    }
}
