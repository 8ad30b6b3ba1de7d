package io.streamwire.standalone;

import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What has been started, closed in reverse. Closing while something starts waits for that one and
 * refuses the next. Guarded by its own lock.
 */
final class Parts implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Parts.class.getName());

    private final Deque<Part> started = new ArrayDeque<>();
    private boolean closed;

    /**
     * Starts a part.
     *
     * @throws InterruptedStartException after {@link #close}
     */
    synchronized <T extends AutoCloseable> T open(String name, Supplier<T> start) {
        if (closed) {
            throw new InterruptedStartException();
        }
        T part = start.get();
        started.push(new Part(name, part));
        return part;
    }

    /** Lets a part stop before all others that have started until now. */
    synchronized void stopNext(String name) {
        started.stream()
                .filter(part -> part.name.equals(name))
                .findFirst()
                .ifPresent(part -> {
                    started.remove(part);
                    started.push(part);
                });
    }

    /** Closes everything, also when something fails to close; closing twice is fine. */
    @Override
    public synchronized void close() {
        closed = true;
        for (@Nullable Part part = started.poll(); part != null; part = started.poll()) {
            long begin = System.nanoTime();
            try {
                part.closeable.close();
                LOG.log(
                        Level.INFO,
                        "stopped part={0} ms={1,number,#}",
                        part.name,
                        (System.nanoTime() - begin) / 1_000_000);
            } catch (Exception e) {
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                LOG.log(Level.WARNING, "stop failed part=" + part.name, e);
            }
        }
    }

    private record Part(String name, AutoCloseable closeable) {}
}
