package io.streamwire.virtualboard;

import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The one thread that every board of a process lives on. */
final class BoardThread implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(BoardThread.class.getName());
    private static final long STOP_SECONDS = 5;
    private static final long ANSWER_SECONDS = 5;

    private final ScheduledThreadPoolExecutor executor;

    BoardThread() {
        executor =
                new ScheduledThreadPoolExecutor(
                        1,
                        Thread.ofPlatform().name("virtual-boards").daemon().factory(),
                        new ThreadPoolExecutor.DiscardPolicy());
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    void execute(Runnable task) {
        executor.execute(() -> run(task));
    }

    Timer schedule(Runnable task, long delayMs) {
        var future = executor.schedule(() -> run(task), delayMs, TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
    }

    /** Something that is due later. */
    @FunctionalInterface
    interface Timer {
        void cancel();
    }

    /** What a board says about itself; for other threads. */
    <T> T ask(Supplier<T> question) {
        return CompletableFuture.supplyAsync(question, executor)
                .orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    /** Runs what waits already, but nothing that is due later. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                executor.shutdownNow();
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "board status=failed", e);
        }
    }
}
