package io.streamwire.devices;

import io.streamwire.contract.CommandState;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import io.streamwire.devices.EnvelopeJudge.OnTime;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The board of an {@link EnvelopeModel}: it keeps no limits, but is sound in what the contract asks
 * of every board. One that leaves its limits to the hub may lie about what it did.
 */
final class EnvelopeBoard {

    private final EnvelopeWorld world;
    private final LimitsBy limitsBy;
    private final EnvelopeJudge judge;
    private final Hub hub;
    private final long lagMs;
    private long boot = Samples.BOOT;
    private long boardEpoch = Samples.EPOCH;
    private boolean boardArmed = true;
    private final Set<UUID> ring = new HashSet<>();
    private final Map<String, Output> outputs = new HashMap<>();

    /** What a board's words reach, and what the judge has to know of a command. */
    interface Hub {

        void heard(UUID id, CommandState state);

        void booted(long boot);

        @Nullable Restraint leftUnder(Command command);

        long turnOf(Command command);
    }

    /** What a board that keeps order does: one pulse after another. */
    private static final class Output {
        private @Nullable OnTime running;
        private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    }

    EnvelopeBoard(EnvelopeWorld world, LimitsBy limitsBy, EnvelopeJudge judge, Hub hub) {
        this.world = world;
        this.limitsBy = limitsBy;
        this.judge = judge;
        this.hub = hub;
        this.lagMs = world.random.nextInt(200);
    }

    void obey(Arming told) {
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

    void reboot() {
        outputs.values().forEach(output -> abort(output, false));
        ring.clear();
        boot++;
        var told = boot;
        world.after(world.delay(), () -> hub.booted(told));
    }

    void received(Command command) {
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
        if (limitsBy == LimitsBy.BOARD) {
            if (output.running != null) {
                say(command, CommandState.ACCEPTED);
                output.waiting.add(() -> turn(output, command));
                return;
            }
            on(output, command);
            return;
        }
        if (output.running != null) {
            judge.offence("overlap " + command.command()); // it would go on for too long
            return;
        }
        on(output, command);
    }

    private boolean late(Command command) {
        return world.now() - lagMs > command.expiresAt();
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
        var restraint = hub.leftUnder(command);
        if (restraint == null) {
            judge.offence("unasked " + command.command());
            return;
        }
        var pulse = new OnTime(command, restraint, hub.turnOf(command), world.now());
        judge.record(pulse);
        output.running = pulse;
        say(command, CommandState.STARTED);
        world.after(
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
        pulse.off = world.now();
        output.running = null;
    }

    /** A board without limits of its own may lie about what it did, but not before it did it. */
    private void say(Command command, CommandState truth) {
        var said = truth;
        if (limitsBy == LimitsBy.HUB && world.random.nextInt(3) == 0) {
            said =
                    switch (world.random.nextInt(5)) {
                        case 0 -> CommandState.REJECTED;
                        case 1 -> CommandState.EXPIRED;
                        case 2 -> CommandState.ABORTED;
                        case 3 -> CommandState.DONE;
                        default -> CommandState.STARTED;
                    };
        }
        var word = said;
        world.carry(() -> hub.heard(command.id(), word));
    }
}
