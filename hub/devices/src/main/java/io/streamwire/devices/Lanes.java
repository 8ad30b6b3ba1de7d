package io.streamwire.devices;

import io.streamwire.contract.CommandState;
import io.streamwire.contract.DeviceEvent.CommandChanged;
import io.streamwire.contract.Hops;
import io.streamwire.contract.mqtt.BoardState.Phase;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.devices.CommandStore.Spending;
import io.streamwire.devices.DeviceCache.Known;
import io.streamwire.devices.DutyLedger.Fit;
import io.streamwire.devices.ProgressWriter.Progress;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One lane per board of the partitions that this instance owns: only the owner publishes commands,
 * so that they keep their order and their number is bounded. Thread-safe.
 */
final class Lanes implements DeviceLane.Way {

    private static final Logger LOG = System.getLogger(Lanes.class.getName());

    /** Tells the owner of a lane that a board answered somebody else. */
    static final String ANSWERED = "answered";

    private static final long MOST_SHOWN_MS = TimeUnit.DAYS.toMillis(30);

    private static final Executor WAKING = task -> Thread.ofVirtual().name("lane-wake").start(task);

    /** Commands of one board whose hand-over time is remembered. */
    private static final int REMEMBERED = 128;

    private final MqttLine line;
    private final DeviceCache cache;
    private final Presence presence;
    private final ArmingState arming;
    private final ConfigEcho echo;
    private final CommandTracker tracker;
    private final InstantSource clock;
    private final Map<UUID, Board> boards = new ConcurrentHashMap<>();
    private volatile Predicate<UUID> owned = _ -> false;
    private volatile Predicate<UUID> remembered = _ -> true;
    private volatile Predicate<Known> told = _ -> true;
    private volatile Predicate<UUID> pausesKnown = _ -> true;
    private volatile BiPredicate<UUID, UUID> paused = (_, _) -> false;
    private volatile Predicate<Presence.Seen> leased = _ -> true;

    /**
     * That a command was given to the broker.
     *
     * @param at when, us since the epoch
     * @param boot of the board that it was for
     */
    record HandedOver(long at, long boot) {}

    /** A lane and what is remembered of its board. */
    private static final class Board {
        private final UUID workspaceId;
        private final DeviceLane lane;
        private final Restraint.Book restraints = new Restraint.Book();
        private final Map<UUID, HandedOver> handedOver = new LinkedHashMap<>(); // guarded by itself

        Board(UUID workspaceId, DeviceLane lane) {
            this.workspaceId = workspaceId;
            this.lane = lane;
        }
    }

    Lanes(
            MqttLine line,
            DeviceCache cache,
            Presence presence,
            ArmingState arming,
            ConfigEcho echo,
            CommandTracker tracker,
            InstantSource clock) {
        this.line = line;
        this.cache = cache;
        this.presence = presence;
        this.arming = arming;
        this.echo = echo;
        this.tracker = tracker;
        this.clock = clock;
    }

    /** Which workspaces' commands this instance may publish. */
    void ownedBy(Predicate<UUID> owned) {
        this.owned = owned;
    }

    /** Of which workspaces it is known what their boards were told before. */
    void remembering(Predicate<UUID> remembered) {
        this.remembered = remembered;
    }

    /** Which boards were told the limits in force, if they leave them to the hub. */
    void toldBy(Predicate<Known> told) {
        this.told = told;
    }

    /**
     * Whose commands wait.
     *
     * @param known of which workspaces that is known; those of the others wait, too
     * @param paused by workspace and device
     */
    void pausedBy(Predicate<UUID> known, BiPredicate<UUID, UUID> paused) {
        this.pausesKnown = known;
        this.paused = paused;
    }

    /** Which boards were told that they are armed since they came back. */
    void leasedBy(Predicate<Presence.Seen> leased) {
        this.leased = leased;
    }

    private Board board(UUID workspaceId, UUID deviceId) {
        return boards.computeIfAbsent(
                deviceId,
                _ ->
                        new Board(
                                workspaceId,
                                new DeviceLane(
                                        cache.find(workspaceId, deviceId)
                                                .map(known -> known.device().window())
                                                .orElse(1),
                                        this)));
    }

    /** Takes a command in; see {@link DeviceLane#offer}. */
    void offer(Command command, boolean maybeSent) {
        board(command.workspaceId(), command.deviceId())
                .lane
                .offer(command, maybeSent, clock.millis());
    }

    boolean full(UUID deviceId) {
        var board = boards.get(deviceId);
        return board != null && board.lane.full();
    }

    /** Takes a command back that was never sent, if it waits here. */
    boolean withdraw(UUID deviceId, UUID id) {
        var board = boards.get(deviceId);
        return board != null && owned.test(board.workspaceId) && board.lane.withdraw(id);
    }

    /** Whether a command is in its lane, or went through it not long ago. */
    boolean knows(UUID deviceId, UUID id) {
        var board = boards.get(deviceId);
        return board != null && (board.lane.knows(id) || handedOver(deviceId, id).isPresent());
    }

