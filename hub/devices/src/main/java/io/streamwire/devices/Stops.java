package io.streamwire.devices;

import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The last stops that this instance gave, who has confirmed each, and who is to be told again: each
 * board that has not confirmed its latest stop, however many others were given since. Times are ms
 * since the epoch. Guarded by its own lock.
 */
final class Stops {

    /** More than these of all workspaces together are read from the database. */
    static final int MOST = 2_000;

    /** The same of one workspace, so that none crowds the others out. */
    static final int MOST_OF_WORKSPACE = 20;

    /** A board that is online and does not confirm is told again after 1, 2, 4, ... s. */
    static final long FIRST_REPEAT_MS = 1_000;

    private static final int MOST_REPEATS = 6;

    private final Deque<Followed> recent = new ArrayDeque<>();

    /** The latest stop of each board that has not confirmed it. */
    private final Map<UUID, Awaited> awaited = new HashMap<>();

    private static final class Awaited {
        private final UUID workspaceId;
        private final long epoch;
        private int repeats;
        private long repeatAt;

        Awaited(UUID workspaceId, long epoch, long now) {
            this.workspaceId = workspaceId;
            this.epoch = epoch;
            this.repeatAt = now + FIRST_REPEAT_MS;
        }
    }

    private static final class Followed {
        private final UUID workspaceId;
        private final long epoch;
        private final Set<UUID> devices;
        private final Cause cause;
        private final Map<UUID, Long> confirmed = new HashMap<>();

        Followed(UUID workspaceId, long epoch, List<UUID> devices, Cause cause) {
            this.workspaceId = workspaceId;
            this.epoch = epoch;
            this.devices = Set.copyOf(devices);
            this.cause = cause;
        }

        boolean complete() {
            return confirmed.size() == devices.size();
        }
    }

    /**
     * A stop and what became of it so far.
     *
     * @param devices all that it concerns
     * @param confirmed when each said that it has stopped
     */
    record Progress(long epoch, Cause cause, Set<UUID> devices, Map<UUID, Long> confirmed) {}

    /** A board that is to be told once more. */
    record Repeat(UUID workspaceId, UUID deviceId, long epoch) {}

    /** Begins to follow a stop. */
    synchronized void given(
            UUID workspaceId, long epoch, List<UUID> devices, Cause cause, long now) {
        devices.forEach(device -> await(workspaceId, device, epoch, now));
        recent.addFirst(new Followed(workspaceId, epoch, devices, cause));
        while (recent.size() > MOST) {
            recent.removeLast();
        }
        var ofWorkspace = 0;
        var all = recent.iterator();
        while (all.hasNext()) {
            if (all.next().workspaceId.equals(workspaceId) && ++ofWorkspace > MOST_OF_WORKSPACE) {
                all.remove();
            }
        }
    }

    private void await(UUID workspaceId, UUID device, long epoch, long now) {
        var earlier = awaited.get(device);
        if (earlier == null || epoch > earlier.epoch) {
            awaited.put(device, new Awaited(workspaceId, epoch, now));
        }
    }

    /** What a board says of itself; a later stop confirms the earlier ones, too. */
    synchronized void reported(UUID workspaceId, UUID device, BoardState state, long now) {
        if (state.s() != Phase.STOPPED) {
            return;
        }
        awaited.computeIfPresent(device, (_, stop) -> stop.epoch <= state.epoch() ? null : stop);
        for (var stop : recent) {
            if (!stop.complete()
                    && stop.workspaceId.equals(workspaceId)
                    && stop.epoch <= state.epoch()
                    && stop.devices.contains(device)) {
                stop.confirmed.putIfAbsent(device, now);
            }
        }
    }

    synchronized Optional<Progress> of(UUID workspaceId, long epoch) {
        return recent.stream()
                .filter(stop -> stop.workspaceId.equals(workspaceId) && stop.epoch == epoch)
                .findFirst()
                .map(stop ->
                        new Progress(epoch, stop.cause, stop.devices, Map.copyOf(stop.confirmed)));
    }

    /** Who is to be told again now. */
    synchronized List<Repeat> due(long now) {
        var due = new ArrayList<Repeat>();
        var all = awaited.entrySet().iterator();
        while (all.hasNext()) {
            var next = all.next();
            var stop = next.getValue();
            if (now < stop.repeatAt) {
                continue;
            }
            due.add(new Repeat(stop.workspaceId, next.getKey(), stop.epoch));
            stop.repeatAt = now + (FIRST_REPEAT_MS << ++stop.repeats);
            if (stop.repeats == MOST_REPEATS) {
                all.remove();
            }
        }
        return due;
    }

    /** A board is no more. */
    synchronized void forget(UUID device) {
        awaited.remove(device);
    }
}
