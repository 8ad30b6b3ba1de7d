package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Lease;
import io.streamwire.bus.PartitionListener;
import io.streamwire.contract.Action;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.Json;
import io.streamwire.devices.Admission.Reason;
import io.streamwire.devices.Admission.Verdict;
import io.streamwire.devices.CommandStore.Enqueued;
import io.streamwire.devices.CommandStore.Spending;
import io.streamwire.devices.CommandStore.Stored;
import io.streamwire.devices.DutyLedger.Fit;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns actions and people's wishes into commands, and sees that every command of the partitions
 * that this instance owns is published or ends, also those that other instances took in.
 */
final class CommandDispatcher implements PartitionListener {

    private static final Logger LOG = System.getLogger(CommandDispatcher.class.getName());

    /** U+0000 in JSON; PostgreSQL cannot store it. */
    private static final String NUL = "\\u0000";

    /** Tells the owners that somebody else took a command in. */
    static final String CHANNEL = "commands";

    /** A board answers in milliseconds; after this long another instance may have the answer. */
    private static final long LONG_UNANSWERED_MS = 500;

    private final Bus bus;
    private final CommandStore store;
    private final Unfinished unfinished;
    private final Lanes lanes;
    private final DeviceCache cache;
    private final Presence presence;
    private final ArmingState arming;
    private final CommandRates rates;
    private final InstantSource clock;
    private final Map<Integer, Lease> leases = new ConcurrentHashMap<>();

    /** Partitions whose acquisition nobody has been told of yet. */
    private final Set<Integer> fresh = ConcurrentHashMap.newKeySet();

    private volatile IntConsumer acquired = _ -> {};
    private volatile Runnable news = () -> {};

    CommandDispatcher(
            Bus bus,
            CommandStore store,
            Unfinished unfinished,
            Lanes lanes,
            DeviceCache cache,
            Presence presence,
            ArmingState arming,
            CommandRates rates,
            InstantSource clock) {
        this.bus = bus;
        this.store = store;
        this.unfinished = unfinished;
        this.lanes = lanes;
        this.cache = cache;
        this.presence = presence;
        this.arming = arming;
        this.rates = rates;
        this.clock = clock;
    }

    /**
     * @param counted what of it was counted against the rates
     */
    private record Deciding(Command command, Counted counted, CompletableFuture<Enqueued> sent) {}

    /**
     * What a command was counted for.
     *
     * @param workspace always if anything
     * @param viewer null also when another command of the same action was counted for them
     */
    private record Counted(boolean workspace, boolean device, @Nullable String viewer) {
        static final Counted NOT = new Counted(false, false, null);
    }

    /** Handles a batch of actions; all of them are stored before the first one is waited for. */
    void handle(Lease lease, List<Entry> entries) {
        var batch = new ArrayList<Deciding>(entries.size());
        var actions = new HashSet<UUID>();
        for (var entry : entries) {
            var action = read(entry);
            // One that comes twice in a batch would be counted against the rates until it is known.
            if (action != null && actions.add(action.id())) {
                decide(lease, action, batch);
            }
        }
        for (int i = 0; i < batch.size(); i++) {
            var one = batch.get(i);
            try {
                var enqueued = SafetySwitch.joined(one.sent());
                if (!enqueued.created()) {
                    giveBack(one);
                }
                if (enqueued.state() == CommandState.QUEUED && !enqueued.created()) {
                    unfinished.recover(lease.partition(), one.command());
                }
            } catch (RuntimeException e) {
                batch.subList(i, batch.size()).forEach(this::giveBackUnlessStored);
                throw e; // and the batch comes again
            }
        }
    }

    private void giveBackUnlessStored(Deciding one) {
        if (one.sent().isCompletedExceptionally() || !one.sent().isDone()) {
            giveBack(one);
        }
    }

    /** A command that was not new is counted once. */
    private void giveBack(Deciding one) {
        var counted = one.counted();
        if (counted.workspace()) {
            var command = one.command();
            rates.giveBack(
                    command.workspaceId(),
                    counted.device() ? command.deviceId() : null,
                    counted.viewer());
        }
    }

    /** On the connection's own thread, in the order of the calls: another one would cost time. */
    private Enqueued send(Lease lease, Command command, Enqueued enqueued) {
        if (enqueued.created() && enqueued.state() == CommandState.QUEUED) {
            unfinished.offered(lease, command.id());
            if (lanes.handedOver(command.deviceId(), command.id()).isPresent()) {
                lanes.sent(command); // Redis has forgotten it; its board must not do it again
            } else if (!lanes.knows(command.deviceId(), command.id())) {
                lanes.offer(command, false);
            }
        }
        return enqueued;
    }

