package io.streamwire.gateway;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A real HTTP server in the place of a service, which notes what reaches it. */
final class Backend implements AutoCloseable {

    /**
     * One request as it came.
     *
     * @param headers by name in lower case
     */
    record Arrived(
            String method, String target, TreeMap<String, List<String>> headers, String body) {

        String header(String name) {
            return String.join(", ", headers.getOrDefault(name, List.of()));
        }
    }

    private final WebServer server;
    private final Queue<Arrived> arrived = new ConcurrentLinkedQueue<>();

    private Backend(Handler handler, int port) {
        this.server =
                WebServer.builder()
                        .host("127.0.0.1")
                        .port(port)
                        .shutdownHook(false)
                        .routing(routing ->
                                routing.get("/health/live", (_, response) -> response.send("{}"))
                                        .any((request, response) -> {
                                            arrived.add(read(request));
                                            handler.handle(request, response);
                                        }))
                        .build();
    }

    /** Answers every request but its health check by the handler. */
    static Backend start(Handler handler) {
        return start(handler, 0);
    }

    static Backend start(Handler handler, int port) {
        var backend = new Backend(handler, port);
        backend.server.start();
        return backend;
    }

    /** Answers every request with its own name. */
    static Backend named(String name) {
        return start((_, response) ->
                response.header(HeaderNames.create("X-Served-By"), name).send(name));
    }

    int port() {
        return server.port();
    }

    String url() {
        return URI.create("http://127.0.0.1:" + port()).toString();
    }

    /** What came so far, the health checks left out. */
    List<Arrived> arrived() {
        return List.copyOf(arrived);
    }

    Arrived onlyArrival() {
        if (arrived.size() != 1) {
            throw new AssertionError("one request expected: " + arrived);
        }
        return arrived.element();
    }

    private static Arrived read(ServerRequest request) {
        var headers = new TreeMap<String, List<String>>();
        for (Header header : request.headers()) {
            headers.put(header.headerName().lowerCase(), header.allValues());
        }
        var prologue = request.prologue();
        var query = prologue.query().rawValue();
        var body =
                request.content().hasEntity()
                        ? new String(request.content().as(byte[].class), StandardCharsets.UTF_8)
                        : "";
        return new Arrived(
                prologue.method().text(),
                prologue.uriPath().rawPath() + (query.isEmpty() ? "" : "?" + query),
                headers,
                body);
    }

    @Override
    public void close() {
        server.stop();
    }
}
