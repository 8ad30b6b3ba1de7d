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
 * The last stops that this instance gave, who has confirmed each, and who is to be told again.
 * Times are ms since the epoch. Guarded by its own lock.
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

    private static final class Followed {
        private final UUID workspaceId;
        private final long epoch;
        private final Set<UUID> devices;
        private final Cause cause;
        private final Map<UUID, Long> confirmed = new HashMap<>();
        private int repeats;
        private long repeatAt;

        Followed(UUID workspaceId, long epoch, List<UUID> devices, Cause cause, long now) {
            this.workspaceId = workspaceId;
            this.epoch = epoch;
            this.devices = Set.copyOf(devices);
            this.cause = cause;
            this.repeatAt = now + FIRST_REPEAT_MS;
        }

        boolean complete() {
            return confirmed.size() == devices.size();
        }

        List<UUID> unconfirmed() {
            return devices.stream().filter(device -> !confirmed.containsKey(device)).toList();
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
        recent.addFirst(new Followed(workspaceId, epoch, devices, cause, now));
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

    /** What a board says of itself; a later stop confirms the earlier ones, too. */
    synchronized void reported(UUID workspaceId, UUID device, BoardState state, long now) {
        if (state.s() != Phase.STOPPED) {
            return;
        }
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
        for (var stop : recent) {
            if (stop.repeats < MOST_REPEATS && now >= stop.repeatAt && !stop.complete()) {
                stop.repeatAt = now + (FIRST_REPEAT_MS << ++stop.repeats);
                stop.unconfirmed()
                        .forEach(device ->
                                due.add(new Repeat(stop.workspaceId, device, stop.epoch)));
            }
        }
        return due;
    }
}
