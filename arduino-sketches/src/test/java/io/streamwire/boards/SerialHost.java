package io.streamwire.boards;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The host's side of the serial protocol, as plain as can be: says a line and waits for its reply.
 */
final class SerialHost implements AutoCloseable {

    private static final long RETRY_MS = 1_000;
    private static final int TRIES = 40;
    private static final long PATIENCE_MS = 60_000;

    private final RandomAccessFile port;
    private final List<String> bodies = new ArrayList<>();
    private int number;

    SerialHost(Path path) {
        try {
            this.port = new RandomAccessFile(path.toFile(), "rw");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofPlatform().name("serial-host").daemon().start(this::read);
    }

    /** The line for a body. */
    static String line(String body) {
        return ">%s*%04X\n".formatted(body, crc(body));
    }

    static int crc(String text) {
        int crc = 0xFFFF;
        for (byte one : text.getBytes(StandardCharsets.ISO_8859_1)) {
            crc ^= (one & 0xFF) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ 0x1021;
            }
            crc &= 0xFFFF;
        }
        return crc;
    }

    /** Says it until it is answered, and returns the answer without its number. */
    String say(String words) {
        var mine = number++;
        for (int i = 0; i < TRIES; i++) {
            send(line(mine + " " + words));
            var reply = find(body -> body.startsWith(mine + " "), RETRY_MS);
            if (reply != null) {
                return reply.substring(reply.indexOf(' ') + 1);
            }
        }
        throw new AssertionError("no reply to " + words + ", but: " + bodies());
    }

    /** Begins a session, and arms. */
    void arm() {
        if (!say("HELLO 5f3a9c").startsWith("OK 1 5f3a9c ")
                || !say("ARM 60000").startsWith("OK ")) {
            throw new AssertionError("not armed: " + bodies());
        }
    }

    /** What the board has said by itself, as soon as it is there. */
    String await(String beginning) {
        var found = find(body -> body.startsWith(beginning), PATIENCE_MS);
        if (found == null) {
            throw new AssertionError("no " + beginning + ", but: " + bodies());
        }
        return found;
    }

    void send(String bytes) {
        try {
            port.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that the board has said. */
    List<String> bodies() {
        synchronized (bodies) {
            return List.copyOf(bodies);
        }
    }

    @Override
    public void close() {
        try {
            port.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable String find(Predicate<String> fits, long withinMs) {
        var end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMs);
        synchronized (bodies) {
            while (true) {
                var found = bodies.stream().filter(fits).findFirst();
                if (found.isPresent()) {
                    return found.get();
                }
                var left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return null;
                }
                try {
                    bodies.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private void read() {
        var line = new StringBuilder();
        try {
            for (int next = port.read(); next >= 0; next = port.read()) {
                if (next != '\n') {
                    line.append((char) next);
                    continue;
                }
                heard(line.toString());
                line.setLength(0);
            }
        } catch (IOException e) {
            // The board or this port is gone.
        }
    }

    private void heard(String line) {
        var star = line.lastIndexOf('*');
        if (star < 1
                || !line.substring(star + 1)
                        .equals("%04X".formatted(crc(line.substring(1, star))))) {
            return;
        }
        synchronized (bodies) {
            bodies.add(line.substring(1, star));
            bodies.notifyAll();
        }
    }
}
