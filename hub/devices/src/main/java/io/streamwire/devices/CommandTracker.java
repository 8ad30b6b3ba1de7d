package io.streamwire.devices;

import io.streamwire.bus.BusException;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.devices.CommandStore.Stored;
import io.streamwire.devices.ProgressWriter.Advanced;
import io.streamwire.devices.ProgressWriter.Outcome;
import io.streamwire.devices.ProgressWriter.Progress;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Follows each command to its end: writes down what the broker and the boards say of it, with the
 * times of its way on the hub's clock. While Redis is away it keeps trying, for a while.
 * Thread-safe.
 */
final class CommandTracker {

    private static final Logger LOG = System.getLogger(CommandTracker.class.getName());

    private static final int MOST_RETRYING = 10_000;
    private static final long LONGEST_RETRY_MS = 120_000;
    private static final Executor LATER =
            CompletableFuture.delayedExecutor(250, TimeUnit.MILLISECONDS);

    /** How often somebody who waits for a command looks it up: another instance may finish it. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private final CommandStore store;
    private final ProgressWriter writer;
    private final Drops drops;
    private final InstantSource clock;
    private final Map<UUID, ClockOffset> offsets = new ConcurrentHashMap<>();
    private final Map<UUID, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();
    private final Semaphore retrying = new Semaphore(MOST_RETRYING);

    CommandTracker(CommandStore store, ProgressWriter writer, Drops drops, InstantSource clock) {
        this.store = store;
        this.writer = writer;
        this.drops = drops;
        this.clock = clock;
    }

    /**
     * Writes down what a board says of a command.
     *
     * @param handedOver when this instance gave the command to the broker, us, if it did
     * @param arrived when the acknowledgement came, us
     */
    void acknowledged(
            UUID workspaceId, UUID deviceId, Ack ack, OptionalLong handedOver, long arrived) {
        var state = state(ack);
        if (state == null) {
            drops.count(deviceId, "ack_without_result");
            return;
        }
        var duplicate = ack.st() == Ack.Status.DUPLICATE;
        // The answer of a board that is quick also says that the command was sent.
        var published = handedOver.isPresent() ? handedOver.getAsLong() : null;
        var progress =
                new Progress(
                        state,
                        duplicate ? null : reason(ack.why()),
                        true,
                        published,
                        null,
                        null,
                        null);
        if (ack.t() != null) {
            var offset = offsets.computeIfAbsent(deviceId, _ -> new ClockOffset());
            var received = ack.t().rx();
            if (received != null && handedOver.isPresent() && !duplicate) {
                offset.observe(handedOver.getAsLong(), received, arrived);
            }
            progress = withTimes(progress, ack.t(), offset, handedOver, arrived);
        }
        advance(workspaceId, deviceId, ack.id(), progress);
    }

    private static Progress withTimes(
            Progress progress,
            Ack.Times times,
            ClockOffset offset,
            OptionalLong handedOver,
            long arrived) {
        if (!offset.known()) {
            return progress;
        }
        var least = handedOver.orElse(0);
        var received = onHub(times.rx(), offset, least, arrived);
        var on = onHub(times.on(), offset, received == null ? least : received, arrived);
        var off = onHub(times.off(), offset, on == null ? least : on, arrived);
        return new Progress(
                progress.state(),
                progress.reason(),
                progress.acked(),
                progress.published(),
                received,
                on,
                off);
    }

    private static @Nullable Long onHub(
            @Nullable Long boardMs, ClockOffset offset, long least, long most) {
        if (boardMs == null) {
            return null;
        }
        return Math.clamp(offset.toHub(boardMs), Math.min(least, most), most);
    }

    /** What a board says of a command; null when it says nothing. */
    static @Nullable CommandState state(Ack ack) {
        return switch (ack.st()) {
            case ACCEPTED -> CommandState.ACCEPTED;
            case STARTED -> CommandState.STARTED;
            case DONE -> CommandState.DONE;
            // What an earlier boot did with it this one does not know.
            case REJECTED ->
                    Ack.REBOOTED.equals(ack.why()) ? CommandState.FAILED : CommandState.REJECTED;
            case EXPIRED -> CommandState.EXPIRED;
            case ABORTED -> CommandState.ABORTED;
            case DUPLICATE -> original(ack.why());
        };
    }

