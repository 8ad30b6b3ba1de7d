package io.streamwire.devices;

import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.ArgSpec;
import io.streamwire.contract.mqtt.Capabilities.CommandSpec;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.devices.DeviceCache.Known;
import io.streamwire.devices.Presence.Seen;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A motor on a board of a workspace. */
final class Samples {

    static final UUID WORKSPACE = UUID.fromString("01980000-0000-7000-8000-000000000101");
    static final UUID DEVICE = UUID.fromString("01980000-0000-7000-8000-000000000002");
    static final long NOW = 1_790_000_000_000L;
    static final long BOOT = 7;
    static final long EPOCH = NOW - 1_000;

    static final Capabilities MOTOR =
            new Capabilities(
                    1,
                    "1.0.0",
                    "esp32",
                    LimitsBy.BOARD,
                    List.of(
                            new CommandSpec(
                                    "motor_spin",
                                    List.of(
                                            new ArgSpec("level", "int", 0, 100, "%"),
                                            new ArgSpec("ms", "int", 50, 5_000, "ms")),
                                    3_000,
                                    0,
                                    100,
                                    "motors")));

    private Samples() {}

    static Device device() {
        var created = Instant.ofEpochMilli(NOW);
        return Device.fresh(DEVICE, WORKSPACE, "Motor", "esp32", null, null, created);
    }

    static Known motor() {
        return Known.of(device(), MOTOR);
    }

    /** What limits the motor. */
    static Envelope.Limit limit() {
        return Envelope.compile(MOTOR, Map.of()).limit("motor_spin").orElseThrow();
    }

    /** The motor, which may be on for at most so many ms. */
    static Known motor(long maxOnMs) {
        return new Known(
                device(),
                MOTOR,
                Envelope.compile(
                        MOTOR, Map.of("motor_spin", new DeviceConfig.Limits(maxOnMs, null, null))));
    }

    /** A motor and a light with limits. */
    static Known limited(long minGapMs, int maxDutyPct, @Nullable String group) {
        return Known.of(
                device(),
                new Capabilities(
                        1,
                        "1.0.0",
                        "esp32",
                        LimitsBy.BOARD,
                        List.of(
                                new CommandSpec(
                                        "motor_spin",
                                        List.of(
                                                new ArgSpec("level", "int", 0, 100, "%"),
                                                new ArgSpec("ms", "int", 50, 5_000, "ms")),
                                        3_000,
                                        minGapMs,
                                        maxDutyPct,
                                        group),
                                new CommandSpec(
                                        "light_on",
                                        List.of(new ArgSpec("ms", "int", 50, 5_000, "ms")),
                                        3_000,
                                        0,
                                        100,
                                        group))));
    }

    static Seen seen(Phase phase) {
        return new Seen(
                WORKSPACE, DEVICE, new BoardState(phase, BOOT, EPOCH, "1.0.0", null), NOW, NOW);
    }

    static Command command(long ttlMs) {
        return command(Ids.next(), ttlMs);
    }

    static Command command(UUID id, long ttlMs) {
        return Command.manual(
                id,
                device(),
                Command.MANUAL,
                "motor_spin",
                Map.of("level", 60L, "ms", 100L),
                NOW,
                ttlMs,
                3_000,
                EPOCH,
                BOOT,
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    static Command light(long ttlMs) {
        return Command.manual(
                Ids.next(),
                device(),
                Command.MANUAL,
                "light_on",
                Map.of("ms", 100L),
                NOW,
                ttlMs,
                3_000,
                EPOCH,
                BOOT,
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }
}
