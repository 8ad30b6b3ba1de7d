package io.streamwire.rules;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** A program on this host that webhooks are sent to, and what it answers. */
final class Receiver implements AutoCloseable {

    final List<Message> messages = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final Answer answer;

    /** A message that came. */
    record Message(
            String path, String id, String timestamp, String signature, String hops, String body) {}

    /** Says something to the sender. */
    interface Answer {
        void give(HttpExchange exchange, int number) throws IOException;
    }

    Receiver(Answer answer) {
        this.answer = answer;
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::take);
        server.start();
    }

    /** Always says this. */
    static Receiver saying(int status) {
        return new Receiver((exchange, _) -> exchange.sendResponseHeaders(status, -1));
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            messages.add(
                    new Message(
                            exchange.getRequestURI().toString(),
                            header(exchange, WebhookSignature.ID),
                            header(exchange, WebhookSignature.TIMESTAMP),
                            header(exchange, WebhookSignature.SIGNATURE),
                            header(exchange, HooksApi.HOPS),
                            body));
            answer.give(exchange, messages.size());
        }
    }

    private static String header(HttpExchange exchange, String name) {
        return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst(name), "");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
