package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Somebody who watches the overlay of a workspace. */
final class Overlay implements AutoCloseable {

    private final List<String> ids = new CopyOnWriteArrayList<>();
    private final List<JsonNode> messages = new CopyOnWriteArrayList<>();
    private final Stream<String> lines;
    private int taken;

    Overlay(Client viewer, @Nullable String lastId) throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + viewer.port() + "/rules/overlay"))
                        .header("Authorization", "Bearer " + viewer.token());
        if (lastId != null) {
            request.header("Last-Event-ID", lastId);
        }
        lines = HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofLines()).body();
        Thread.startVirtualThread(() -> lines.forEach(this::take));
    }

    private void take(String line) {
        if (line.startsWith("id: ")) {
            ids.add(line.substring(4));
        } else if (line.startsWith("data: ")) {
            messages.add(Json.read(line.substring(6), JsonNode.class));
        }
    }

    /** Waits for the next message. */
    JsonNode next() {
        int number = taken++;
        Await.until(() -> messages.size() > number);
        return messages.get(number);
    }

    String firstId() {
        return ids.getFirst();
    }

    int received() {
        return messages.size();
    }

    @Override
    public void close() {
        lines.close();
    }
}