    /** The action of an entry; what the rules' script added stands in fields of its own. */
    private static @Nullable Action read(Entry entry) {
        if (!entry.type().equals(Action.TYPE)) {
            return null;
        }
        try {
            if (entry.body().contains(NUL)) {
                throw new IllegalArgumentException("has a character that no database takes");
            }
            var action = Json.read(entry.body(), Action.class);
            var epoch = entry.field("epoch");
            var decided = entry.field("decided_us");
            return action.decided(
                    epoch.isEmpty() ? action.epoch() : Long.parseLong(epoch),
                    decided.isEmpty() ? action.hops().decided() : Long.valueOf(decided));
        } catch (Json.MalformedJson | IllegalArgumentException e) {
            LOG.log(
                    Level.ERROR,
                    "action={0} entry={1} unreadable={2}",
                    entry.field("id"),
                    entry.id(),
                    e.getMessage());
            return null;
        }
    }

    /** Adds the commands of an action: one, or one of each device that carries its tag. */
    private void decide(Lease lease, Action action, List<Deciding> batch) {
        var now = clock.millis();
        var tag = action.tag();
        if (tag == null) {
            batch.add(decide(lease, action, Counted.NOT, now));
            return;
        }
        var devices = cache.tagged(action.workspaceId(), tag);
        var refusal = refusal(action, devices.size(), now);
        if (refusal != null) {
            var nobodys = Command.of(action.on(Command.NO_DEVICE), action.args(), now, 0, 0);
            batch.add(store(lease, nobodys, refusal, Counted.NOT, now));
            return;
        }
        var viewer = action.viewerId();
        for (var device : devices) {
            batch.add(decide(lease, action.on(device), new Counted(true, false, viewer), now));
            viewer = null;
        }
    }

    /** Why nothing is done for a tag that so many devices carry. */
    private @Nullable Reason refusal(Action action, int devices, long now) {
        if (devices == 0) {
            return Reason.TAG_UNUSED;
        }
        if (devices > Action.MOST_TAGGED) {
            return Reason.TAG_TOO_LARGE;
        }
        return rates.takeTogether(action.workspaceId(), devices, action.viewerId(), now)
                .orElse(null);
    }

    /**
     * Decides on the command of one device.
     *
     * @param together what it was counted for with the other commands of its action
     */
    private Deciding decide(Lease lease, Action action, Counted together, long now) {
        var device = Objects.requireNonNull(action.deviceId());
        var verdict = verdict(action, device, now);
        var command =
                switch (verdict) {
                    case Verdict.Admitted admitted ->
                            asBefore(
                                    held(
                                            Command.of(
                                                    action,
                                                    admitted.args(),
                                                    now,
                                                    admitted.onMs(),
                                                    admitted.boot()),
                                            admitted));
                    case Verdict.Refused _ -> Command.of(action, action.args(), now, 0, 0);
                };
        var refusal = verdict instanceof Verdict.Refused refused ? refused.reason() : null;
        if (refusal == null && command.tooLong()) {
            refusal = Reason.TOO_LARGE;
        }
        if (refusal != null) {
            return store(lease, command, refusal, together, now);
        }
        if (together.workspace()) {
            var tooMany = rates.takeOne(device, now).orElse(null);
            var counted = new Counted(true, tooMany == null, together.viewer());
            return store(lease, command, tooMany, counted, now);
        }
        var viewer = action.viewerId();
        var tooMany = rates.take(action.workspaceId(), device, viewer, now).orElse(null);
        var counted = tooMany == null ? new Counted(true, true, viewer) : Counted.NOT;
        return store(lease, command, tooMany, counted, now);
    }

    private Deciding store(
            Lease lease, Command command, @Nullable Reason refusal, Counted counted, long now) {
        LOG.log(
                Level.DEBUG,
                "event={0} action={1} command={2} device={3} refused={4}",
                command.eventId(),
                command.actionId(),
                command.id(),
                command.deviceId(),
                refusal);
        return new Deciding(
                command,
                counted,
                store.enqueue(
                                lease,
                                command,
                                refusal == null ? CommandState.QUEUED : refusal.state(),
                                refusal == null ? null : refusal.code(),
                                refusal == null ? spending(command) : Optional.empty(),
                                now)
                        .thenApply(enqueued -> send(lease, command, enqueued)));
    }

    /**
     * One that Redis has forgotten after it was handed over stays the one of that boot: the board
     * of a later one does not know that it had it.
     */
    private Command asBefore(Command command) {
        return lanes.handedOver(command.deviceId(), command.id())
                .map(before -> command.boundTo(before.boot()))
                .orElse(command);
    }

    /** A command as it is kept for a board that is offline. */
    static Command held(Command command, Verdict.Admitted admitted) {
        return admitted.holdMs() == 0 ? command : command.heldFor(admitted.holdMs());
    }

