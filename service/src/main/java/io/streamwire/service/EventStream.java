package io.streamwire.service;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events to one client, see {@link EventStreams}. What goes out is written by one
 * thread at a time, guarded by one lock.
 */
public final class EventStream {

    private final OutputStream out;
    private final Thread source;
    private final ReentrantLock lock = new ReentrantLock();

    /** Who writes now, and since when. */
    private volatile @Nullable Writing writing;

    private volatile long lastOutput = System.nanoTime();

    private record Writing(Thread thread, long since) {}

    private EventStream(OutputStream out, Thread source) {
        this.out = out;
        this.source = source;
    }

    /** What is done with a stream while its source runs. */
    interface Care {
        void begin(EventStream stream);

        void end(EventStream stream);
    }

    /** Answers with a stream that lasts as long as the source runs. */
    static void run(ServerResponse response, EventSource source, Care care) {
        response.header(HeaderNames.CONTENT_TYPE, "text/event-stream")
                .header(HeaderNames.CACHE_CONTROL, "no-cache, no-transform")
                .header("X-Accel-Buffering", "no");
        try (var out = response.outputStream()) {
            var stream = new EventStream(out, Thread.currentThread());
            stream.comment();
            care.begin(stream);
            try {
                source.run(stream);
            } finally {
                care.end(stream);
            }
        } catch (IOException | UncheckedIOException | InterruptedException e) {
            throw new CloseConnectionException("the reader of an event stream has gone", e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new CloseConnectionException("an event stream broke off", e);
        }
    }

    /**
     * Sends one event.
     *
     * @param id where a reader resumes (Last-Event-ID), or null
     * @param event its name, or null for "message"
     * @param data one or more lines
     */
    public void send(@Nullable String id, @Nullable String event, String data) throws IOException {
        batch().add(id, event, data).send();
    }

    /** Events that go out together, which costs hardly more than one alone. */
    public Batch batch() {
        return new Batch();
    }

    /** Events that go out together; for one thread. */
    public final class Batch {

        private final StringBuilder text = new StringBuilder(1_024);

        private Batch() {}

        /** As {@link EventStream#send}. */
        public Batch add(@Nullable String id, @Nullable String event, String data) {
            if (id != null) {
                text.append("id: ").append(oneLine(id)).append('\n');
            }
            if (event != null) {
                text.append("event: ").append(oneLine(event)).append('\n');
            }
            if (isOneLine(data)) {
                text.append("data: ").append(data).append('\n');
            } else {
                data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
            }
            text.append('\n');
            return this;
        }

        /** Sends what there is, if anything. */
        public void send() throws IOException {
            if (!text.isEmpty()) {
                write(text);
                text.setLength(0);
            }
        }
    }

    /** Sends a comment, which readers ignore. */
    public void comment() throws IOException {
        write(":\n\n");
    }

    private void write(CharSequence text) throws IOException {
        lock.lock();
        try {
            writing = new Writing(Thread.currentThread(), System.nanoTime());
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
            out.flush();
        } finally {
            lastOutput = System.nanoTime();
            writing = null;
            lock.unlock();
        }
    }

    /** Says something when nothing was said for long, and cuts off a reader that takes nothing. */
    void tend(Duration silence, Duration patience) {
        var now = System.nanoTime();
        var busy = writing;
        if (busy != null) {
            if (now - busy.since() > patience.toNanos()) {
                busy.thread().interrupt(); // closes a socket in which a virtual thread writes
            }
            return;
        }
        if (now - lastOutput > silence.toNanos()) {
            Thread.ofVirtual().name("sse-comment").start(this::probe);
        }
    }

    private void probe() {
        try {
            comment();
        } catch (IOException | RuntimeException e) {
            source.interrupt();
        }
    }

    private static boolean isOneLine(String data) {
        return !data.isEmpty() && data.indexOf('\n') < 0 && data.indexOf('\r') < 0;
    }

    private static String oneLine(String text) {
        return text.replace('\n', ' ').replace('\r', ' ');
    }
}
