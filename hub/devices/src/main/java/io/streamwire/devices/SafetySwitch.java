package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Reply;
import io.streamwire.bus.Script;
import io.streamwire.contract.DeviceEvent;
import io.streamwire.contract.DeviceEvent.SafetyChanged;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.Safety;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.devices.ArmingState.Decided;
import io.streamwire.devices.ArmingState.Scope;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/**
 * Arms and stops. Arming needs Redis, which keeps it over restarts. A stop needs nothing: it holds
 * in memory and is published at once, and is stored and published again until both have worked. A
 * board that has not confirmed it is told again. Thread-safe.
 */
final class SafetySwitch {

    private static final Logger LOG = System.getLogger(SafetySwitch.class.getName());

    private static final Script ARMING = Script.of(SafetySwitch.class, "arming.lua");
    private static final Script ALL =
            new Script("armings", "return redis.call('HGETALL', KEYS[1])");

    /** The channel that tells other instances which partition's arming changed. */
    static final String CHANNEL = "arming";

    private static final Duration LONGEST_CONFIRMATION = Duration.ofMillis(1_500);

    /** An armed message that waits in the broker is worth nothing any more, s. */
    private static final long RENEWAL_EXPIRY_SECONDS = 10;

    private final Bus bus;
    private final MqttLine line;
    private final DeviceCache cache;
    private final Presence presence;
    private final ArmingState state;
    private final InstantSource clock;
    private final StopJournal journal;
    private final Renewals renewals = new Renewals();
    private final Stops stops = new Stops();
    private final Health health = new Health();
    private final Map<Scope, Long> unpublished = new ConcurrentHashMap<>();

    /** Stops that Redis does not have yet; what changes it writes the journal. */
    private final Set<StopJournal.Entry> unstored = ConcurrentHashMap.newKeySet();

    /** The answer to an arm. */
    record Armed(boolean armed, Instant until, long epoch) {}

    /**
     * The answer to a stop.
     *
     * @param confirmed boards that said so
     * @param unconfirmed the others; they are safe by themselves when their lease lapses
     */
    record Stopped(long epoch, List<UUID> confirmed, List<UUID> unconfirmed) {}

    SafetySwitch(
            Bus bus,
            MqttLine line,
            DeviceCache cache,
            Presence presence,
            ArmingState state,
            StopJournal journal,
            InstantSource clock) {
        this.bus = bus;
        this.line = line;
        this.cache = cache;
        this.presence = presence;
        this.state = state;
        this.journal = journal;
        this.clock = clock;
    }

    /** Takes in the stops that an earlier run could not store. */
    void recall() {
        for (var stop : journal.read()) {
            unstored.add(stop);
            takeEffect(scopes(stop.workspaceId(), stop.devices()), stop.epoch(), stop.cause());
            LOG.log(
                    Level.WARNING,
                    "workspace={0} armed=false epoch={1} recalled=true",
                    stop.workspaceId(),
                    Long.toString(stop.epoch()));
        }
    }

    /**
     * Arms a workspace, or some devices of it.
     *
     * @param devices empty = the whole workspace
     * @throws BusException.Unavailable when Redis is away
     */
    Armed arm(UUID workspaceId, List<UUID> devices, Duration time, Cause cause) {
        var now = clock.millis();
        var until = now + time.toMillis();
        var scopes = scopes(workspaceId, devices);
        var decision =
                new SafetyChanged(
                        workspaceId, now, true, devices, until, cause.by(), cause.why(), 0);
        var epoch = joined(store(decision, nextEpoch(workspaceId), "next"));
        for (var scope : scopes) {
            state.apply(scope, Arming.armed(epoch, until, cause));
            var inForce = state.of(scope);
            if (inForce.epoch() != epoch || !inForce.armed()) {
                continue; // a stop came in between, and holds
            }
            var _ = unpublished.computeIfPresent(scope, (_, stop) -> stop > epoch ? stop : null);
            // A board that connects from now on must not find the old stop ...
            var _ =
                    line.publish(MqttLine.Outgoing.retained(topic(scope), ""))
                            .whenComplete((_, _) -> stoppedMeanwhile(scope));
            renew(new Decided(scope, inForce), now);
        }
        bus.announce(CHANNEL, Integer.toString(bus.partition(workspaceId)));
        LOG.log(
                Level.INFO,
                "workspace={0} devices={1} armed=true epoch={2} until={3} by={4}",
                workspaceId,
                devices,
                Long.toString(epoch),
                Instant.ofEpochMilli(until),
                cause.by());
        return new Armed(true, Instant.ofEpochMilli(until), epoch);
    }

