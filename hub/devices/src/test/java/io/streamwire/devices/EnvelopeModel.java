package io.streamwire.devices;

import io.streamwire.contract.CommandState;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.ArgSpec;
import io.streamwire.contract.mqtt.Capabilities.CommandSpec;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.devices.Admission.Verdict;
import io.streamwire.devices.CommandStore.Spending;
import io.streamwire.devices.DeviceCache.Known;
import io.streamwire.devices.DeviceLane.Readiness;
import io.streamwire.devices.Presence.Seen;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One board whose own limits are off, an unreliable way to it and a hub with the real admission,
 * lane and ledger, in a time of its own: somebody calls, arms, stops and changes limits at random,
 * messages are lost, late and doubled, and what a board without limits of its own says of a command
 * need not be true. Everything that its outputs do is judged from outside.
 */
final class EnvelopeModel {

    private static final long LONGEST_ENDING_MS = 130_000;
    private static final int STEPS = 120;
    private static final List<String> COMMANDS = List.of("a", "b", "c");

    private final EnvelopeWorld world;
    private final Random random;
    private final EnvelopeGuard missing;
    private final Hub hub;
    private final EnvelopeBoard board;
    private final EnvelopeJudge judge = new EnvelopeJudge();
    private List<String> offences = List.of();

    EnvelopeModel(Random random, EnvelopeGuard missing) {
        this.world = new EnvelopeWorld(random);
        this.random = random;
        this.missing = missing;
        this.hub = new Hub();
        this.board = new EnvelopeBoard(world, hub.limitsBy, judge, hub);
    }

    List<String> offences() {
        return offences;
    }

    long pulses() {
        return judge.pulses();
    }

    void run() {
        for (int i = 0; i < STEPS; i++) {
            goOn(world.now() + pause());
            act();
        }
        goOn(world.now() + LONGEST_ENDING_MS);
        offences = judge.offences();
    }

    private long pause() {
        return random.nextInt(4) == 0 ? random.nextInt(3_000) : random.nextInt(200);
    }

    private void goOn(long until) {
        world.goOn(until);
        hub.lane.pump(until);
    }

    private void act() {
        switch (random.nextInt(24)) {
            case 0 -> hub.arm();
            case 1 -> hub.stop();
            case 2 -> {
                if (hub.limitsChange) {
                    hub.known = limits();
                }
            }
            case 3 -> board.reboot();
            case 4 -> hub.lane.returned(world.now());
            case 5 -> {
                if (hub.ownersChange) {
                    hub.takeOver();
                }
            }
            default -> {
                for (int i = random.nextInt(3); i >= 0; i--) {
                    hub.call();
                }
            }
        }
    }

    private Known limits() {
        var commands = new ArrayList<CommandSpec>();
        for (var name : COMMANDS) {
            commands.add(
                    new CommandSpec(
                            name,
                            List.of(
                                    new ArgSpec("level", "int", 0, 100, "%"),
                                    new ArgSpec("ms", "int", 5, 4_000, "ms")),
                            200 + random.nextInt(3_000),
                            random.nextBoolean() ? 0 : random.nextInt(1_500),
                            random.nextBoolean() ? 100 : 2 + random.nextInt(20),
                            random.nextInt(3) == 0 ? null : "group" + random.nextInt(2)));
        }
        var capabilities = new Capabilities(1, "1", "esp32", hub.limitsBy, commands);
        var tighter =
                random.nextBoolean()
                        ? Map.<String, DeviceConfig.Limits>of()
                        : Map.of(
                                "a",
                                new DeviceConfig.Limits(
                                        100L + random.nextInt(900),
                                        random.nextLong(800),
                                        1 + random.nextInt(50)));
        return new Known(Samples.device(), capabilities, Envelope.compile(capabilities, tighter));
    }

    // The hub: everything but what is around lane, admission and arming is the real one.

    private final class Hub implements DeviceLane.Way, EnvelopeBoard.Hub {
        private final LimitsBy limitsBy = random.nextInt(3) == 0 ? LimitsBy.BOARD : LimitsBy.HUB;
        private final boolean limitsChange = random.nextBoolean();

        /** A later owner does not know of what was not limited in the last minute before it. */
        private final boolean ownersChange = limitsBy == LimitsBy.HUB || !limitsChange;

        private final Map<UUID, Spending> spent = new HashMap<>();
        private final Map<UUID, Command> pending = new HashMap<>();
        private final Map<UUID, CommandState> states = new HashMap<>();
        private final Map<UUID, Long> changedAt = new HashMap<>();
        private final Map<UUID, Restraint> left = new HashMap<>();
        private final Map<UUID, Long> turn = new HashMap<>();
        private Known known = Samples.motor();
        private Arming arming = Arming.armed(Samples.EPOCH, Long.MAX_VALUE);
        private long knownBoot = Samples.BOOT;
        private DeviceLane lane = new DeviceLane(16, this);

