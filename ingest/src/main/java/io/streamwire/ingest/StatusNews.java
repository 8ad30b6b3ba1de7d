package io.streamwire.ingest;

import io.streamwire.bus.Bus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Wakes whoever watches the livestreams of a workspace, at every instance, when one of them has
 * changed. Says nothing else: what is missed is seen at the next look. Thread-safe.
 */
final class StatusNews implements AutoCloseable {

    private static final Logger LOG = System.getLogger(StatusNews.class.getName());
    private static final String CHANNEL = "livestream-status";

    private final Bus bus;
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private @Nullable AutoCloseable listening;

    StatusNews(Bus bus) {
        this.bus = bus;
    }

    void start() {
        listening = bus.listen(CHANNEL, this::heard);
    }

    private void heard(String workspaceId) {
        try {
            here(UUID.fromString(workspaceId));
        } catch (IllegalArgumentException e) {
            LOG.log(Level.DEBUG, "channel={0} understood=no", CHANNEL);
        }
    }

    /** Wakes those who watch at this instance. */
    void here(UUID workspaceId) {
        for (var watch : watches) {
            if (watch.workspaceId.equals(workspaceId)) {
                watch.news.release();
            }
        }
    }

    /** Wakes those who watch at any instance. */
    void changed(UUID workspaceId) {
        here(workspaceId);
        bus.announce(CHANNEL, workspaceId.toString());
    }

    Watch watch(UUID workspaceId) {
        var watch = new Watch(workspaceId);
        watches.add(watch);
        return watch;
    }

    /** One who watches, from one thread. */
    final class Watch implements AutoCloseable {

        private final UUID workspaceId;
        private final Semaphore news = new Semaphore(0);

        private Watch(UUID workspaceId) {
            this.workspaceId = workspaceId;
        }

        /** Whether something has changed since the last time this was asked; waits for it. */
        boolean await(Duration timeout) throws InterruptedException {
            if (!news.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                return false;
            }
            news.drainPermits();
            return true;
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }

    @Override
    public void close() {
        try {
            if (listening != null) {
                listening.close();
            }
        } catch (Exception e) {
            LOG.log(Level.WARNING, "statuses=deaf", e);
        }
    }
}
