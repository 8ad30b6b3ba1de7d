package io.streamwire.standalone;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/** Clients of the live socket that follow the events of one workspace and note how old they are. */
final class LiveCrowd implements AutoCloseable {

    private static final long LONGEST_MICROS = Duration.ofMinutes(5).toNanos() / 1_000;
    private static final Duration GLANCE = Duration.ofMillis(10);
    private static final Duration READY = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Member> members = new ArrayList<>();
    private final List<WebSocket> sockets = new ArrayList<>();
    private final ConcurrentHistogram micros = new ConcurrentHistogram(LONGEST_MICROS, 3);
    private final AtomicLong frames = new AtomicLong();
    private final CountDownLatch subscribed;

    private LiveCrowd(int size) {
        this.subscribed = new CountDownLatch(size);
    }

    /** Connects so many and waits until all of them follow. */
    static LiveCrowd connect(int port, String token, UUID workspace, int size)
            throws InterruptedException {
        var crowd = new LiveCrowd(size);
        for (int n = 0; n < size; n++) {
            var member = crowd.new Member();
            crowd.members.add(member);
            var socket =
                    crowd.http
                            .newWebSocketBuilder()
                            .header("Authorization", "Bearer " + token)
                            .buildAsync(
                                    URI.create("ws://127.0.0.1:" + port + "/api/v1/live"), member)
                            .join();
            crowd.sockets.add(socket);
            var _ =
                    socket.sendText(
                            "{\"type\":\"subscribe\",\"id\":\"bench\",\"workspace_id\":\"%s\",\"topics\":[\"events\"]}"
                                    .formatted(workspace),
                            true);
        }
        if (!crowd.subscribed.await(READY.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("not every client was let in");
        }
        return crowd;
    }

    private final class Member implements WebSocket.Listener {
        private final StringBuilder frame = new StringBuilder();
        private final AtomicLong events = new AtomicLong();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket socket, CharSequence part, boolean last) {
            frame.append(part);
            if (last) {
                read(socket, frame.toString());
                frame.setLength(0);
            }
            socket.request(1);
            return null;
        }

        private void read(WebSocket socket, String text) {
            if (text.startsWith("{\"type\":\"subscribed\"")) {
                subscribed.countDown();
                return;
            }
            if (text.startsWith("{\"type\":\"ping\"")) {
                var _ = socket.sendText("{\"type\":\"pong\"}", true);
                return;
            }
            var now = System.nanoTime();
            frames.incrementAndGet();
            for (int at = text.indexOf(EventWriter.DUE);
                    at >= 0;
                    at = text.indexOf(EventWriter.DUE, at)) {
                at += EventWriter.DUE.length();
                var due = Long.parseLong(text, at, text.indexOf('"', at), 10);
                micros.recordValue(Math.clamp((now - due) / 1_000, 0, LONGEST_MICROS));
                events.incrementAndGet();
            }
        }
    }

    /** Waits until everybody has so many events; false when that took too long. */
    boolean await(long events, Duration patience) throws InterruptedException {
        var deadline = System.nanoTime() + patience.toNanos();
        while (members.stream().anyMatch(member -> member.events.get() < events)) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            Thread.sleep(GLANCE);
        }
        return true;
    }

    /** Forgets what was noted until now. */
    void reset() {
        members.forEach(member -> member.events.set(0));
        micros.reset();
        frames.set(0);
    }

    /** From when an event was due to when a client had it, microseconds. */
    ConcurrentHistogram micros() {
        return micros;
    }

    double eventsPerFrame() {
        return (double) micros.getTotalCount() / Math.max(1, frames.get());
    }

    @Override
    public void close() {
        sockets.forEach(WebSocket::abort);
        http.shutdownNow();
    }
}
