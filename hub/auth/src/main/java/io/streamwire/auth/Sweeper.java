package io.streamwire.auth;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/** Deletes expired sessions once an hour. */
final class Sweeper implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Sweeper.class.getName());
    private static final Duration INTERVAL = Duration.ofHours(1);

    private final Sessions sessions;
    private final Thread thread = Thread.ofVirtual().name("auth-sweeper").unstarted(this::run);

    Sweeper(Sessions sessions) {
        this.sessions = sessions;
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        try {
            while (true) {
                sweep();
                Thread.sleep(INTERVAL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sweep() {
        try {
            sessions.sweep();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "sweep=failed why=\"{0}\"", e.getMessage());
        }
    }
}
