package io.streamwire.devices;

import io.streamwire.bus.Lease;
import io.streamwire.contract.CommandState;
import io.streamwire.devices.CommandStore.Stored;
import io.streamwire.devices.ProgressWriter.Progress;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sees to it that every command of the owned partitions that no board has finished is in its lane,
 * or ends. One thread takes them in, another one fails those whose time is over.
 */
final class Unfinished {

    private static final Logger LOG = System.getLogger(Unfinished.class.getName());

    /** Commands that are read from Redis at a time: one after the other would take far longer. */
    private static final int TOGETHER = 500;

    private final CommandStore store;
    private final CommandTracker tracker;
    private final Lanes lanes;
    private final InstantSource clock;

    /** What was looked at under a lease. */
    private final Map<Lease, Seen> seen = new ConcurrentHashMap<>();

    private static final class Seen {
        private final Set<UUID> ids = ConcurrentHashMap.newKeySet();

        /** Whether all that there was at the beginning is in it. */
        private volatile boolean complete;
    }

    Unfinished(CommandStore store, CommandTracker tracker, Lanes lanes, InstantSource clock) {
        this.store = store;
        this.tracker = tracker;
        this.lanes = lanes;
        this.clock = clock;
    }

    /** A command came under a lease and went straight into its lane. */
    void offered(Lease lease, UUID id) {
        seen.computeIfAbsent(lease, _ -> new Seen()).ids.add(id);
    }

    /** Forgets what was seen under other leases. */
    void keepOnly(Collection<Lease> leases) {
        seen.keySet().removeIf(lease -> !leases.contains(lease));
    }

    /** Takes in what is in no lane. */
    void takeIn(Lease lease) {
        var partition = lease.partition();
        var known = seen.computeIfAbsent(lease, _ -> new Seen());
        var pending = store.pending(partition);
        var unseen = pending.stream().filter(id -> !known.ids.contains(id)).toList();
        var now = clock.millis();
        unanswered(partition, unseen).stream()
                .sorted(Comparator.comparingLong(stored -> stored.record().issuedAt()))
                // What came under this lease nobody else can have sent.
                .forEach(stored ->
                        offerAgain(stored, !known.complete || now >= stored.record().expiresAt()));
        known.ids.addAll(unseen);
        known.ids.retainAll(pending);
        known.complete = true;
    }

    /** Whether what came before a lease is taken in: what comes from now on, nobody has sent. */
    boolean complete(Lease lease) {
        var known = seen.get(lease);
        return known != null && known.complete;
    }

    /** One that was stored before, and perhaps not sent. */
    void recover(int partition, Command command) {
        if (!lanes.knows(command.deviceId(), command.id())) {
            unanswered(partition, List.of(command.id()))
                    .forEach(stored -> offerAgain(stored, true));
        }
    }

    /** The commands that no board has answered and no lane of ours knows. */
    private List<Stored> unanswered(int partition, List<UUID> ids) {
        var unanswered = new ArrayList<Stored>();
        for (int from = 0; from < ids.size(); from += TOGETHER) {
            var some = ids.subList(from, Math.min(from + TOGETHER, ids.size()));
            for (var stored : read(partition, some)) {
                var record = stored.record();
                if (record.state().rank() < CommandState.ACCEPTED.rank()
                        && !lanes.knows(record.deviceId(), record.commandId())) {
                    unanswered.add(stored);
                }
            }
        }
        return unanswered;
    }

    /** Reads commands, and drops those that are gone. */
    private List<Stored> read(int partition, List<UUID> ids) {
        var reading = ids.stream().map(id -> store.find(partition, id)).toList();
        var found = new ArrayList<Stored>();
        for (int i = 0; i < ids.size(); i++) {
            var stored = SafetySwitch.joined(reading.get(i));
            if (stored.isPresent()) {
                found.add(stored.get());
            } else {
                var _ = store.forget(partition, ids.get(i));
            }
        }
        return found;
    }

    private void offerAgain(Stored stored, boolean maybeSent) {
        var record = stored.record();
        LOG.log(
                Level.DEBUG,
                "event={0} command={1} device={2} state={3} recovered=true",
                record.eventId(),
                record.commandId(),
                record.deviceId(),
                record.state());
        lanes.offer(stored.command(), maybeSent);
    }

    /** Another instance may have received the answer of what was sent before a time. */
    void release(int partition, Command command) {
        var stored = SafetySwitch.joined(store.find(partition, command.id()));
        if (stored.isEmpty()
                || stored.get().record().state().rank() >= CommandState.ACCEPTED.rank()) {
            // One that is gone from Redis is over.
            var state = stored.map(found -> found.record().state()).orElse(CommandState.FAILED);
            lanes.heard(command.deviceId(), command.id(), state);
            lanes.answered(command.deviceId(), command.id());
        }
    }

    /** Fails the commands of a partition that no board has answered in time. */
    void sweep(int partition) {
        var overdue = SafetySwitch.joined(store.overdue(partition, clock.millis()));
        for (int from = 0; from < overdue.size(); from += TOGETHER) {
            var some = overdue.subList(from, Math.min(from + TOGETHER, overdue.size()));
            for (var stored : read(partition, some)) {
                var record = stored.record();
                tracker.advance(
                        record.workspaceId(),
                        record.deviceId(),
                        record.commandId(),
                        Progress.of(CommandState.FAILED, "unconfirmed"));
                lanes.answered(record.deviceId(), record.commandId());
            }
        }
    }
}
