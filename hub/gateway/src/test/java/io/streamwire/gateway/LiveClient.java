package io.streamwire.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A client of the live socket; it answers pings. */
final class LiveClient implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final List<JsonNode> messages = new CopyOnWriteArrayList<>();
    private final List<JsonNode> data = new ArrayList<>(); // guarded by itself
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final boolean answering;
    private final WebSocket socket;
    private final AtomicInteger frames = new AtomicInteger();
    private volatile String reason = "";

    private LiveClient(int port, String token, boolean answering) {
        this.answering = answering;
        this.socket =
                HTTP.newWebSocketBuilder()
                        .header("Authorization", "Bearer " + token)
                        .buildAsync(
                                URI.create("ws://127.0.0.1:" + port + Live.PATH), new Listener())
                        .join();
    }

    static LiveClient connect(Client gateway, String token) {
        return new LiveClient(gateway.port(), token, true);
    }

    /** One that never says that it is there. */
    static LiveClient silent(Client gateway, String token) {
        return new LiveClient(gateway.port(), token, false);
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                frames.incrementAndGet();
                take(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String why) {
            reason = why;
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.complete(-1);
        }
    }

    private void take(String text) {
        try {
            var message = Json.mapper().readTree(text);
            switch (message.path("type").asText()) {
                case "batch" -> message.path("items").forEach(this::add);
                case "data" -> add(message);
                case "ping" -> {
                    messages.add(message);
                    if (answering) {
                        send("{\"type\":\"pong\"}");
                    }
                }
                default -> messages.add(message);
            }
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    private void add(JsonNode item) {
        synchronized (data) {
            data.add(item);
        }
    }

    /** Subscribes as {@code s1} and waits until it begins. */
    LiveClient subscribe(UUID workspace, String... topics) {
        return resume(workspace, "", "", topics);
    }

    /** The same after a cursor of a topic. */
    LiveClient resume(UUID workspace, String topic, String cursor, String... topics) {
        var request = Json.mapper().createObjectNode();
        request.put("type", "subscribe").put("id", "s1").put("workspace_id", workspace.toString());
        for (var name : topics) {
            request.withArray("topics").add(name);
        }
        if (!cursor.isEmpty()) {
            request.putObject("after").put(topic, cursor);
        }
        send(request.toString());
        await(message -> message.path("type").asText().equals("subscribed"));
        return this;
    }

    /** Sends a text when the one before has gone. */
    void send(String text) {
        synchronized (socket) {
            var _ = socket.sendText(text, true).join();
        }
    }

    void sendBinary(byte[] bytes) {
        var _ = socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    }

    /** The first message, other than data, of a kind. */
    JsonNode await(Predicate<JsonNode> kind) {
        Await.until(() -> messages.stream().anyMatch(kind));
        return messages.stream().filter(kind).findFirst().orElseThrow();
    }

    JsonNode await(String type) {
        return await(message -> message.path("type").asText().equals(type));
    }

    boolean has(String type) {
        return messages.stream().anyMatch(m -> m.path("type").asText().equals(type));
    }

    /** Everything of data until now. */
    List<JsonNode> data() {
        synchronized (data) {
            return List.copyOf(data);
        }
    }

    /** The numbers in the data, when there are so many. */
    List<Integer> numbers(int count) {
        Await.until(() -> size() >= count);
        return data().stream().map(item -> item.at("/data/n").asInt()).toList();
    }

    int size() {
        synchronized (data) {
            return data.size();
        }
    }

    int frames() {
        return frames.get();
    }

    /** The code with which the gateway has closed. */
    int closeCode() {
        Await.until(closed::isDone);
        return closed.join();
    }

    String closeReason() {
        var _ = closeCode();
        return reason;
    }

    boolean isClosed() {
        return closed.isDone();
    }

    @Override
    public void close() {
        socket.abort();
    }
}
