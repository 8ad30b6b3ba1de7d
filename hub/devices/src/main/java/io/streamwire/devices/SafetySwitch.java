package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.contract.DeviceEvent.SafetyChanged;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.Safety;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.devices.ArmingState.Decided;
import io.streamwire.devices.ArmingState.Scope;
import io.streamwire.service.Problem;
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

    /** The channel that tells other instances which partition's arming changed. */
    static final String CHANNEL = "arming";

    /** How often an arm gives way to those of others. */
    private static final int MOST_ATTEMPTS = 20;

    private static final Duration LONGEST_CONFIRMATION = Duration.ofMillis(1_500);

    /** An armed message that waits in the broker is worth nothing any more, s. */
    private static final long RENEWAL_EXPIRY_SECONDS = 10;

    private final Bus bus;
    private final MqttLine line;
    private final DeviceCache cache;
    private final Presence presence;
    private final ArmingState state;
    private final InstantSource clock;
    private final SafetyStore store;
    private final UnstoredStops unstored;
    private final Renewals renewals = new Renewals();
    private final Stops stops = new Stops();
    private final Health health = new Health();

    /** The latest stop of each that the broker does not have yet. */
    private final Map<Scope, Long> unpublished = new ConcurrentHashMap<>();

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
        this.store = new SafetyStore(bus);
        this.unstored = new UnstoredStops(store, journal);
        this.clock = clock;
    }

    /** Takes in the stops that an earlier run could not store. */
    void recall() {
        for (var stop : unstored.recall()) {
            takeEffect(Scope.all(stop.workspaceId(), stop.devices()), stop.epoch(), stop.cause());
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
     * @param keep where to keep the answer
     * @throws BusException.Unavailable when Redis is away
     * @throws Problem 409 {@code stopped_meanwhile}, 503 {@code redis_slow}; nothing is armed then
     */
    Armed arm(
            UUID workspaceId,
            List<UUID> devices,
            Duration time,
            Cause cause,
            Optional<SafetyStore.Keep> keep) {
        var now = clock.millis();
        var until = now + time.toMillis();
        var scopes = Scope.all(workspaceId, devices);
        var decision =
                new SafetyChanged(
                        workspaceId, now, true, devices, until, cause.by(), cause.why(), 0);
        unstored.store(workspaceId, this::stored);
        var epoch = decide(decision, scopes, keep);
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

    private long decide(
            SafetyChanged decision, List<Scope> scopes, Optional<SafetyStore.Keep> keep) {
        var workspace = decision.workspaceId();
        var basis = joined(store.basis(workspace));
        var begin = basis;
        for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
            var outcome = joined(store.arm(decision, nextEpoch(workspace), basis, keep));
            if (outcome.armed()) {
                return outcome.epoch();
            }
            if (!outcome.overtaken()) {
                break;
            }
            basis = joined(store.basis(workspace));
            joined(load(bus.partition(workspace)));
            if (state.stoppedSince(scopes, begin.epoch())) {
                throw Problem.conflict(
                        "stopped_meanwhile", "Somebody stopped in this moment; arm again.");
            }
        }
        throw Problem.unavailable("redis_slow", "It took too long; nothing was armed.");
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
        var scopes = Scope.all(workspaceId, devices);
        var epoch = stopNow(workspaceId, devices, cause);
        var stop = new StopJournal.Entry(workspaceId, devices, epoch, cause);
        var stored =
                store.stop(UnstoredStops.decision(stop), epoch)
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
            var kept = unstored.add(stop);
            if (!kept.equals(stop)) {
                takeEffect(Scope.all(workspaceId, kept.devices()), kept.epoch(), cause);
            }
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
        var scopes = Scope.all(workspaceId, devices);
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
                                unpublished.merge(scope, epoch, Math::max);
                            }
                        });
    }

    private long nextEpoch(UUID workspaceId) {
        var now = clock.millis();
        return Arming.nextEpoch(
                state.lastEpoch(workspaceId), now, presence.largestReportedEpoch(workspaceId, now));
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
                        MqttLine.Outgoing.of(
                                topic, message, MqttLine.Delivery.SURE, RENEWAL_EXPIRY_SECONDS));
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
            unstored.storeAgain(this::stored);
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

    /**
     * Lets boards go on for one lease. A renewal sets their clocks and is their leave to move from
     * when it comes: one that is sent again seconds later, after a lost link, would have them take
     * old commands for new ones.
     */
    private void renew(Decided decided, long now) {
        var arming = decided.arming();
        var until = Math.min(now + Safety.LEASE_MS, arming.until());
        var message = Json.write(new Safety(true, arming.epoch(), until, now));
        renewals.renewed(decided.scope(), now);
        var _ =
                line.publish(
                                MqttLine.Outgoing.of(
                                        topic(decided.scope()),
                                        message,
                                        MqttLine.Delivery.PROMPT,
                                        RENEWAL_EXPIRY_SECONDS))
                        .exceptionally(_ -> {
                            renewals.want(decided.scope());
                            return MqttLine.Taken.NOBODY_THERE;
                        });
    }

    private void stored(StopJournal.Entry stop, long epoch) {
        if (epoch > stop.epoch()) {
            takeEffect(Scope.all(stop.workspaceId(), stop.devices()), epoch, stop.cause());
        }
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
        stops.forget(deviceId);
        unpublished.remove(scope);
    }

    /** Reads what is armed in a partition. */
    CompletableFuture<Void> load(int partition) {
        return store.load(partition)
                .thenAccept(all -> all.forEach(one -> state.apply(one.scope(), one.arming())));
    }

    private static String topic(Scope scope) {
        return scope.whole()
                ? Topics.safety(scope.workspaceId())
                : Topics.safety(scope.workspaceId(), scope.id());
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
