package io.streamwire.devices;

import io.helidon.dbclient.DbClientException;
import io.streamwire.bus.BusException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Work that is repeated on a thread of its own; what fails is tried again in the next round. */
final class Round implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Round.class.getName());

    private final String name;
    private final Duration period;
    private final Runnable work;
    private final Thread thread;
    private volatile boolean closed;
    private boolean failing; // only of the thread

    private Round(String name, Duration period, Runnable work) {
        this.name = name;
        this.period = period;
        this.work = work;
        this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
    }

    static Round every(Duration period, String name, Runnable work) {
        var round = new Round(name, period, work);
        round.thread.start();
        return round;
    }

    /** Does not wait for the period to be over. */
    void soon() {
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!closed) {
            try {
                work.run();
                failing = false;
            } catch (BusException | DbClientException e) {
                if (!failing) {
                    LOG.log(Level.WARNING, "round={0} failed={1}", name, e.getMessage());
                }
                failing = true;
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "round=" + name + " failed", e);
            }
            if (!closed) {
                LockSupport.parkNanos(period.toNanos());
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(Duration.ofSeconds(3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