    /** When a command was handed to the broker, us since the epoch. */
    Optional<HandedOver> handedOver(UUID deviceId, UUID id) {
        var board = boards.get(deviceId);
        if (board == null) {
            return Optional.empty();
        }
        synchronized (board.handedOver) {
            return Optional.ofNullable(board.handedOver.get(id));
        }
    }

    /** A board's word on a command came. */
    void heard(UUID deviceId, UUID id, CommandState state) {
        var board = boards.get(deviceId);
        if (board != null) {
            board.lane.heard(id, state, clock.millis());
        }
    }

    /** Takes in what an earlier owner of a board's partition may have sent. */
    void restore(UUID workspaceId, Spending spending, Optional<CommandChanged> record) {
        var state = record.map(CommandChanged::state).orElse(null);
        var from = record.map(CommandChanged::issuedAt).orElse(0L);
        var at = record.map(CommandChanged::at).orElse(0L);
        var hubOnly =
                cache.find(workspaceId, spending.deviceId())
                        .map(known -> Restraint.of(known, spending.command()))
                        .map(Restraint::hubOnly)
                        .orElse(true);
        board(workspaceId, spending.deviceId()).lane.restore(spending, hubOnly, from, state, at);
    }

    /** Whether a command could leave now, as far as the limits of its board are concerned. */
    Fit fit(Command command) {
        var board = boards.get(command.deviceId());
        var restraint = restraint(command);
        return board == null || restraint == null
                ? Fit.NOW
                : board.lane.fit(command, restraint, clock.millis());
    }

    /** What is left to each command of a board. */
    Map<String, Queues.Left> limits(Known known) {
        var device = known.device();
        var lane = board(device.workspaceId(), device.id()).lane;
        var now = clock.millis();
        var limits = new TreeMap<String, Queues.Left>();
        Restraint.Book.compile(known)
                .forEach((command, restraint) -> {
                    var left = lane.left(command, restraint, now);
                    var limit = restraint.limit();
                    limits.put(
                            command,
                            new Queues.Left(
                                    limit.maxOnMs(),
                                    limit.minGapMs(),
                                    limit.maxDutyPct(),
                                    limit.group(),
                                    left.dutyLeftMs(),
                                    left.nextAt() == 0 || left.nextAt() - now > MOST_SHOWN_MS
                                            ? null
                                            : Instant.ofEpochMilli(left.nextAt()),
                                    left.reason()));
                });
        return limits;
    }

    /** Cancels a command of a board, or all that wait; how many. */
    int cancel(UUID deviceId, @Nullable UUID command) {
        var board = boards.get(deviceId);
        return board == null ? 0 : board.lane.cancel(command);
    }

    /** What is waiting or under way for a board, in order. */
    List<Queues.Queued> queue(UUID deviceId) {
        var board = boards.get(deviceId);
        return board == null ? List.of() : board.lane.queue();
    }

    void answered(UUID deviceId, UUID id) {
        var board = boards.get(deviceId);
        if (board != null) {
            board.lane.answered(id, clock.millis());
        }
    }

    /** Takes in the news of {@link #ANSWERED}. */
    void heard(String answered) {
        var words = answered.split(" ", 3);
        var board = words.length == 3 ? boards.get(UUID.fromString(words[0])) : null;
        if (board != null) {
            var id = UUID.fromString(words[1]);
            board.lane.heard(
                    id, CommandState.valueOf(words[2].toUpperCase(Locale.ROOT)), clock.millis());
            board.lane.answeredElsewhere(id, clock.millis());
        }
    }

    /** What is under way since before a time and not answered. */
    List<Command> unanswered(long before) {
        var commands = new ArrayList<Command>();
        boards.values().forEach(board -> commands.addAll(board.lane.unanswered(before)));
        return commands;
    }

    /** Something that commands of a board waited for has changed. */
    void pump(UUID deviceId) {
        var board = boards.get(deviceId);
        if (board != null) {
            board.lane.pump(clock.millis());
        }
    }

    /** Something that all commands of a workspace waited for has changed. */
    void pumpWorkspace(UUID workspaceId) {
        for (var board : boards.values()) {
            if (board.workspaceId.equals(workspaceId)) {
                board.lane.pump(clock.millis());
            }
        }
    }

    void pumpAll() {
        boards.values().forEach(board -> board.lane.pump(clock.millis()));
    }

    /** A board came back with its memory. */
    void returned(UUID deviceId) {
        var board = boards.get(deviceId);
        if (board != null) {
            board.lane.returned(clock.millis());
        }
    }

    /** The line to the broker came back. */
    void returnedAll() {
        boards.values().forEach(board -> board.lane.returned(clock.millis()));
    }

    /** A board is no more. */
    void forget(UUID deviceId) {
        var board = boards.remove(deviceId);
        if (board != null) {
            board.lane.abandon();
        }
    }

