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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
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
    private static final long WINDOW_MS = 60_000;
    private static final List<String> COMMANDS = List.of("a", "b", "c");

    /** What may be missing, and the offence that shows it. */
    enum Guard {
        NONE("none"),
        DUTY("duty"),
        GAP("gap"),
        GROUP("interlock"),
        TURN("overlap"),
        RANGE("range"),
        TAKE_OVER("");

        final String offence;

        Guard(String offence) {
            this.offence = offence;
        }
    }

    private final Random random;
    private final Guard missing;
    private final Hub hub;
    private final PriorityQueue<Later> agenda = new PriorityQueue<>();
    private final List<OnTime> recorded = new ArrayList<>();
    private final List<String> offences = new ArrayList<>();
    private long now = Samples.NOW;
    private long order;

    // The board.
    private long boot = Samples.BOOT;
    private long boardEpoch = Samples.EPOCH;
    private boolean boardArmed = true;
    private final long lagMs;
    private final Set<UUID> ring = new HashSet<>();
    private final Map<String, Output> outputs = new HashMap<>();

    private record Later(long at, long order, Runnable task) implements Comparable<Later> {
        @Override
        public int compareTo(Later other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    /**
     * An output's time on, the limit under which the command left the hub, and its place in the
     * order of leaving.
     */
    private static final class OnTime {
        private final Command command;
        private final Restraint restraint;
        private final long turn;
        private final long on;
        private long off = Long.MAX_VALUE;

        OnTime(Command command, Restraint restraint, long turn, long on) {
            this.command = command;
            this.restraint = restraint;
            this.turn = turn;
            this.on = on;
        }
    }

    /** What a board that keeps order does: one pulse after another. */
    private static final class Output {
        private @Nullable OnTime running;
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    }

    EnvelopeModel(Random random, Guard missing) {
        this.random = random;
        this.missing = missing;
        this.lagMs = random.nextInt(200);
        this.hub = new Hub();
    }

    List<String> offences() {
        return offences;
    }

    long pulses() {
        return recorded.size();
    }

    void run() {
        for (int i = 0; i < STEPS; i++) {
            goOn(now + pause());
            act();
        }
        goOn(now + LONGEST_ENDING_MS);
        judge();
    }

    private long pause() {
        return random.nextInt(4) == 0 ? random.nextInt(3_000) : random.nextInt(200);
    }

    private void goOn(long until) {
        while (!agenda.isEmpty() && agenda.element().at() <= until) {
            var later = agenda.remove();
            now = Math.max(now, later.at());
            later.task().run();
        }
        now = until;
        hub.lane.pump(now);
    }

    private void after(long ms, Runnable task) {
        agenda.add(new Later(now + ms, order++, task));
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
            case 3 -> reboot();
            case 4 -> hub.lane.returned(now);
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

    /** What a message's way does to it. */
    private void carry(Runnable message) {
        if (random.nextInt(8) == 0) {
            return;
        }
        after(delay(), message);
        if (random.nextInt(8) == 0) {
            after(delay(), message);
        }
    }

    private long delay() {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt(5_000);
            case 1 -> random.nextInt(400);
            default -> random.nextInt(10);
        };
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

    private final class Hub implements DeviceLane.Way {
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
                            now,
                            now);
            var verdict =
                    Admission.decide(
                            new Admission.Request(
                                    name, args, now + ttl, arming.epoch(), random.nextBoolean()),
                            known,
                            arming,
                            seen,
                            now);
            if (!(verdict instanceof Verdict.Admitted admitted)) {
                return;
            }
            var command =
                    Command.manual(
                            new UUID(random.nextLong(), random.nextLong()),
                            Samples.device(),
                            name,
                            admitted.args(),
                            now,
                            ttl,
                            admitted.limit().maxOnMs(),
                            arming.epoch(),
                            admitted.boot(),
                            "");
            var restraint = restraint(command);
            if (restraint != null) {
                Spending.of(command, restraint).ifPresent(one -> spent.put(command.id(), one));
            }
            pending.put(command.id(), command);
            lane.offer(command, false, now);
        }

        private void arm() {
            arming = Arming.armed(Math.max(arming.epoch() + 1, now), Long.MAX_VALUE);
            tell();
        }

        private void stop() {
            arming = Arming.disarmed(Math.max(arming.epoch() + 1, now));
            tell();
            lane.pump(now);
            if (random.nextInt(4) > 0) {
                after(random.nextInt(500), this::arm);
            }
        }

        private void tell() {
            var told = arming;
            after(delay(), () -> obey(told));
        }

        /** Another instance owns the partition now; it knows what Redis knows. */
        private void takeOver() {
            lane = new DeviceLane(16, this);
            if (missing != Guard.TAKE_OVER) {
                spent.forEach((id, spending) ->
                        lane.restore(
                                spending,
                                limitsBy == LimitsBy.HUB,
                                now - 100_000,
                                states.get(id),
                                changedAt.getOrDefault(id, 0L)));
            }
            for (var command : pending.values()) {
                if (!states.containsKey(command.id())) {
                    lane.offer(command, true, now);
                }
            }
        }

        /** What a board says. */
        private void heard(UUID id, CommandState state) {
            var before = states.get(id);
            if (before == null || before.rank() < state.rank()) {
                states.put(id, state);
                changedAt.put(id, now);
            }
            if (random.nextInt(20) == 0) {
                return; // this instance missed it, only Redis knows
            }
            lane.heard(id, state, now);
            lane.answered(id, now);
        }

        @Override
        public Readiness readiness(Command command) {
            if (command.epoch() < arming.epoch() || !arming.holds(now)) {
                return Readiness.STOPPED;
            }
            return command.boot() == knownBoot ? Readiness.GO : Readiness.REBOOTED;
        }

        @Override
        public @Nullable Restraint restraint(Command command) {
            var restraint = Restraint.of(known, command.command());
            return restraint == null ? null : weakened(restraint);
        }

        private Restraint weakened(Restraint restraint) {
            var limit = restraint.limit();
            return switch (missing) {
                case NONE, TAKE_OVER -> restraint;
                case DUTY -> with(restraint, restraint.rivals(), 100, limit.minGapMs());
                case GAP -> with(restraint, restraint.rivals(), limit.maxDutyPct(), 0);
                case GROUP -> with(restraint, Set.of(), limit.maxDutyPct(), limit.minGapMs());
                case TURN ->
                        new Restraint(limit, restraint.rivals(), restraint.hubOnly(), false, false);
                case RANGE ->
                        new Restraint(
                                new Envelope.Limit(
                                        Map.of(
                                                "level",
                                                new Envelope.Range(1_000, 0),
                                                "ms",
                                                new Envelope.Range(100_000, 0)),
                                        limit.group(),
                                        limit.maxDutyPct(),
                                        100_000,
                                        limit.minGapMs()),
                                restraint.rivals(),
                                restraint.hubOnly(),
                                restraint.exclusive(),
                                restraint.free());
            };
        }

        private static Restraint with(Restraint restraint, Set<String> rivals, int duty, long gap) {
            var limit = restraint.limit();
            return new Restraint(
                    new Envelope.Limit(limit.args(), limit.group(), duty, limit.maxOnMs(), gap),
                    rivals,
                    restraint.hubOnly(),
                    restraint.exclusive(),
                    restraint.free());
        }

        @Override
        public boolean remembers(Command command) {
            return true;
        }

        @Override
        public void wake(Command command, long at) {
            after(at - now, () -> lane.pump(now));
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
                turn.put(command.id(), order++);
            }
            var answer = new CompletableFuture<MqttLine.Taken>();
            switch (random.nextInt(12)) {
                case 0 ->
                        after(
                                random.nextInt(20),
                                () ->
                                        answer.completeExceptionally(
                                                new MqttLine.NotSent("no line")));
                case 1 ->
                        after(
                                random.nextInt(20),
                                () -> answer.complete(MqttLine.Taken.NOBODY_THERE));
                case 2 -> {
                    carry(() -> received(command)); // and the broker's word is lost
                }
                default -> {
                    carry(() -> received(command));
                    after(random.nextInt(20), () -> answer.complete(MqttLine.Taken.DELIVERABLE));
                }
            }
            return answer;
        }

        @Override
        public void sent(Command command) {}

        @Override
        public void givenUp(Command command, CommandState state, String reason) {
            states.putIfAbsent(command.id(), state);
            changedAt.putIfAbsent(command.id(), now);
        }
    }

    // The board: no limits, but sound in what the contract asks of every board.

    private void obey(Arming told) {
        if (told.epoch() < boardEpoch) {
            return;
        }
        boardEpoch = told.epoch();
        boardArmed = told.armed();
        if (!boardArmed) {
            List.copyOf(outputs.values()).forEach(output -> abort(output, true));
        }
    }

    private void abort(Output output, boolean tell) {
        output.waiting.clear();
        var running = output.running;
        if (running != null) {
            off(output, running);
            if (tell) {
                say(running.command, CommandState.ABORTED);
            }
        }
    }

    private void reboot() {
        outputs.values().forEach(output -> abort(output, false));
        ring.clear();
        boot++;
        var told = boot;
        after(
                delay(),
                () -> {
                    if (told > hub.knownBoot) {
                        hub.knownBoot = told;
                        hub.lane.returned(now);
                    }
                });
    }

    private void received(Command command) {
        if (!ring.add(command.id())) {
            return;
        }
        if (command.boot() != boot) {
            say(command, CommandState.FAILED); // `rebooted`: an earlier boot may have done it
            return;
        }
        if (!boardArmed || command.epoch() < boardEpoch || late(command)) {
            say(command, CommandState.REJECTED);
            return;
        }
        var output = outputs.computeIfAbsent(command.command(), _ -> new Output());
        if (hub.limitsBy == LimitsBy.BOARD) {
            if (output.running != null) {
                say(command, CommandState.ACCEPTED);
                output.waiting.add(() -> turn(output, command));
                return;
            }
            on(output, command);
            return;
        }
        if (output.running != null) {
            offences.add("overlap " + command.command()); // it would go on for too long
            return;
        }
        on(output, command);
    }

    private boolean late(Command command) {
        return now - lagMs > command.expiresAt();
    }

    private void turn(Output output, Command command) {
        if (late(command)) {
            say(command, CommandState.EXPIRED);
            next(output);
            return;
        }
        on(output, command);
    }

    private void next(Output output) {
        var turn = output.waiting.poll();
        if (turn != null) {
            turn.run();
        }
    }

    private void on(Output output, Command command) {
        var restraint = hub.left.get(command.id());
        if (restraint == null) {
            offences.add("unasked " + command.command());
            return;
        }
        var pulse = new OnTime(command, restraint, hub.turn.getOrDefault(command.id(), 0L), now);
        recorded.add(pulse);
        output.running = pulse;
        say(command, CommandState.STARTED);
        after(
                command.args().getOrDefault("ms", 0L),
                () -> {
                    if (output.running == pulse) {
                        off(output, pulse);
                        say(command, CommandState.DONE);
                        next(output);
                    }
                });
    }

    private void off(Output output, OnTime pulse) {
        pulse.off = now;
        output.running = null;
    }

    /** A board without limits of its own may lie about what it did, but not before it did it. */
    private void say(Command command, CommandState truth) {
        var said = truth;
        if (hub.limitsBy == LimitsBy.HUB && random.nextInt(3) == 0) {
            said =
                    switch (random.nextInt(5)) {
                        case 0 -> CommandState.REJECTED;
                        case 1 -> CommandState.EXPIRED;
                        case 2 -> CommandState.ABORTED;
                        case 3 -> CommandState.DONE;
                        default -> CommandState.STARTED;
                    };
        }
        var word = said;
        carry(() -> hub.heard(command.id(), word));
    }

    // The judge.

    private void judge() {
        for (var pulse : recorded) {
            var limit = pulse.restraint.limit();
            if (pulse.off - pulse.on > limit.maxOnMs()) {
                offences.add("range max-on " + pulse.command.command());
            }
            if (limit.violation(pulse.command.args()).isPresent()) {
                offences.add("range " + pulse.command.args());
            }
            for (var other : recorded) {
                judge(pulse, other);
            }
            judgeDuty(pulse);
        }
    }

    /** Another one that was on before it. */
    private void judge(OnTime pulse, OnTime before) {
        if (before == pulse
                || before.on > pulse.on
                || (before.on == pulse.on && before.off > pulse.on)) {
            return;
        }
        // What holds for both is the envelope when the second one left.
        var law = pulse.turn >= before.turn ? pulse : before;
        var gap = law.restraint.limit().minGapMs();
        var same = before.command.command().equals(pulse.command.command());
        if (same && pulse.on - before.off < gap) {
            offences.add("gap " + (pulse.on - before.off) + " below " + gap);
        }
        var other = law == pulse ? before : pulse;
        if (law.restraint.rivals().contains(other.command.command()) && before.off > pulse.on) {
            offences.add("interlock " + law.restraint.limit().group());
        }
    }

    /** The minute that ends with a pulse, by the loosest limit of the commands in it. */
    private void judgeDuty(OnTime pulse) {
        var start = pulse.off - WINDOW_MS;
        long used = 0;
        var budget = 0L;
        for (var other : recorded) {
            if (other.command.command().equals(pulse.command.command())) {
                var on = Math.min(other.off, pulse.off) - Math.max(other.on, start);
                if (on > 0) {
                    used += on;
                    budget = Math.max(budget, other.restraint.budgetMs());
                }
            }
        }
        if (used > budget) {
            offences.add("duty " + used + " of " + budget);
        }
    }
}
