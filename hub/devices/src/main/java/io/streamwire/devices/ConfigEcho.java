package io.streamwire.devices;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which boards have yet to echo a change of their safety envelope; their commands wait that long.
 * Thread-safe.
 */
final class ConfigEcho {

    /** How long a board may take, ms; then it is disarmed. */
    static final long LONGEST_MS = 5_000;

    /** How long acknowledgements of earlier commands may still carry the previous hash, ms. */
    private static final long PREVIOUS_MS = 120_000;

    /** Somebody may change limits again before a command ends; of one board. */
    private static final int MOST_PREVIOUS = 4;

    private final Map<UUID, Expected> expected = new ConcurrentHashMap<>();
    private final Map<UUID, List<Previous>> previous = new ConcurrentHashMap<>();
    private final Map<UUID, Reported> reports = new ConcurrentHashMap<>();

    private static final long NOT_TOLD = 0;

    /** When our line was down last, ms since the epoch: who was heard before may be away. */
    private volatile long downAt;

    /**
     * @param since when the board was told, ms since the epoch, or that it was not since our line
     *     was down
     */
    private record Expected(UUID workspaceId, String envelope, long since) {}

    private record Previous(String envelope, long until) {}

    /**
     * What a board said of its configuration.
     *
     * @param at when it said so, ms since the epoch
     */
    record Reported(long v, String envelope, long at) {}

    /** A board whose echo is waited for. */
    record Waiting(UUID workspaceId, UUID deviceId) {}

    /** A board's envelope changes: hold its commands. */
    void expect(
            UUID workspaceId, UUID deviceId, String envelope, @Nullable String before, long now) {
        expected.put(deviceId, new Expected(workspaceId, envelope, NOT_TOLD));
        if (before != null && !before.equals(envelope)) {
            replaced(deviceId, before, now);
        }
    }

    /** A hash is not the present one any more. */
    void replaced(UUID deviceId, String envelope, long now) {
        var _ =
                previous.compute(
                        deviceId,
                        (_, known) -> {
                            var hashes = new ArrayList<Previous>();
                            hashes.add(new Previous(envelope, now + PREVIOUS_MS));
                            if (known != null) {
                                known.stream()
                                        .filter(one -> !one.envelope().equals(envelope))
                                        .limit(MOST_PREVIOUS - 1)
                                        .forEach(hashes::add);
                            }
                            return List.copyOf(hashes);
                        });
    }

    /** The change is on its way. */
    void published(UUID deviceId, String envelope, long now) {
        var _ =
                expected.computeIfPresent(
                        deviceId,
                        (_, change) ->
                                change.envelope().equals(envelope) && change.since() == NOT_TOLD
                                        ? new Expected(change.workspaceId(), envelope, now)
                                        : change);
    }

    /** The line is down: nobody can echo, and the change may be lost. */
    void restart(long now) {
        downAt = now;
        expected.replaceAll((_, change) ->
                change.since() == NOT_TOLD
                        ? change
                        : new Expected(change.workspaceId(), change.envelope(), NOT_TOLD));
    }

    /** Whether somebody who was heard last at this time has been there since our line was down. */
    boolean isBack(long heardAt) {
        return heardAt > downAt;
    }

    /** The boards that must be told the change, as soon as they are there. */
    List<Waiting> untold() {
        if (expected.isEmpty()) {
            return List.of();
        }
        var untold = new ArrayList<Waiting>();
        expected.forEach((device, change) -> {
            if (change.since() == NOT_TOLD) {
                untold.add(new Waiting(change.workspaceId(), device));
            }
        });
        return untold;
    }

    /** A board has reported its configuration; whether that ended a wait. */
    boolean echoed(UUID deviceId, String envelope) {
        var change = expected.get(deviceId);
        return change != null
                && change.envelope().equals(envelope)
                && expected.remove(deviceId, change);
    }

    boolean holds(UUID deviceId) {
        return expected.containsKey(deviceId);
    }

    /** Whether a hash that is not the present one may still come. */
    boolean wasPresent(UUID deviceId, @Nullable String envelope, long now) {
        return previous.getOrDefault(deviceId, List.of()).stream()
                .anyMatch(known -> now < known.until() && known.envelope().equals(envelope));
    }

    /**
     * The boards that did not echo in time; they are no longer waited for.
     *
     * @param owned of which workspaces
     */
    List<Waiting> overdue(long now, Predicate<UUID> owned) {
        var overdue = new ArrayList<Waiting>();
        expected.forEach((device, change) -> {
            if (change.since() > NOT_TOLD
                    && now - change.since() > LONGEST_MS
                    && owned.test(change.workspaceId())
                    && expected.remove(device, change)) {
                overdue.add(new Waiting(change.workspaceId(), device));
            }
        });
        return overdue;
    }

    void reported(UUID deviceId, long version, @Nullable String envelope, long now) {
        if (envelope != null) {
            reports.put(deviceId, new Reported(version, envelope, now));
        }
    }

    /** What a board said last of its configuration. */
    Optional<Reported> report(UUID deviceId) {
        return Optional.ofNullable(reports.get(deviceId));
    }

    void forget(UUID deviceId) {
        reports.remove(deviceId);
        expected.remove(deviceId);
        previous.remove(deviceId);
    }
}