    /**
     * Waits up to 1.5 s for the boards to say that they have stopped under an epoch or a later one.
     *
     * @param devices empty = the whole workspace
     */
    Stopped awaitStopped(UUID workspaceId, List<UUID> devices, long epoch) {
        var concerned = concerned(workspaceId, devices);
        presence.awaitStopped(concerned, epoch, LONGEST_CONFIRMATION);
        var confirmed = new ArrayList<UUID>();
        var unconfirmed = new ArrayList<UUID>();
        for (var device : concerned) {
            (presence.stopped(device, epoch) ? confirmed : unconfirmed).add(device);
        }
        return new Stopped(epoch, confirmed, unconfirmed);
    }

    /** The boards that a stop is to reach: all of its devices that were ever connected. */
    private List<UUID> concerned(UUID workspaceId, List<UUID> devices) {
        var all = devices.isEmpty() ? cache.devices(workspaceId) : devices;
        return all.stream().filter(device -> everConnected(workspaceId, device)).toList();
    }

    /** What became of a stop that this instance gave not long ago. */
    Optional<Stops.Progress> followed(UUID workspaceId, long epoch) {
        return stops.of(workspaceId, epoch);
    }

    /** Whether a device is armed right now. */
    boolean armed(UUID workspaceId, UUID deviceId) {
        return state.inForce(workspaceId, deviceId).holds(clock.millis());
    }

    /**
     * Whether somebody armed any of the devices and nobody has stopped it since.
     *
     * @param devices empty = the whole workspace
     */
    boolean armed(UUID workspaceId, List<UUID> devices) {
        var all = devices.isEmpty() ? cache.devices(workspaceId) : devices;
        return (devices.isEmpty() && ofWorkspace(workspaceId).armed())
                || all.stream().anyMatch(device -> inForce(workspaceId, device).armed());
    }

    private boolean everConnected(UUID workspaceId, UUID device) {
        return presence.of(workspaceId, device).isPresent()
                || cache.find(workspaceId, device)
                        .filter(known -> known.capabilities() != null)
                        .isPresent();
    }

    /** ... but one that was given meanwhile, and may just have been cleared. */
    private void stoppedMeanwhile(Scope scope) {
        var inForce = state.of(scope);
        if (!inForce.armed()) {
            publishStop(scope, inForce.epoch());
        }
    }

    /** Stops on the hub's own account, without waiting for the boards; the epoch of the stop. */
    long disarm(UUID workspaceId, List<UUID> devices, String why) {
        return disarm(workspaceId, devices, Cause.hub(why, clock.millis()));
    }

    /** Stops without waiting for the boards; the epoch of the stop. */
    long disarm(UUID workspaceId, List<UUID> devices, Cause cause) {
        var scopes = scopes(workspaceId, devices);
        var epoch = stopNow(workspaceId, devices, cause);
        var stop = new StopJournal.Entry(workspaceId, devices, epoch, cause);
        var stored =
                store(decision(stop), epoch, "next")
                        .thenApply(given -> {
                            // Another instance may have been further.
                            if (given > epoch) {
                                follow(workspaceId, devices, given, cause);
                                takeEffect(scopes, given, cause);
                            }
                            return Math.max(given, epoch);
                        });
        LOG.log(
                Level.INFO,
                "workspace={0} devices={1} armed=false epoch={2} by={3} why={4}",
                workspaceId,
                devices,
                Long.toString(epoch),
                cause.by(),
                cause.why());
        try {
            var given = stored.copy().orTimeout(300, TimeUnit.MILLISECONDS).join();
            bus.announce(CHANNEL, Integer.toString(bus.partition(workspaceId)));
            return given;
        } catch (RuntimeException e) {
            // The later of two stops says all that the earlier one said.
            unstored.removeIf(earlier ->
                    earlier.workspaceId().equals(workspaceId)
                            && earlier.devices().equals(stop.devices())
                            && earlier.epoch() <= epoch);
            unstored.add(stop);
            journal.keep(unstored);
            LOG.log(
                    Level.WARNING,
                    "workspace={0} armed=false epoch={1} stored=later reason={2}",
                    workspaceId,
                    Long.toString(epoch),
                    CommandTracker.cause(e).getMessage());
            return epoch;
        }
    }