    /** What a board had answered the first time. */
    private static @Nullable CommandState original(@Nullable String status) {
        if (status == null) {
            return null;
        }
        return switch (status.toLowerCase(Locale.ROOT)) {
            case "accepted" -> CommandState.ACCEPTED;
            case "started" -> CommandState.STARTED;
            case "done" -> CommandState.DONE;
            // It leaves out why; the first answer, if it still comes, corrects this.
            case "rejected" -> CommandState.FAILED;
            case "expired" -> CommandState.EXPIRED;
            case "aborted" -> CommandState.ABORTED;
            default -> null;
        };
    }

    /** A board's reason, as far as it looks like one. */
    private static @Nullable String reason(@Nullable String why) {
        if (why == null) {
            return null;
        }
        return why.matches("[a-z0-9_.:-]{1,64}") ? why : "unreadable_reason";
    }

    /** Moves a command; never blocks, and repeats while Redis is away. */
    void advance(UUID workspaceId, UUID deviceId, UUID id, Progress progress) {
        advance(workspaceId, deviceId, id, progress, clock.millis(), false);
    }

    private void advance(
            UUID workspaceId, UUID deviceId, UUID id, Progress progress, long at, boolean again) {
        var _ =
                writer.advance(workspaceId, deviceId, id, progress, at)
                        .whenComplete((advanced, failure) -> {
                            if (failure == null) {
                                if (again) {
                                    retrying.release();
                                }
                                advanced(deviceId, id, advanced);
                                return;
                            }
                            retry(workspaceId, deviceId, id, progress, at, again, failure);
                        });
    }

    private void retry(
            UUID workspaceId,
            UUID deviceId,
            UUID id,
            Progress progress,
            long at,
            boolean again,
            Throwable failure) {
        var cause = cause(failure);
        var passing = cause instanceof BusException.Unavailable;
        var tooOld = clock.millis() - at > LONGEST_RETRY_MS;
        if (!passing || tooOld || (!again && !retrying.tryAcquire())) {
            if (again) {
                retrying.release();
            }
            drops.count(deviceId, "progress_not_stored");
            LOG.log(
                    Level.WARNING,
                    "command={0} device={1} state={2} stored=no reason={3}",
                    id,
                    deviceId,
                    progress.state(),
                    cause.getMessage());
            return;
        }
        LATER.execute(() -> advance(workspaceId, deviceId, id, progress, at, true));
    }

    private void advanced(UUID deviceId, UUID id, Advanced advanced) {
        if (advanced.outcome() == Outcome.UNKNOWN) {
            drops.count(deviceId, "unknown_command");
            return;
        }
        if (advanced.outcome() == Outcome.FOREIGN) {
            drops.count(deviceId, "foreign_command");
            return;
        }
        var state = advanced.state();
        if (state != null && state.isFinal()) {
            var waiter = waiting.remove(id);
            if (waiter != null) {
                waiter.complete(null);
            }
        }
    }

    /** Writes down which boot a command is for; see {@link CommandStore#bind}. */
    CompletableFuture<Boolean> bind(Command command, long boot) {
        return store.bind(command, boot);
    }

    /** Waits until a command is final or the time is over; its last known state. */
    Optional<Stored> await(UUID workspaceId, UUID id, Duration longest)
            throws InterruptedException {
        var deadline = System.nanoTime() + longest.toNanos();
        try {
            while (true) {
                var done = waiting.computeIfAbsent(id, _ -> new CompletableFuture<>());
                var stored = store.find(workspaceId, id).join();
                var remaining = deadline - System.nanoTime();
                if (stored.isEmpty() || stored.get().record().state().isFinal() || remaining <= 0) {
                    return stored;
                }
                try {
                    done.get(Math.min(remaining, LOOK.toNanos()), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    // Look again.
                } catch (java.util.concurrent.ExecutionException e) {
                    throw new IllegalStateException(e);
                }
            }
        } finally {
            waiting.remove(id); // another who waits looks again soon by itself
        }
    }

    /** How far a board's clock is from the hub's. */
    Optional<ClockOffset.Estimate> clock(UUID deviceId) {
        return Optional.ofNullable(offsets.get(deviceId)).flatMap(ClockOffset::estimate);
    }

    void forget(UUID deviceId) {
        offsets.remove(deviceId);
    }

    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }
}
