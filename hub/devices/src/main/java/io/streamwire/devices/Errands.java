package io.streamwire.devices;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * What one broker has still to be told. Each errand is tried until it is done, less and less often:
 * a broker that was cut off for hours must not keep a session whose token was revoked meanwhile.
 * Thread-safe.
 */
final class Errands implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Errands.class.getName());

    /** Most that wait for a broker that does not answer; a further one is tried once only. */
    static final int MOST = 10_000;

    private static final int MOST_AT_ONCE = 32;

    /** The pause is this part of the time that an errand has taken so far. */
    private static final int SLOWER = 8;

    private final Duration shortest;
    private final Duration longest;

    /** How often each was asked for. */
    private final Map<Errand, Integer> asked = new ConcurrentHashMap<>();

    private final Semaphore atOnce = new Semaphore(MOST_AT_ONCE, true);
    private final CountDownLatch closing = new CountDownLatch(1);

    private record Errand(String what, UUID client) {}

    /**
     * @param shortest pause between two tries
     * @param longest pause between two tries
     */
    Errands(Duration shortest, Duration longest) {
        this.shortest = shortest;
        this.longest = longest;
    }

    /** Begins one; one that is under way is done once more. */
    void begin(String what, UUID client, Runnable work) {
        var errand = new Errand(what, client);
        if (asked.merge(errand, 1, Integer::sum) == 1) {
            var _ = Thread.ofVirtual().name(what + "-" + client).start(() -> run(errand, work));
        }
    }

    int size() {
        return asked.size();
    }

    private void run(Errand errand, Runnable work) {
        try {
            int done;
            do {
                done = untilDone(errand, work);
            } while (!asked.remove(errand, done) && !closed());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How often it had been asked for when it began the last time. */
    private int untilDone(Errand errand, Runnable work) throws InterruptedException {
        var began = System.nanoTime();
        for (int tries = 0; ; tries++) {
            var times = asked.getOrDefault(errand, 0);
            if (tried(errand, work, tries)) {
                return times;
            }
            if (asked.size() > MOST) {
                LOG.log(
                        Level.ERROR,
                        "client={0} {1}=given_up broker=unreachable",
                        errand.client(),
                        errand.what());
                return times;
            }
            var pause = pause(Duration.ofNanos(System.nanoTime() - began));
            var _ = closing.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private boolean tried(Errand errand, Runnable work, int tries) throws InterruptedException {
        atOnce.acquire();
        try {
            if (!closed()) {
                work.run();
                LOG.log(Level.INFO, "client={0} {1}=done", errand.client(), errand.what());
            }
            return true;
        } catch (RuntimeException e) {
            if (tries == 0) {
                LOG.log(
                        Level.WARNING,
                        "client={0} {1}=later reason={2}",
                        errand.client(),
                        errand.what(),
                        e.getMessage());
            }
            return false;
        } finally {
            atOnce.release();
        }
    }

    private boolean closed() {
        return closing.getCount() == 0;
    }

    private Duration pause(Duration soFar) {
        var pause = soFar.dividedBy(SLOWER);
        if (pause.compareTo(shortest) < 0) {
            return shortest;
        }
        return pause.compareTo(longest) < 0 ? pause : longest;
    }

    /** Tries no longer. */
    @Override
    public void close() {
        closing.countDown();
    }
}