    /** Stops whatever is armed at this moment, in memory and on the line; the epoch of the stop. */
    private long stopNow(UUID workspaceId, List<UUID> devices, Cause cause) {
        var scopes = scopes(workspaceId, devices);
        while (true) {
            var epoch = nextEpoch(workspaceId);
            follow(workspaceId, devices, epoch, cause);
            takeEffect(scopes, epoch, cause);
            if (scopes.stream().noneMatch(scope -> state.of(scope).armed())) {
                return epoch; // else an arming with a higher epoch came in between
            }
        }
    }

    /** Begins to follow a stop before it is published: boards are quick. */
    private void follow(UUID workspaceId, List<UUID> devices, long epoch, Cause cause) {
        stops.given(workspaceId, epoch, concerned(workspaceId, devices), cause, clock.millis());
    }

    private static SafetyChanged decision(StopJournal.Entry stop) {
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

    private void takeEffect(List<Scope> scopes, long epoch, Cause cause) {
        for (var scope : scopes) {
            state.apply(scope, Arming.disarmed(epoch, cause));
            renewals.end(scope);
            publishStop(scope, epoch);
        }
    }

    private void publishStop(Scope scope, long epoch) {
        var message = Json.write(Safety.disarm(epoch, clock.millis()));
        var _ =
                line.publish(MqttLine.Outgoing.retained(topic(scope), message))
                        .whenComplete((_, failure) -> {
                            if (failure == null) {
                                unpublished.remove(scope, epoch);
                            } else {
                                unpublished.put(scope, epoch);
                            }
                        });
    }

    private long nextEpoch(UUID workspaceId) {
        var now = clock.millis();
        return Arming.nextEpoch(
                state.lastEpoch(workspaceId), now, presence.largestReportedEpoch(workspaceId, now));
    }

    private CompletableFuture<Long> store(SafetyChanged decision, long epoch, String mode) {
        var workspace = decision.workspaceId();
        var devices = decision.deviceIds();
        var partition = bus.partition(workspace);
        var until = decision.until();
        var args = new ArrayList<String>();
        args.add(workspace.toString());
        args.add(Long.toString(epoch));
        args.add(decision.armed() ? "1" : "0");
        args.add(until == null ? "0" : until.toString());
        args.add(mode);
        args.add(decision.at() + " " + decision.by() + " " + decision.why());
        args.add(withoutEpoch(decision));
        args.add(devices.size() == 1 ? devices.getFirst().toString() : "");
        scopes(workspace, devices).forEach(scope -> args.add(scope.id().toString()));
        return bus.call(
                        ARMING,
                        List.of(
                                armingKey(partition),
                                epochsKey(partition),
                                Stream.DEVICE.key(partition)),
                        args)
                .thenApply(reply -> reply.number(0));
    }

    /** The JSON of a decision up to its last field, which the script fills in. */
    private static String withoutEpoch(SafetyChanged decision) {
        var json = Json.write((DeviceEvent) decision);
        var end = json.lastIndexOf(",\"epoch\":");
        return json.substring(0, end);
    }

    /** What a board says of itself. */
    void reported(UUID workspaceId, UUID deviceId, BoardState said) {
        stops.reported(workspaceId, deviceId, said, clock.millis());
    }

    /** A board has appeared: it is told at once whether it is armed, and that it was stopped. */
    void appeared(UUID workspaceId, UUID deviceId, BoardState said) {
        renewals.want(Scope.workspace(workspaceId));
        renewals.want(new Scope(workspaceId, deviceId));
        var inForce = state.inForce(workspaceId, deviceId);
        if (!inForce.armed() && inForce.epoch() > said.epoch()) {
            repeatStop(workspaceId, deviceId, inForce.epoch());
        }
    }

    /**
     * Tells one board once more that it is stopped; not retained, because that its workspace's
     * topic does already.
     */
    private void repeatStop(UUID workspaceId, UUID deviceId, long epoch) {
        var message = Json.write(Safety.disarm(epoch, clock.millis()));
        var topic = Topics.safety(workspaceId, deviceId);
        var _ =
                line.publish(
                        new MqttLine.Outgoing(
                                topic, message, false, RENEWAL_EXPIRY_SECONDS, null, null, null));
    }

    /** The last arm or stop of a device or of its workspace, whichever it obeys. */
    Arming inForce(UUID workspaceId, UUID deviceId) {
        return state.inForce(workspaceId, deviceId);
    }

    /** The last arm or stop of a whole workspace. */
    Arming ofWorkspace(UUID workspaceId) {
        return state.of(Scope.workspace(workspaceId));
    }

    /** Whether a board has stopped by itself. */
    OwnStop ownStop(UUID workspaceId, UUID deviceId, BoardState said) {
        return OwnStop.of(
                said,
                state.inForce(workspaceId, deviceId),
                state.of(new Scope(workspaceId, deviceId)),
                clock.millis());
    }

    /**
     * Publishes again what the broker may have forgotten: it keeps nothing over a restart.
     *
     * @param owned the partitions that this instance does it for
     */
    void publishAgain(IntPredicate owned) {
        for (var decided : state.all()) {
            if (!owned.test(bus.partition(decided.scope().workspaceId()))) {
                continue;
            }
            if (decided.arming().armed()) {
                renewals.want(decided.scope());
            } else {
                publishStop(decided.scope(), decided.arming().epoch());
            }
        }
    }

    /**
     * Renews what is armed, repeats what did not get through. Called several times a second.
     *
     * @param owned whether this instance renews a partition
     */
    void tick(IntPredicate owned) {
        var now = clock.millis();
        var fit = fit(now);
        for (var decided : state.all()) {
            if (fit
                    && decided.arming().holds(now)
                    && state.obeyed(decided)
                    && owned.test(bus.partition(decided.scope().workspaceId()))
                    && renewals.due(decided.scope(), now)) {
                renew(decided, now);
            }
        }
        unpublished.forEach((scope, epoch) -> {
            if (state.of(scope).epoch() == epoch && line.connected()) {
                publishStop(scope, epoch);
            } else if (state.of(scope).epoch() > epoch) {
                unpublished.remove(scope, epoch);
            }
        });
        stops.due(now).forEach(this::repeat);
        if (bus.available()) {
            unstored.forEach(this::storeAgain);
        }
    }

    private boolean fit(long now) {
        var before = health.ailment();
        var fit =
                health.look(
                        new Health.Signs(
                                line.listening(), bus.available(), line.dropped(), line.busyMs()),
                        now);
        if (!health.ailment().equals(before)) {
            LOG.log(
                    fit || before.equals(Health.STARTING) ? Level.INFO : Level.WARNING,
                    "renewals={0} because={1}",
                    fit ? "on" : "off",
                    health.ailment().orElse("healthy"));
        }
        return fit;
    }

    /** Why this instance lets the boards' leases lapse; empty while it renews them. */
    Optional<String> ailment() {
        return health.ailment();
    }

    private void repeat(Stops.Repeat repeat) {
        var inForce = state.inForce(repeat.workspaceId(), repeat.deviceId());
        var online =
                presence.of(repeat.workspaceId(), repeat.deviceId())
                        .filter(Presence.Seen::online)
                        .isPresent();
        if (online && !inForce.armed()) {
            repeatStop(repeat.workspaceId(), repeat.deviceId(), inForce.epoch());
        }
    }

    /** Whether a board that is there was told since it came back that it is armed. */
    boolean leased(Presence.Seen seen) {
        var own = new Scope(seen.workspaceId(), seen.deviceId());
        var inForce = inForce(seen.workspaceId(), seen.deviceId());
        var scope =
                state.of(own).epoch() == inForce.epoch()
                        ? own
                        : Scope.workspace(seen.workspaceId());
        return renewals.renewedAt(scope) >= seen.since();
    }

    private void renew(Decided decided, long now) {
        var arming = decided.arming();
        var until = Math.min(now + Safety.LEASE_MS, arming.until());
        var message = Json.write(new Safety(true, arming.epoch(), until, now));
        renewals.renewed(decided.scope(), now);
        var _ =
                line.publish(
                                new MqttLine.Outgoing(
                                        topic(decided.scope()),
                                        message,
                                        false,
                                        RENEWAL_EXPIRY_SECONDS,
                                        null,
                                        null,
                                        null))
                        .exceptionally(_ -> {
                            renewals.want(decided.scope());
                            return MqttLine.Taken.NOBODY_THERE;
                        });
    }

    private void storeAgain(StopJournal.Entry stop) {
        var scopes = scopes(stop.workspaceId(), stop.devices());
        // Somebody who did not know of it may have armed before it was given, under a higher epoch.
        var overtaken =
                scopes.stream()
                        .map(state::of)
                        .anyMatch(now -> now.armed() && now.cause().at() <= stop.cause().at());
        var _ =
                store(decision(stop), stop.epoch(), overtaken ? "next" : "exact")
                        .thenAccept(given -> {
                            if (overtaken) {
                                takeEffect(scopes, given, stop.cause());
                            }
                            if (unstored.remove(stop)) {
                                Thread.startVirtualThread(() -> journal.keep(unstored));
                            }
                        });
    }

    /** Stops what is armed in workspaces that are no more. */
    void leave(Set<UUID> workspaces) {
        var now = clock.millis();
        state.all().stream()
                .filter(decided -> decided.arming().holds(now))
                .map(decided -> decided.scope().workspaceId())
                .filter(workspaces::contains)
                .distinct()
                .toList()
                .forEach(workspace -> {
                    var devices = new ArrayList<>(cache.devices(workspace));
                    var _ = disarm(workspace, List.of(), "workspace_deleted");
                    if (!devices.isEmpty()) {
                        var _ = disarm(workspace, devices, "workspace_deleted");
                    }
                });
    }

    /** A device is no more. */
    void forget(UUID workspaceId, UUID deviceId) {
        var scope = new Scope(workspaceId, deviceId);
        state.forget(scope);
        renewals.end(scope);
        unpublished.remove(scope);
    }

    /** Reads what is armed in a partition. */
    CompletableFuture<Void> load(int partition) {
        return bus.call(ALL, List.of(armingKey(partition)), List.of()).thenAccept(this::loaded);
    }

    private void loaded(Reply reply) {
        CommandStore.fields(reply)
                .forEach((field, value) -> {
                    var ids = field.split("/", 2);
                    if (ids.length == 2) {
                        state.apply(
                                new Scope(UUID.fromString(ids[0]), UUID.fromString(ids[1])),
                                Arming.parse(value));
                    }
                });
    }

    private static List<Scope> scopes(UUID workspaceId, List<UUID> devices) {
        if (devices.isEmpty()) {
            return List.of(Scope.workspace(workspaceId));
        }
        return devices.stream().map(device -> new Scope(workspaceId, device)).toList();
    }

    private static String topic(Scope scope) {
        return scope.whole()
                ? Topics.safety(scope.workspaceId())
                : Topics.safety(scope.workspaceId(), scope.id());
    }

    static String armingKey(int partition) {
        return Stream.key(partition, "arming");
    }

    static String epochsKey(int partition) {
        return Stream.key(partition, "epochs");
    }

    static <T> T joined(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (java.util.concurrent.CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }
}