    /** Forgets the boards of partitions that others own now. */
    void keepOnly(Predicate<UUID> workspace) {
        boards.values().removeIf(board -> !workspace.test(board.workspaceId));
    }

    /** What is waiting or under way for a board, in order. */
    List<Command> commands(UUID deviceId) {
        var board = boards.get(deviceId);
        return board == null ? new ArrayList<>() : board.lane.commands();
    }

    @Override
    public DeviceLane.Readiness readiness(Command command) {
        if (!owned.test(command.workspaceId())) {
            return DeviceLane.Readiness.WAIT; // its new owner sends it
        }
        var now = clock.millis();
        var inForce = arming.inForce(command.workspaceId(), command.deviceId());
        if (command.epoch() < inForce.epoch() || !inForce.holds(now)) {
            return DeviceLane.Readiness.STOPPED;
        }
        if (archived(command)) {
            return DeviceLane.Readiness.STOPPED;
        }
        var seen = presence.of(command.workspaceId(), command.deviceId()).orElse(null);
        if (seen == null || !seen.online()) {
            return DeviceLane.Readiness.AWAY;
        }
        if (command.bound() && seen.state().boot() != command.boot()) {
            return DeviceLane.Readiness.REBOOTED;
        }
        if (!command.bound() && (seen.state().s() != Phase.READY || !leased.test(seen))) {
            return DeviceLane.Readiness.WAIT;
        }
        if (!pausesKnown.test(command.workspaceId())) {
            return DeviceLane.Readiness.WAIT;
        }
        if (paused.test(command.workspaceId(), command.deviceId())) {
            return DeviceLane.Readiness.PAUSED;
        }
        return echo.holds(command.deviceId()) ? DeviceLane.Readiness.WAIT : DeviceLane.Readiness.GO;
    }

    private boolean archived(Command command) {
        return cache.find(command.workspaceId(), command.deviceId())
                .filter(known -> known.device().archived())
                .isPresent();
    }

    @Override
    public @Nullable Restraint restraint(Command command) {
        var known = cache.find(command.workspaceId(), command.deviceId()).orElse(null);
        return known == null
                ? null
                : board(command.workspaceId(), command.deviceId())
                        .restraints
                        .of(known, command.command());
    }

    @Override
    public boolean remembers(Command command) {
        return remembered.test(command.workspaceId())
                && cache.find(command.workspaceId(), command.deviceId()).filter(told).isPresent();
    }

    @Override
    public void wake(Command command, long at) {
        CompletableFuture.delayedExecutor(
                        Math.max(1, at - clock.millis()), TimeUnit.MILLISECONDS, WAKING)
                .execute(() -> pump(command.deviceId()));
    }

    @Override
    public CompletableFuture<Optional<Command>> bind(Command command) {
        var seen = presence.of(command.workspaceId(), command.deviceId()).orElse(null);
        if (seen == null || !seen.online()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        var boot = seen.state().boot();
        return tracker.bind(command, boot)
                .thenApply(first -> first ? Optional.of(command.boundTo(boot)) : Optional.empty());
    }

    @Override
    public CompletableFuture<MqttLine.Taken> send(Command command) {
        var board = board(command.workspaceId(), command.deviceId());
        synchronized (board.handedOver) {
            board.handedOver.put(command.id(), new HandedOver(Hops.now(), command.boot()));
            if (board.handedOver.size() > REMEMBERED) {
                var eldest = board.handedOver.keySet().iterator();
                eldest.next();
                eldest.remove();
            }
        }
        var workspace = command.workspaceId();
        var device = command.deviceId();
        LOG.log(
                Level.DEBUG,
                "command={0} device={1} workspace={2} event={3} published=now trace={4}",
                command.id(),
                device,
                workspace,
                command.eventId(),
                command.traceparent() == null ? "" : command.traceparent().split("-", -1)[1]);
        var now = clock.millis();
        return line.publish(
                new MqttLine.Outgoing(
                        Topics.command(workspace, device),
                        command.message(now),
                        false,
                        MqttLine.Delivery.SURE,
                        expirySeconds(command, now),
                        Topics.ack(workspace, device),
                        command.id().toString(),
                        command.traceparent()));
    }

    static long expirySeconds(Command command, long now) {
        return Math.max(1, Math.ceilDiv(command.expiresAt() - now, 1_000L));
    }

    @Override
    public void sent(Command command) {
        tracker.advance(
                command.workspaceId(),
                command.deviceId(),
                command.id(),
                Progress.sent(
                        handedOver(command.deviceId(), command.id())
                                .map(HandedOver::at)
                                .orElseGet(Hops::now)));
    }

    @Override
    public void givenUp(Command command, CommandState state, @Nullable String reason) {
        if (!owned.test(command.workspaceId())) {
            return; // its new owner may be sending it
        }
        tracker.advance(
                command.workspaceId(),
                command.deviceId(),
                command.id(),
                Progress.of(state, reason));
    }
}
