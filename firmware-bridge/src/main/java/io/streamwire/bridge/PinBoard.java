package io.streamwire.bridge;

import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.ArgSpec;
import io.streamwire.contract.mqtt.Capabilities.CommandSpec;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import io.streamwire.contract.mqtt.Envelope;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Outputs without firmware of ours behind them: this class is their safety gate. It moves nothing
 * unarmed, beyond its limits, or two of one group. Confined to the bridge's thread; only {@link
 * #switchOff} and {@link #close} may be called from any.
 */
final class PinBoard implements Board, AutoCloseable {

    private static final Logger LOG = System.getLogger(PinBoard.class.getName());

    private static final int DOCUMENT = 1;
    private static final int FULL = 100;
    private static final String LEVEL = "level";
    private static final Path MACHINE_ID = Path.of("/etc/machine-id");
    private static final int MACHINE_ID_LENGTH = 16;

    private final String type;
    private final Loop loop;
    private final PinDriver driver;
    private final Map<String, BridgeSettings.Pin> pins = new LinkedHashMap<>();
    private final Map<String, PinDriver.Output> outputs = new HashMap<>();
    private final Map<String, On> on = new HashMap<>();
    private final Map<String, Usage> usage = new HashMap<>();
    private Envelope envelope;
    private long armedUntil = Long.MIN_VALUE;
    private Loop.@Nullable Timer lapse;
    private volatile boolean closed;

    /** An output that is on. */
    private record On(Movement movement, long since, Loop.Timer end) {}

    /**
     * @param type what the hub gets to know as its board
     * @throws IllegalStateException with one line when a pin cannot be an output
     */
    PinBoard(String type, List<BridgeSettings.Pin> wanted, PinDriver driver, Loop loop) {
        this.type = type;
        this.loop = loop;
        this.driver = driver;
        for (var pin : wanted) {
            outputs.put(pin.command(), driver.output(pin));
            pins.put(pin.command(), pin);
        }
        this.envelope = Envelope.compile(capabilities(), Map.of());
    }

    /** The configured pins of this machine; empty when there are none, or no way to reach them. */
    static Optional<PinBoard> ofThisMachine(
            List<BridgeSettings.Pin> pins, Supplier<? extends PinDriver> driver, Loop loop) {
        if (pins.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new PinBoard("gpio", pins, driver.get(), loop));
        } catch (IllegalStateException e) {
            LOG.log(Level.WARNING, "gpio=unusable reason=\"{0}\"", e.getMessage());
            return Optional.empty();
        }
    }

    /** What the pins of this machine are adopted by. */
    static String hardwareUuid() {
        try {
            var id = Files.readString(MACHINE_ID).strip();
            return "gpio:" + id.substring(0, Math.min(MACHINE_ID_LENGTH, id.length()));
        } catch (IOException e) {
            return "gpio:this-machine";
        }
    }

    @Override
    public Capabilities capabilities() {
        var commands = new ArrayList<CommandSpec>();
        for (var pin : pins.values()) {
            var args = new ArrayList<ArgSpec>();
            if (pin.pwm()) {
                args.add(new ArgSpec(LEVEL, "int", 0, FULL, "%"));
            }
            args.add(new ArgSpec(Envelope.DURATION, "int", 1, pin.maxOnMs(), "ms"));
            commands.add(
                    new CommandSpec(
                            pin.command(),
                            args,
                            pin.maxOnMs(),
                            pin.minGapMs(),
                            pin.maxDutyPct(),
                            pin.group()));
        }
        return new Capabilities(DOCUMENT, Bridge.VERSION, type, LimitsBy.BOARD, commands);
    }

    @Override
    public void keep(Envelope tighter, Runnable kept) {
        envelope = tighter;
        kept.run();
    }

    @Override
    public void arm(long ms) {
        armedUntil = loop.millis() + ms;
        if (lapse != null) {
            lapse.cancel();
        }
        lapse = loop.after(ms, () -> cut(Ack.LEASE_LAPSED));
    }

    @Override
    public void stop(Runnable off) {
        cut(Ack.STOPPED);
        off.run();
    }

    private void cut(String why) {
        armedUntil = Long.MIN_VALUE;
        if (lapse != null) {
            lapse.cancel();
            lapse = null;
        }
        for (var name : List.copyOf(on.keySet())) {
            var was = off(name);
            if (was != null) {
                was.movement.progress().cut(was.since, loop.millis(), why);
            }
        }
    }

    @Override
    public void clear(Consumer<Boolean> ended) {
        ended.accept(true); // it has no stop input
    }

    @Override
    public void move(Movement movement) {
        var progress = movement.progress();
        var name = movement.command();
        var pin = pins.get(name);
        var output = outputs.get(name);
        var limit = envelope.limit(name).orElse(null);
        var now = loop.millis();
        if (pin == null || output == null || limit == null) {
            progress.refused(Ack.Status.REJECTED, Ack.UNKNOWN_COMMAND);
        } else if (closed || now >= armedUntil) {
            progress.refused(Ack.Status.REJECTED, Ack.NOT_ARMED);
        } else if (limit.violation(movement.args()).isPresent()
                || movement.ms() > limit.maxOnMs()) {
            progress.refused(Ack.Status.REJECTED, Ack.OUT_OF_RANGE);
        } else if (now > movement.notAfter()) {
            progress.refused(Ack.Status.EXPIRED, HubDevice.TOO_LATE);
        } else if (on.keySet().stream().anyMatch(other -> excludes(pin, other))) {
            progress.refused(Ack.Status.REJECTED, Ack.BUSY);
        } else if (now < used(name).freeAt(limit.minGapMs())
                || !used(name).allows(movement.ms(), limit.maxDutyPct(), now)) {
            progress.refused(Ack.Status.REJECTED, Ack.TOO_SOON);
        } else {
            var level = pin.pwm() ? Math.toIntExact(movement.args().getOrDefault(LEVEL, 0L)) : FULL;
            output.set(level);
            if (closed) { // meanwhile, by another thread
                output.set(0);
            }
            on.put(name, new On(movement, now, loop.after(movement.ms(), () -> end(name))));
            progress.on(now);
        }
    }

    private Usage used(String name) {
        return usage.computeIfAbsent(name, _ -> new Usage());
    }

    private boolean excludes(BridgeSettings.Pin pin, String other) {
        var group = pin.group();
        var running = pins.get(other);
        return other.equals(pin.command())
                || (group != null && running != null && group.equals(running.group()));
    }

    private void end(String name) {
        var was = off(name);
        if (was != null) {
            was.movement.progress().off(was.since, loop.millis());
        }
    }

    private @Nullable On off(String name) {
        var output = outputs.get(name);
        if (output != null) {
            output.set(0);
        }
        var was = on.remove(name);
        if (was != null) {
            was.end.cancel();
            used(name).add(was.since, loop.millis());
        }
        return was;
    }

    /** Everything off for good, whatever one of them throws. */
    void switchOff() {
        closed = true;
        outputs.forEach((name, output) -> {
            try {
                output.set(0);
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "board=" + type + " output=" + name + " not_off", e);
            }
        });
    }

    /** Everything off for good, and its driver let go. */
    @Override
    public void close() {
        switchOff();
        driver.close();
    }
}
