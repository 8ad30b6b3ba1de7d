package io.streamwire.devices;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
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

    private static final long NOT_PUBLISHED = 0;

    /** The line was down since it was published, and the board has not been heard since then. */
    private static final long NOT_BACK = -1;

    /**
     * @param since when the board could begin to echo, ms since the epoch, or what it waits for
     */
    private record Expected(UUID workspaceId, String envelope, long since) {}

    private record Previous(String envelope, long until) {}

    /**
     * What a board said of its configuration.
     *
     * @param at when it said so, ms since the epoch
     */
    record Reported(long v, String envelope, long at) {}

    /** A board that did not echo in time. */
    record Overdue(UUID workspaceId, UUID deviceId) {}

    /** A board's envelope changes: hold its commands. */
    void expect(
            UUID workspaceId, UUID deviceId, String envelope, @Nullable String before, long now) {
        expected.put(deviceId, new Expected(workspaceId, envelope, NOT_PUBLISHED));
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
                                change.envelope().equals(envelope)
                                                && change.since() == NOT_PUBLISHED
                                        ? new Expected(change.workspaceId(), envelope, now)
                                        : change);
    }

    /**
     * The line was down: nobody could echo meanwhile, and the change may be lost. After a restart
     * of the broker the boards come back one by one.
     */
    void restart() {
        expected.replaceAll((_, change) ->
                change.since() == NOT_PUBLISHED
                        ? change
                        : new Expected(change.workspaceId(), change.envelope(), NOT_BACK));
    }

    /** A board says that it is there. */
    void heard(UUID deviceId, long now) {
        var _ =
                expected.computeIfPresent(
                        deviceId,
                        (_, change) ->
                                change.since() == NOT_BACK
                                        ? new Expected(change.workspaceId(), change.envelope(), now)
                                        : change);
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

    /** The boards that did not echo in time; they are no longer waited for. */
    List<Overdue> overdue(long now) {
        var overdue = new ArrayList<Overdue>();
        expected.forEach((device, change) -> {
            if (change.since() > 0
                    && now - change.since() > LONGEST_MS
                    && expected.remove(device, change)) {
                overdue.add(new Overdue(change.workspaceId(), device));
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
