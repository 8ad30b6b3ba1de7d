package io.streamwire.ingest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** A browser that reads server-sent events. */
final class EventReader implements AutoCloseable {

    /** One event as it was sent; empty where a line was missing. */
    record Sent(String id, String event, String data) {}

    private final Stream<String> lines;
    private final Thread thread;
    private final List<Sent> events = new CopyOnWriteArrayList<>();
    private volatile boolean greeted;
    private String id = "";
    private String event = "";
    private String data = "";

    private EventReader(Stream<String> lines) {
        this.lines = lines;
        this.thread = Thread.ofVirtual().unstarted(this::read);
    }

    /** Returns once the stream has begun. */
    static EventReader open(HttpClient http, HttpRequest request) {
        try {
            var response = http.send(request, BodyHandlers.ofLines());
            if (response.statusCode() != 200) {
                throw new AssertionError("HTTP " + response.statusCode());
            }
            var reader = new EventReader(response.body());
            reader.thread.start();
            Await.until(() -> reader.greeted);
            return reader;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    List<Sent> events() {
        return List.copyOf(events);
    }

    private void read() {
        try {
            lines.forEach(this::line);
        } catch (UncheckedIOException e) {
            greeted = true; // closed
        }
    }

    private void line(String line) {
        if (line.startsWith(":")) {
            greeted = true;
        } else if (line.startsWith("id: ")) {
            id = line.substring(4);
        } else if (line.startsWith("event: ")) {
            event = line.substring(7);
        } else if (line.startsWith("data: ")) {
            data += line.substring(6);
        } else if (line.isEmpty() && !data.isEmpty()) {
            events.add(new Sent(id, event, data));
            id = "";
            event = "";
            data = "";
        }
    }

    @Override
    public void close() {
        lines.close();
    }
}
