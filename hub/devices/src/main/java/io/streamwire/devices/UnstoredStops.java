package io.streamwire.devices;

import io.streamwire.contract.DeviceEvent.SafetyChanged;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The stops that Redis does not have yet: kept in a journal, and stored again until it has them.
 * Guarded by its own lock, but for the journal.
 */
final class UnstoredStops {

    /** With more of one workspace all of it is stopped instead. */
    static final int MOST_OF_WORKSPACE = 20;

    private final SafetyStore store;
    private final StopJournal journal;
    private final Set<StopJournal.Entry> stops = new LinkedHashSet<>();
    private final Set<StopJournal.Entry> underWay = new HashSet<>();

    UnstoredStops(SafetyStore store, StopJournal journal) {
        this.store = store;
        this.journal = journal;
    }

    /** What is told of a stop that Redis has now. */
    interface Stored {
        /** It is stored under its own epoch or a higher one. */
        void under(StopJournal.Entry stop, long epoch);
    }

    /** Takes in the stops that an earlier run could not store. */
    List<StopJournal.Entry> recall() {
        var left = journal.read();
        synchronized (this) {
            stops.addAll(left);
        }
        return left;
    }

    /**
     * Keeps a stop until Redis has it. Of two for the same devices the later one says all that the
     * earlier one said.
     *
     * @return what is kept for it: the stop, or one of its whole workspace
     */
    StopJournal.Entry add(StopJournal.Entry stop) {
        StopJournal.Entry kept;
        synchronized (this) {
            stops.removeIf(earlier -> covers(stop, earlier));
            var ofWorkspace = of(stop.workspaceId());
            kept = ofWorkspace.size() < MOST_OF_WORKSPACE ? stop : whole(stop, ofWorkspace);
            if (!kept.equals(stop)) {
                ofWorkspace.forEach(stops::remove);
            }
            stops.add(kept);
        }
        writeJournal();
        return kept;
    }

    private static boolean covers(StopJournal.Entry stop, StopJournal.Entry earlier) {
        return earlier.workspaceId().equals(stop.workspaceId())
                && (stop.devices().isEmpty() || earlier.devices().equals(stop.devices()))
                && earlier.epoch() <= stop.epoch();
    }

    private static StopJournal.Entry whole(
            StopJournal.Entry stop, Collection<StopJournal.Entry> others) {
        var epoch = others.stream().mapToLong(StopJournal.Entry::epoch).max().orElse(0);
        return new StopJournal.Entry(
                stop.workspaceId(), List.of(), Math.max(epoch, stop.epoch()), stop.cause());
    }

    private List<StopJournal.Entry> of(UUID workspaceId) {
        return stops.stream().filter(stop -> stop.workspaceId().equals(workspaceId)).toList();
    }

    /** Stores what is not under way already. */
    void storeAgain(Stored stored) {
        var due = new ArrayList<StopJournal.Entry>();
        synchronized (this) {
            for (var stop : stops) {
                if (underWay.add(stop)) {
                    due.add(stop);
                }
            }
        }
        for (var stop : due) {
            var _ = storeAgain(stop, stored);
        }
    }

    /** Stores the stops of a workspace, and waits for it: nothing is armed before. */
    void store(UUID workspaceId, Stored stored) {
        List<StopJournal.Entry> all;
        synchronized (this) {
            all = of(workspaceId);
            underWay.addAll(all);
        }
        all.stream().map(stop -> storeAgain(stop, stored)).toList().forEach(SafetySwitch::joined);
    }

    private CompletableFuture<Void> storeAgain(StopJournal.Entry stop, Stored stored) {
        return store.stopAgain(decision(stop), stop.epoch())
                .thenAccept(epoch -> {
                    stored.under(stop, epoch);
                    remove(stop);
                })
                .whenComplete((_, _) -> {
                    synchronized (this) {
                        underWay.remove(stop);
                    }
                });
    }

    private void remove(StopJournal.Entry stop) {
        boolean removed;
        synchronized (this) {
            removed = stops.remove(stop);
        }
        if (removed) {
            Thread.startVirtualThread(this::writeJournal);
        }
    }

    /** The last one to write writes what is so then. */
    private void writeJournal() {
        synchronized (journal) {
            List<StopJournal.Entry> now;
            synchronized (this) {
                now = List.copyOf(stops);
            }
            journal.keep(now);
        }
    }

    static SafetyChanged decision(StopJournal.Entry stop) {
        return new SafetyChanged(
                stop.workspaceId(),
                stop.cause().at(),
                false,
                stop.devices(),
                null,
                stop.cause().by(),
                stop.cause().why(),
                0);
    }
}
