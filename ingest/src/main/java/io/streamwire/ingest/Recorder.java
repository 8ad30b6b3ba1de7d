package io.streamwire.ingest;

import io.helidon.dbclient.DbClientException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Writes what happened to livestreams behind them, in order, on a thread of its own: PostgreSQL may
 * be away and nothing waits for it.
 */
final class Recorder implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Recorder.class.getName());
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);
    private static final int MOST = 100_000;

    private final LinkedBlockingQueue<Runnable> records = new LinkedBlockingQueue<>(MOST);
    private final Thread writer = Thread.ofVirtual().name("ingest-recorder").unstarted(this::run);

    void start() {
        writer.start();
    }

    void write(Runnable record) {
        if (!records.offer(record)) {
            LOG.log(Level.ERROR, "record=lost reason=\"too many wait for PostgreSQL\"");
        }
    }

    private void run() {
        try {
            while (true) {
                writeUntilDone(records.take());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void writeUntilDone(Runnable record) throws InterruptedException {
        for (boolean said = false; true; said = true) {
            try {
                record.run();
                return;
            } catch (DbClientException e) {
                if (!said) {
                    LOG.log(Level.WARNING, "record=delayed reason=\"{0}\"", e.getMessage());
                }
                Thread.sleep(RETRY);
            }
        }
    }

    /** Writes what is left, bounded. */
    @Override
    public void close() {
        try {
            var done = new CountDownLatch(1);
            write(done::countDown);
            if (!done.await(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.log(Level.WARNING, "records=lost count={0,number,#}", records.size());
            }
            writer.interrupt();
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
