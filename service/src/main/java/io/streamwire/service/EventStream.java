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
 * Server-sent events to one client. A comment goes out whenever nothing else did for 15 s, so that
 * proxies keep the connection and a client that has gone is noticed; then the source's thread is
 * interrupted. Output is guarded by one lock.
 */
public final class EventStream {

    private static final Duration SILENCE = Duration.ofSeconds(15);

    private final OutputStream out;
    private final Thread source;
    private final ReentrantLock lock = new ReentrantLock();
    private long lastOutput = System.nanoTime();

    private EventStream(OutputStream out, Thread source) {
        this.out = out;
        this.source = source;
    }

    /** Answers with a stream that lasts as long as the source runs. */
    public static void stream(ServerResponse response, EventSource source) {
        stream(response, source, SILENCE);
    }

    static void stream(ServerResponse response, EventSource source, Duration silence) {
        response.header(HeaderNames.CONTENT_TYPE, "text/event-stream")
                .header(HeaderNames.CACHE_CONTROL, "no-cache, no-transform")
                .header("X-Accel-Buffering", "no");
        Thread keeper = null;
        try (var out = response.outputStream()) {
            var stream = new EventStream(out, Thread.currentThread());
            stream.comment();
            keeper = Thread.ofVirtual().name("sse-keeper").start(() -> stream.keep(silence));
            source.run(stream);
        } catch (IOException | UncheckedIOException | InterruptedException e) {
            throw new CloseConnectionException("the reader of an event stream has gone", e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new CloseConnectionException("an event stream broke off", e);
        } finally {
            if (keeper != null) {
                keeper.interrupt();
            }
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
        var text = new StringBuilder(data.length() + 64);
        if (id != null) {
            text.append("id: ").append(oneLine(id)).append('\n');
        }
        if (event != null) {
            text.append("event: ").append(oneLine(event)).append('\n');
        }
        data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
        write(text.append('\n'));
    }

    /** Sends a comment, which readers ignore. */
    public void comment() throws IOException {
        write(":\n\n");
    }

    private void write(CharSequence text) throws IOException {
        lock.lock();
        try {
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
            out.flush();
            lastOutput = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    private void keep(Duration silence) {
        try {
            while (true) {
                var rest = silence.minusNanos(System.nanoTime() - lastOutput());
                if (rest.isPositive()) {
                    Thread.sleep(rest);
                    continue;
                }
                comment();
            }
        } catch (IOException | RuntimeException e) {
            source.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long lastOutput() {
        lock.lock();
        try {
            return lastOutput;
        } finally {
            lock.unlock();
        }
    }

    private static String oneLine(String text) {
        return text.replace('\n', ' ').replace('\r', ' ');
    }
}
