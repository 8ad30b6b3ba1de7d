package io.streamwire.standalone;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A live socket to a gateway. */
final class LiveConnection implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final WebSocket socket;

    private LiveConnection(URI gateway, String query, String... headers) {
        var builder = HTTP.newWebSocketBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        var url = "ws://" + gateway.getAuthority() + "/api/v1/live" + query;
        this.socket = builder.buildAsync(URI.create(url), new Listener()).join();
    }

    static LiveConnection open(URI gateway, String query, String... headers) {
        return new LiveConnection(gateway, query, headers);
    }

    /** The status with which a handshake is refused. */
    static int refused(URI gateway, String query, String... headers) {
        try (var _ = open(gateway, query, headers)) {
            throw new AssertionError("it was let in");
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refusal) {
                return refusal.getResponse().statusCode();
            }
            throw e;
        }
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket from, CharSequence part, boolean last) {
            message.append(part);
            if (last) {
                messages.add(message.toString());
                message.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.complete(-1);
        }
    }

    /** Subscribes to devices and waits until it is let in. */
    LiveConnection follow(UUID workspace) {
        var _ =
                socket.sendText(
                                "{\"type\":\"subscribe\",\"id\":\"s1\",\"workspace_id\":\"%s\",\"topics\":[\"devices\"]}"
                                        .formatted(workspace),
                                true)
                        .join();
        Await.until(() -> has("subscribed"));
        return this;
    }

    boolean has(String type) {
        return messages.stream().anyMatch(text -> text.startsWith("{\"type\":\"" + type + "\""));
    }

    /** The code with which the gateway has closed. */
    int closeCode() {
        Await.until(closed::isDone);
        return closed.join();
    }

    boolean isClosed() {
        return closed.isDone();
    }

    @Override
    public void close() {
        socket.abort();
    }
}
