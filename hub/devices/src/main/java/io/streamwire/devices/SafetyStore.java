package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Reply;
import io.streamwire.bus.Script;
import io.streamwire.contract.DeviceEvent;
import io.streamwire.contract.DeviceEvent.SafetyChanged;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import io.streamwire.devices.ArmingState.Decided;
import io.streamwire.devices.ArmingState.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * What is armed, in Redis, which puts the decisions of all instances in order. An arm counts only
 * on top of the decisions that it was made upon, and only for a moment: one that was answered with
 * an error does not come into force later. Never blocks.
 */
final class SafetyStore {

    private static final Script ARMING = Script.of(SafetyStore.class, "arming.lua");
    private static final Script ALL =
            new Script("armings", "return redis.call('HGETALL', KEYS[1])");
    private static final Script BASIS =
            new Script(
                    "arming-basis",
                    """
                    local time = redis.call('TIME')
                    local last = redis.call('HGET', KEYS[1], 'last:' .. ARGV[1]) or '0'
                    return {last, string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))}
                    """);

    /** An arm takes effect within it or never, ms; shorter than a call may take. */
    private static final long LONGEST_ARM_MS = 1_000;

    /** The clocks of two instances differ by less, ms. */
    private static final long CLOCKS_DIFFER_MS = 1_000;

    private static final String NOTHING = "";

    private final Bus bus;

    SafetyStore(Bus bus) {
        this.bus = bus;
    }

    /** What an arm is decided upon: the last epoch of the workspace, and when, by Redis's clock. */
    record Basis(long epoch, long at) {}

    /** Where the answer to an arm is kept, and for how long. */
    record Keep(String key, Duration time) {}

    /** An arm's epoch, or why it has none. */
    record Outcome(long epoch) {
        boolean armed() {
            return epoch > 0;
        }

        /** Somebody else decided something first; else it came too late. */
        boolean overtaken() {
            return epoch == 0;
        }
    }

    CompletableFuture<Basis> basis(UUID workspaceId) {
        return bus.call(
                        BASIS,
                        List.of(armingKey(bus.partition(workspaceId))),
                        List.of(workspaceId.toString()))
                .thenApply(reply -> new Basis(reply.number(0), reply.number(1)));
    }

    CompletableFuture<Outcome> arm(
            SafetyChanged decision, long epoch, Basis basis, Optional<Keep> keep) {
        var until = decision.until();
        var answer =
                keep.map(_ ->
                                withoutEpoch(
                                        Json.write(
                                                new SafetySwitch.Armed(
                                                        true,
                                                        Instant.ofEpochMilli(
                                                                until == null ? 0 : until),
                                                        0))))
                        .orElse(NOTHING);
        return decide(
                        decision,
                        epoch,
                        "arm",
                        keep.map(Keep::key),
                        List.of(
                                Long.toString(basis.epoch()),
                                Long.toString(basis.at() + LONGEST_ARM_MS),
                                answer,
                                keep.map(one -> Long.toString(one.time().toMillis()))
                                        .orElse(NOTHING)))
                .thenApply(Outcome::new);
    }

    /** Stores a stop under a new epoch, that or a higher one. */
    CompletableFuture<Long> stop(SafetyChanged decision, long epoch) {
        return decide(
                decision,
                epoch,
                "stop",
                Optional.empty(),
                List.of(NOTHING, NOTHING, NOTHING, NOTHING));
    }

    /**
     * Stores a stop that may have been stored. Its epoch is a new one when something is armed under
     * a higher one that was armed before it was given: who armed did not know of it yet.
     */
    CompletableFuture<Long> stopAgain(SafetyChanged decision, long epoch) {
        return decide(
                decision,
                epoch,
                "again",
                Optional.empty(),
                List.of(
                        Long.toString(decision.at() + CLOCKS_DIFFER_MS),
                        NOTHING,
                        NOTHING,
                        NOTHING));
    }

    private CompletableFuture<Long> decide(
            SafetyChanged decision,
            long epoch,
            String mode,
            Optional<String> answerKey,
            List<String> ofMode) {
        var workspace = decision.workspaceId();
        var devices = decision.deviceIds();
        var partition = bus.partition(workspace);
        var until = decision.until();
        var keys = new ArrayList<String>();
        keys.add(armingKey(partition));
        keys.add(epochsKey(partition));
        keys.add(Stream.DEVICE.key(partition));
        answerKey.ifPresent(keys::add);
        var args = new ArrayList<String>();
        args.add(workspace.toString());
        args.add(Long.toString(epoch));
        args.add(decision.armed() ? "1" : "0");
        args.add(until == null ? "0" : until.toString());
        args.add(mode);
        args.add(decision.at() + " " + decision.by() + " " + decision.why());
        args.add(withoutEpoch(Json.write((DeviceEvent) decision)));
        args.add(devices.size() == 1 ? devices.getFirst().toString() : NOTHING);
        args.addAll(ofMode);
        Scope.all(workspace, devices).forEach(scope -> args.add(scope.id().toString()));
        return bus.call(ARMING, keys, args).thenApply(reply -> reply.number(0));
    }

    /** JSON up to its last field, which the script fills in. */
    private static String withoutEpoch(String json) {
        return json.substring(0, json.lastIndexOf(",\"epoch\":"));
    }

    /** What was decided last for everything in a partition. */
    CompletableFuture<List<Decided>> load(int partition) {
        return bus.call(ALL, List.of(armingKey(partition)), List.of())
                .thenApply(SafetyStore::decided);
    }

    private static List<Decided> decided(Reply reply) {
        var all = new ArrayList<Decided>();
        CommandStore.fields(reply)
                .forEach((field, value) -> {
                    var ids = field.split("/", 2);
                    if (ids.length == 2) {
                        var scope = new Scope(UUID.fromString(ids[0]), UUID.fromString(ids[1]));
                        all.add(new Decided(scope, Arming.parse(value)));
                    }
                });
        return all;
    }

    static String armingKey(int partition) {
        return Stream.key(partition, "arming");
    }

    static String epochsKey(int partition) {
        return Stream.key(partition, "epochs");
    }
}