        private void call() {
            if (Samples.MOTOR.equals(known.capabilities())) {
                known = limits();
            }
            Map<String, Long> args =
                    random.nextInt(10) == 0
                            ? Map.of("level", 300L, "ms", 100_000L)
                            : Map.of(
                                    "level",
                                    (long) random.nextInt(101),
                                    "ms",
                                    5L + random.nextInt(random.nextBoolean() ? 300 : 3_000));
            var name = COMMANDS.get(random.nextInt(COMMANDS.size()));
            var ttl = 1 + random.nextInt(random.nextBoolean() ? 3_000 : 60_000);
            var seen =
                    new Seen(
                            Samples.WORKSPACE,
                            Samples.DEVICE,
                            new BoardState(Phase.READY, knownBoot, arming.epoch(), null, null),
                            world.now(),
                            world.now());
            var verdict =
                    Admission.decide(
                            new Admission.Request(
                                    name,
                                    args,
                                    world.now() + ttl,
                                    arming.epoch(),
                                    random.nextBoolean()),
                            known,
                            arming,
                            seen,
                            world.now());
            if (!(verdict instanceof Verdict.Admitted admitted)) {
                return;
            }
            var command =
                    Command.manual(
                            new UUID(random.nextLong(), random.nextLong()),
                            Samples.device(),
                            Command.MANUAL,
                            name,
                            admitted.args(),
                            world.now(),
                            ttl,
                            admitted.onMs(),
                            arming.epoch(),
                            admitted.boot(),
                            "");
            var restraint = restraint(command);
            if (restraint != null) {
                Spending.of(command, restraint).ifPresent(one -> spent.put(command.id(), one));
            }
            pending.put(command.id(), command);
            lane.offer(command, false, world.now());
        }

        private void arm() {
            arming = Arming.armed(Math.max(arming.epoch() + 1, world.now()), Long.MAX_VALUE);
            tell();
        }

        private void stop() {
            arming = Arming.disarmed(Math.max(arming.epoch() + 1, world.now()));
            tell();
            lane.pump(world.now());
            if (random.nextInt(4) > 0) {
                world.after(random.nextInt(500), this::arm);
            }
        }

        private void tell() {
            var told = arming;
            world.after(world.delay(), () -> board.obey(told));
        }

        /** Another instance owns the partition world.now(); it knows what Redis knows. */
        private void takeOver() {
            lane = new DeviceLane(16, this);
            if (missing != EnvelopeGuard.TAKE_OVER) {
                spent.forEach((id, spending) ->
                        lane.restore(
                                spending,
                                limitsBy == LimitsBy.HUB,
                                world.now() - 100_000,
                                states.get(id),
                                changedAt.getOrDefault(id, 0L)));
            }
            for (var command : pending.values()) {
                if (!states.containsKey(command.id())) {
                    lane.offer(command, true, world.now());
                }
            }
        }

        @Override
        public void heard(UUID id, CommandState state) {
            var before = states.get(id);
            if (before == null || before.rank() < state.rank()) {
                states.put(id, state);
                changedAt.put(id, world.now());
            }
            if (random.nextInt(20) == 0) {
                return; // this instance missed it, only Redis knows
            }
            lane.heard(id, state, world.now());
            lane.answered(id, world.now());
        }

        @Override
        public void booted(long boot) {
            if (boot > knownBoot) {
                knownBoot = boot;
                lane.returned(world.now());
            }
        }

        @Override
        public @Nullable Restraint leftUnder(Command command) {
            return left.get(command.id());
        }

        @Override
        public long turnOf(Command command) {
            return turn.getOrDefault(command.id(), 0L);
        }

        @Override
        public Readiness readiness(Command command) {
            if (command.epoch() < arming.epoch() || !arming.holds(world.now())) {
                return Readiness.STOPPED;
            }
            return command.boot() == knownBoot ? Readiness.GO : Readiness.REBOOTED;
        }

        @Override
        public @Nullable Restraint restraint(Command command) {
            var restraint = Restraint.of(known, command.command());
            return restraint == null ? null : missing.weaken(restraint);
        }

        @Override
        public boolean remembers(Command command) {
            return true;
        }

        @Override
        public void wake(Command command, long at) {
            world.after(at - world.now(), () -> lane.pump(world.now()));
        }

        @Override
        public CompletableFuture<Optional<Command>> bind(Command command) {
            return CompletableFuture.completedFuture(Optional.of(command.boundTo(knownBoot)));
        }

        @Override
        public CompletableFuture<MqttLine.Taken> send(Command command) {
            var restraint = Restraint.of(known, command.command());
            if (restraint != null) {
                left.put(command.id(), restraint);
                turn.put(command.id(), world.turn());
            }
            var answer = new CompletableFuture<MqttLine.Taken>();
            switch (random.nextInt(12)) {
                case 0 ->
                        world.after(
                                random.nextInt(20),
                                () ->
                                        answer.completeExceptionally(
                                                new MqttLine.NotSent("no line")));
                case 1 ->
                        world.after(
                                random.nextInt(20),
                                () -> answer.complete(MqttLine.Taken.NOBODY_THERE));
                case 2 -> {
                    world.carry(() -> board.received(command)); // and the broker's word is lost
                    world.after(
                            command.expiresAt() - world.now() + 1_000,
                            () -> answer.completeExceptionally(new TimeoutException()));
                }
                default -> {
                    world.carry(() -> board.received(command));
                    world.after(
                            random.nextInt(20), () -> answer.complete(MqttLine.Taken.DELIVERABLE));
                }
            }
            return answer;
        }

        @Override
        public void sent(Command command) {}

        @Override
        public void givenUp(Command command, CommandState state, String reason) {
            states.putIfAbsent(command.id(), state);
            changedAt.putIfAbsent(command.id(), world.now());
        }
    }
}
