package io.streamwire.bridge;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Switches everything off when the bridge no longer knows what it does, and ends the program. No
 * part that fails or hangs keeps the others from it. Thread-safe.
 */
final class EmergencyOff implements AutoCloseable {

    /** The program is over that long after the failure, whatever hangs, ms. */
    static final long MOST_MS = 300;

    /** What is written to ports gets that long, all of it together, ms. */
    static final long WRITE_MS = 200;

    private static final Logger LOG = System.getLogger(EmergencyOff.class.getName());

    private final Runnable pins;
    private final Supplier<List<Runnable>> wires;
    private final Runnable fatal;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final CountDownLatch failed = new CountDownLatch(1);

    /** Started beforehand: later there may be no memory for it. */
    private final Thread timer;

    /**
     * @param pins switches off what needs no port; at once
     * @param wires what switches the rest off; each may wait
     * @param fatal ends the program; called once
     */
    EmergencyOff(Runnable pins, Supplier<List<Runnable>> wires, Runnable fatal) {
        this.pins = pins;
        this.wires = wires;
        this.fatal = fatal;
        this.timer = Thread.ofPlatform().name("emergency-off").daemon().unstarted(this::endAnyway);
    }

    void start() {
        timer.start();
    }

    private void endAnyway() {
        try {
            failed.await();
            Thread.sleep(MOST_MS);
        } catch (InterruptedException e) {
            return; // the bridge ended in order
        }
        end();
    }

    /** Off, and the end; the second time it does nothing. */
    void run(Throwable failure) {
        if (!begun.compareAndSet(false, true)) {
            return;
        }
        failed.countDown();
        try {
            guarded(pins);
            var _ = together(wires.get(), WRITE_MS);
            LOG.log(Level.ERROR, "bridge=failed everything=off", failure);
        } catch (Throwable another) {
            failure.addSuppressed(another);
        } finally {
            end();
        }
    }

    private void end() {
        if (ended.compareAndSet(false, true)) {
            fatal.run();
        }
    }

    /**
     * Does them at the same time, whatever others throw.
     *
     * @return whether all were done within the time
     */
    static boolean together(List<Runnable> parts, long ms) {
        var open = new CountDownLatch(parts.size());
        for (var part : parts) {
            Runnable work =
                    () -> {
                        guarded(part);
                        open.countDown();
                    };
            try {
                var _ = Thread.ofPlatform().name("off").daemon().start(work);
            } catch (Throwable noThread) {
                work.run();
            }
        }
        var interrupted = Thread.interrupted();
        try {
            return open.await(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void guarded(Runnable part) {
        try {
            part.run();
        } catch (Throwable failure) {
            LOG.log(Level.ERROR, "bridge=switching_off failed", failure);
        }
    }

    /** It is not needed any more. */
    @Override
    public void close() {
        timer.interrupt();
    }
}
