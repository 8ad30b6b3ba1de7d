package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Reply;
import io.streamwire.bus.Script;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
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
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;

/**
 * Arms and stops. Arming needs Redis, which keeps it over restarts. A stop needs nothing: it holds
 * in memory and is published at once, and is stored and published again until both have worked.
 * Thread-safe.
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
    private final Renewals renewals = new Renewals();
    private final Map<Scope, Long> unpublished = new ConcurrentHashMap<>();
    private final Map<Scope, Long> unstored = new ConcurrentHashMap<>();

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
            InstantSource clock) {
        this.bus = bus;
        this.line = line;
        this.cache = cache;
        this.presence = presence;
        this.state = state;
        this.clock = clock;
    }

    /**
     * Arms a workspace, or some devices of it.
     *
     * @param devices empty = the whole workspace
     * @throws BusException.Unavailable when Redis is away
     */
    Armed arm(UUID workspaceId, List<UUID> devices, Duration time) {
        var now = clock.millis();
        var until = now + time.toMillis();
        var scopes = scopes(workspaceId, devices);
        var epoch = joined(store(scopes, nextEpoch(workspaceId), true, until, "next"));
        for (var scope : scopes) {
            state.apply(scope, Arming.armed(epoch, until));
            if (state.of(scope).epoch() != epoch) {
                continue; // a stop came in between, and holds
            }
            unpublished.remove(scope);
            unstored.remove(scope);
            // A board that connects from now on must not find the old stop.
            var _ = line.publish(MqttLine.Outgoing.retained(topic(scope), ""));
            renew(new Decided(scope, state.of(scope)), now);
        }
        bus.announce(CHANNEL, Integer.toString(bus.partition(workspaceId)));
        LOG.log(
                Level.INFO,
                "workspace={0} devices={1} armed=true epoch={2} until={3}",
                workspaceId,
                devices,
                Long.toString(epoch),
                Instant.ofEpochMilli(until));
        return new Armed(true, Instant.ofEpochMilli(until), epoch);
    }

    /**
     * Stops a workspace, or some devices of it, and waits up to 1.5 s for the boards to say so.
     *
     * @param devices empty = the whole workspace
     */
    Stopped stop(UUID workspaceId, List<UUID> devices, String why) {
        var epoch = disarm(workspaceId, devices, why);
        var concerned = devices.isEmpty() ? cache.devices(workspaceId) : devices;
        presence.awaitStopped(concerned, epoch, LONGEST_CONFIRMATION);
        var confirmed = new ArrayList<UUID>();
        var unconfirmed = new ArrayList<UUID>();
        for (var device : concerned) {
            if (presence.stopped(device, epoch)) {
                confirmed.add(device);
            } else if (everConnected(workspaceId, device)) {
                unconfirmed.add(device);
            }
        }
        return new Stopped(epoch, confirmed, unconfirmed);
    }

    /** Whether a device is armed right now. */
    boolean armed(UUID workspaceId, UUID deviceId) {
        return state.inForce(workspaceId, deviceId).holds(clock.millis());
    }

    private boolean everConnected(UUID workspaceId, UUID device) {
        return presence.of(workspaceId, device).isPresent()
                || cache.find(workspaceId, device)
                        .filter(known -> known.capabilities() != null)
                        .isPresent();
    }

    /** Stops without waiting for the boards; the epoch of the stop. */
    long disarm(UUID workspaceId, List<UUID> devices, String why) {
        var scopes = scopes(workspaceId, devices);
        var epoch = nextEpoch(workspaceId);
        takeEffect(scopes, epoch);
        var stored = store(scopes, epoch, false, 0, "next");
        LOG.log(
                Level.INFO,
                "workspace={0} devices={1} armed=false epoch={2} why={3}",
                workspaceId,
                devices,
                Long.toString(epoch),
                why);
        try {
            // Another instance may have been further; then the stop takes the higher epoch.
            var given = stored.orTimeout(300, TimeUnit.MILLISECONDS).join();
            if (given > epoch) {
                takeEffect(scopes, given);
            }
            bus.announce(CHANNEL, Integer.toString(bus.partition(workspaceId)));
            return Math.max(given, epoch);
        } catch (RuntimeException e) {
            scopes.forEach(scope -> unstored.put(scope, epoch));
            LOG.log(
                    Level.WARNING,
                    "workspace={0} armed=false epoch={1} stored=later reason={2}",
                    workspaceId,
                    Long.toString(epoch),
                    CommandTracker.cause(e).getMessage());
            return epoch;
        }
    }

    private void takeEffect(List<Scope> scopes, long epoch) {
        for (var scope : scopes) {
            state.apply(scope, Arming.disarmed(epoch));
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

    private CompletableFuture<Long> store(
            List<Scope> scopes, long epoch, boolean armed, long until, String mode) {
        var workspace = scopes.getFirst().workspaceId();
        var partition = bus.partition(workspace);
        var args = new ArrayList<String>();
        args.add(workspace.toString());
        args.add(Long.toString(epoch));
        args.add(armed ? "1" : "0");
        args.add(Long.toString(until));
        args.add(mode);
        scopes.forEach(scope -> args.add(scope.id().toString()));
        return bus.call(ARMING, List.of(armingKey(partition), epochsKey(partition)), args)
                .thenApply(reply -> reply.number(0));
    }

    /** A board has appeared: it is told at once whether it is armed. */
    void appeared(UUID workspaceId, UUID deviceId) {
        renewals.want(Scope.workspace(workspaceId));
        renewals.want(new Scope(workspaceId, deviceId));
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
        for (var decided : state.all()) {
            if (decided.arming().holds(now)
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
        if (bus.available()) {
            unstored.forEach(this::storeAgain);
        }
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

    private void storeAgain(Scope scope, long epoch) {
        var _ =
                store(List.of(scope), epoch, false, 0, "exact")
                        .thenAccept(_ -> unstored.remove(scope, epoch));
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

    private static String armingKey(int partition) {
        return Stream.key(partition, "arming");
    }

    private static String epochsKey(int partition) {
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