    private Verdict verdict(Action action, UUID device, long now) {
        var workspace = action.workspaceId();
        if (lanes.full(device)) {
            return Verdict.Refused.of(Reason.QUEUE_FULL);
        }
        return Admission.decide(
                new Admission.Request(
                        action.command(), action.args(), action.expiresAt(), action.epoch(), true),
                cache.find(workspace, device).orElse(null),
                arming.inForce(workspace, device),
                presence.of(workspace, device).orElse(null),
                now);
    }

    /** Decides on a command that a person gives now; its arguments are not changed. */
    Verdict verdict(Device device, String command, Map<String, Long> args, long expiresAt) {
        if (lanes.full(device.id())) {
            return Verdict.Refused.of(Reason.QUEUE_FULL);
        }
        var inForce = arming.inForce(device.workspaceId(), device.id());
        return Admission.decide(
                new Admission.Request(command, args, expiresAt, inForce.epoch(), false),
                cache.find(device.workspaceId(), device.id()).orElse(null),
                inForce,
                presence.of(device.workspaceId(), device.id()).orElse(null),
                clock.millis());
    }

    private Optional<Spending> spending(Command command) {
        var restraint = lanes.restraint(command);
        return restraint == null ? Optional.empty() : Spending.of(command, restraint);
    }

    /** Whether a command could leave in time; as far as this instance knows. */
    Fit fit(Command command) {
        return owns(bus.partition(command.workspaceId())) ? lanes.fit(command) : Fit.NOW;
    }

    /** Stores a person's command and sends it; another owner of its partition learns of it. */
    Enqueued dispatch(Command command) {
        var enqueued =
                SafetySwitch.joined(store.enqueue(command, spending(command), clock.millis()));
        if (enqueued.created()) {
            var lease = leases.get(bus.partition(command.workspaceId()));
            if (lease != null && lease.held()) {
                unfinished.offered(lease, command.id());
                lanes.offer(command, false);
            } else {
                bus.announce(CHANNEL, "queued");
            }
        }
        return enqueued;
    }

    /** What else is to be done when a partition is acquired. */
    void onAcquired(IntConsumer acquired) {
        this.acquired = acquired;
    }

    /** Whether this instance owns a partition now. */
    boolean owns(int partition) {
        var lease = leases.get(partition);
        return lease != null && lease.held();
    }

    /** Whether it is known what the boards of an owned partition were told before. */
    boolean remembers(int partition) {
        return !fresh.contains(partition);
    }

    /** Whether this instance owns a partition and knows all that its predecessor has left. */
    boolean settled(int partition) {
        var lease = leases.get(partition);
        return lease != null && lease.held() && unfinished.complete(lease);
    }

    /** Who is woken when there is something to reconcile. */
    void onNews(Runnable news) {
        this.news = news;
    }

    @Override
    public void acquired(Lease lease) {
        fresh.add(lease.partition());
        leases.put(lease.partition(), lease);
        news.run();
    }

    @Override
    public void released(int partition) {
        leases.remove(partition);
        fresh.remove(partition);
        lanes.keepOnly(workspace -> leases.containsKey(bus.partition(workspace)));
    }

    /**
     * Sees to it that every unfinished command of the owned partitions is in its lane, and that
     * none stays there that a board has answered. News hastens it; nothing depends on them.
     */
    void reconcile() {
        for (var lease : leases.values()) {
            if (!lease.held()) {
                continue;
            }
            if (fresh.contains(lease.partition())) {
                acquired.accept(lease.partition());
                restore(lease.partition());
                fresh.remove(lease.partition());
            }
            unfinished.takeIn(lease);
        }
        unfinished.keepOnly(leases.values());
        for (var command : lanes.unanswered(clock.millis() - LONG_UNANSWERED_MS)) {
            unfinished.release(bus.partition(command.workspaceId()), command);
        }
    }

    /** What the limits of the partition's boards may have been used up for by others. */
    private void restore(int partition) {
        var spent = SafetySwitch.joined(store.spent(partition, clock.millis()));
        var records = spent.stream().map(spending -> store.find(partition, spending.id())).toList();
        for (int i = 0; i < spent.size(); i++) {
            var spending = spent.get(i);
            var record = SafetySwitch.joined(records.get(i)).map(Stored::record);
            cache.known(spending.deviceId())
                    .ifPresent(
                            known -> lanes.restore(known.device().workspaceId(), spending, record));
        }
    }

    /** Fails the commands that no board has answered in time. */
    void sweep() {
        for (var partition : leases.keySet()) {
            if (owns(partition)) {
                unfinished.sweep(partition);
            }
        }
    }
}
