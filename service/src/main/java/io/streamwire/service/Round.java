package io.streamwire.service;

import io.helidon.dbclient.DbClientException;
import io.streamwire.bus.BusException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Work that is repeated on a thread of its own; what fails is tried again in the next round. */
public final class Round implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Round.class.getName());
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final String name;
    private final Duration period;
    private final Runnable work;
    private final Thread thread;

    /** Not an interrupt or an unpark: what the work calls may use those up. */
    private final Semaphore wakes = new Semaphore(0);

    private volatile boolean closed;
    private boolean failing; // only of the thread

    private Round(String name, Duration period, Runnable work) {
        this.name = name;
        this.period = period;
        this.work = work;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    /** Begins the first round at once, and another when a period has passed after each. */
    public static Round every(Duration period, String name, Runnable work) {
        var round = new Round(name, period, work);
        round.thread.start();
        return round;
    }

    /** Does not wait for the period to be over. */
    public void soon() {
        wakes.release();
    }

    private void run() {
        try {
            while (!closed) {
                work();
                var pause = failing && period.compareTo(LONGEST_RETRY) > 0 ? LONGEST_RETRY : period;
                var _ = wakes.tryAcquire(pause.toNanos(), TimeUnit.NANOSECONDS);
                wakes.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            work.run();
            failing = false;
        } catch (BusException | DbClientException e) {
            if (!failing) {
                LOG.log(Level.WARNING, "round={0} failed=\"{1}\"", name, e.getMessage());
            }
            failing = true;
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "round=" + name + " failed", e);
            failing = true;
        }
    }

    /** Gives the round that is under way 3 s. */
    @Override
    public void close() {
        closed = true;
        wakes.release();
        try {
            if (!thread.join(PATIENCE)) {
                LOG.log(Level.WARNING, "round={0} ended=no", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
