package io.streamwire.bridge;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The one thread on which the bridge decides: boards, commands and safety need no locks. Nothing on
 * it may block. Whatever a task throws, an OutOfMemoryError too, is told to the panic handler,
 * which switches everything off: a bridge that no longer knows what it does must not go on.
 */
final class Loop implements AutoCloseable {

    private static final long CLOSE_MS = 1_000;

    private final ScheduledThreadPoolExecutor executor;
    private final Consumer<Throwable> panic;

    /** Something that will happen unless it is cancelled. */
    interface Timer {
        void cancel();
    }

    /**
     * @param panic told of every failure, on the thread that failed
     */
    Loop(Consumer<Throwable> panic) {
        this.panic = panic;
        this.executor =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().name("bridge").daemon().factory());
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    }

    /** Milliseconds of the monotonic clock; only differences mean something. */
    long millis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    void execute(Runnable work) {
        try {
            executor.execute(guarded(work));
        } catch (RejectedExecutionException e) {
            // Closed: nothing is on any more.
        }
    }

    /** Does it once, that many ms from now. */
    Timer after(long ms, Runnable work) {
        try {
            var task = executor.schedule(guarded(work), Math.max(0, ms), TimeUnit.MILLISECONDS);
            return () -> task.cancel(false);
        } catch (RejectedExecutionException e) {
            return () -> {};
        }
    }

    /** Does it again and again, that many ms apart. */
    Timer every(long ms, Runnable work) {
        var task = executor.scheduleWithFixedDelay(guarded(work), ms, ms, TimeUnit.MILLISECONDS);
        return () -> task.cancel(false);
    }

    /**
     * What the thread answers.
     *
     * @throws IllegalStateException when it does not within the time
     */
    <T> T ask(long ms, Callable<T> question) {
        var answer = new FutureTask<>(question);
        execute(answer);
        try {
            return answer.get(ms, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IllegalStateException("the bridge's thread gives no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (Throwable failure) {
                panic.accept(failure);
            }
        };
    }

    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
