package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.pi4j.context.Context;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalOutputBase;
import com.pi4j.io.gpio.digital.DigitalOutputConfig;
import com.pi4j.io.gpio.digital.DigitalOutputProvider;
import com.pi4j.io.gpio.digital.DigitalOutputProviderBase;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.pwm.Pwm;
import com.pi4j.io.pwm.PwmBase;
import com.pi4j.io.pwm.PwmConfig;
import com.pi4j.io.pwm.PwmProvider;
import com.pi4j.io.pwm.PwmProviderBase;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Envelope;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The safety gate of bare pins, through Pi4J's core and small providers of our own. */
class PinBoardTest {

    private static final long FAR = Long.MAX_VALUE;

    /** What the pins were set to, in order: {@code 17=1}, {@code pwm0=60}. */
    private final List<String> wire = new CopyOnWriteArrayList<>();

    private final Loop loop =
            new Loop(failure -> {
                throw new AssertionError(failure);
            });
    private final PinBoard board =
            new PinBoard(
                    "gpio",
                    List.of(
                            new BridgeSettings.Pin("lamp", 17, false, false, 2_000, 0, 100, null),
                            new BridgeSettings.Pin("valve", 27, false, true, 2_000, 0, 100, "air"),
                            new BridgeSettings.Pin("fan", 18, true, false, 2_000, 0, 100, "air"),
                            new BridgeSettings.Pin(
                                    "pump", 5, false, false, 2_000, 1_900, 100, null),
                            new BridgeSettings.Pin("siren", 6, false, false, 2_000, 0, 1, null)),
                    Pi4jPins.with(new Outputs(), new Levels()),
                    loop);

    @AfterEach
    void close() {
        board.close();
        loop.close();
    }

    @Test
    void pinsAreOffAtFirstAndDescribeThemselves() {
        assertThat(wire).contains("17=0", "27=1").doesNotContain("17=1", "27=0");
        assertThat(board.capabilities().commands())
                .extracting(command -> command.name() + command.args().size())
                .containsExactly("lamp1", "valve1", "fan2", "pump1", "siren1");
        assertThat(Envelope.compile(board.capabilities(), Map.of()).limit("fan")).isPresent();
    }

    @Test
    void aPinGoesOnAndOffByItself() {
        arm(5_000);

        var lamp = move("lamp", Map.of("ms", 50L), 50, FAR);

        Await.until("off", () -> lamp.contains("off"));
        assertThat(lamp).containsExactly("on", "off");
        assertThat(wire.subList(wire.size() - 2, wire.size())).containsExactly("17=1", "17=0");
    }

    @Test
    void aLevelIsSet() {
        arm(5_000);

        var fan = move("fan", Map.of("ms", 50L, "level", 60L), 50, FAR);

        Await.until("off", () -> fan.contains("off"));
        assertThat(wire).contains("pwm0=60").last().isEqualTo("pwm0=0");
    }

    @Test
    void whatMayNotMoveDoesNot() {
        var before = wire.size();
        assertThat(move("lamp", Map.of("ms", 50L), 50, FAR)).containsExactly(Ack.NOT_ARMED);
        arm(5_000);
        assertThat(move("lamp", Map.of("ms", 2_001L), 2_001, FAR))
                .containsExactly(Ack.OUT_OF_RANGE);
        assertThat(move("nothing", Map.of(), 1, FAR)).containsExactly(Ack.UNKNOWN_COMMAND);
        assertThat(move("lamp", Map.of("ms", 50L), 50, 0)).containsExactly(HubDevice.TOO_LATE);
        assertThat(wire).hasSize(before);

        var valve = move("valve", Map.of("ms", 1_000L), 1_000, FAR);
        assertThat(move("fan", Map.of("ms", 50L, "level", 60L), 50, FAR)).containsExactly(Ack.BUSY);
        assertThat(valve).containsExactly("on");
    }

    @Test
    void tighterLimitsHold() {
        arm(5_000);
        var envelope =
                Envelope.compile(
                        board.capabilities(),
                        Map.of("lamp", new DeviceConfig.Limits(100L, null, null)));
        loop.<Boolean>ask(
                1_000,
                () -> {
                    board.keep(envelope, () -> {});
                    return true;
                });

        assertThat(move("lamp", Map.of("ms", 101L), 101, FAR)).containsExactly(Ack.OUT_OF_RANGE);
    }

    @Test
    void gapsAndDutyHoldWithoutAnybodyElse() {
        arm(60_000);

        var pump = move("pump", Map.of("ms", 50L), 50, FAR);
        Await.until("off", () -> pump.contains("off"));
        assertThat(move("pump", Map.of("ms", 50L), 50, FAR)).containsExactly(Ack.TOO_SOON);
        assertThat(move("siren", Map.of("ms", 601L), 601, FAR)).containsExactly(Ack.TOO_SOON);
        assertThat(move("siren", Map.of("ms", 600L), 600, FAR)).containsExactly("on");
    }

    @Test
    void aStopAndALapsedLeaseSwitchOff() {
        arm(5_000);
        var lamp = move("lamp", Map.of("ms", 2_000L), 2_000, FAR);
        loop.<Boolean>ask(
                1_000,
                () -> {
                    board.stop(() -> {});
                    return true;
                });
        assertThat(lamp).containsExactly("on", "cut " + Ack.STOPPED);
        assertThat(wire).last().isEqualTo("17=0");
        assertThat(move("lamp", Map.of("ms", 50L), 50, FAR)).containsExactly(Ack.NOT_ARMED);

        arm(1_000);
        var again = move("lamp", Map.of("ms", 2_000L), 2_000, FAR);
        Await.until("lapsed", () -> again.contains("cut " + Ack.LEASE_LAPSED));
        assertThat(wire).last().isEqualTo("17=0");
    }

    @Test
    void theEndSwitchesOffFromAnyThread() {
        arm(5_000);
        var _ = move("lamp", Map.of("ms", 2_000L), 2_000, FAR);

        board.close();

        assertThat(wire.stream().filter(change -> change.startsWith("17=")).toList())
                .last()
                .isEqualTo("17=0");
        assertThat(move("valve", Map.of("ms", 50L), 50, FAR)).containsExactly(Ack.NOT_ARMED);
    }

    @Test
    void aMachineWithoutPinsSaysSoInOneLine() {
        assertThat(
                        PinBoard.ofThisMachine(
                                List.of(
                                        new BridgeSettings.Pin(
                                                "lamp", 17, false, false, 2_000, 0, 100, null)),
                                Pi4jPins::open,
                                loop))
                .isEmpty();
    }

    private void arm(long ms) {
        loop.<Boolean>ask(
                1_000,
                () -> {
                    board.arm(ms);
                    return true;
                });
    }

    /** Moves a pin; what is said of it. */
    private List<String> move(String command, Map<String, Long> args, long ms, long notAfter) {
        var told = new Told();
        loop.<Boolean>ask(
                1_000,
                () -> {
                    board.move(
                            new Movement(
                                    command,
                                    args,
                                    ms,
                                    notAfter == FAR ? FAR : loop.millis() - 1,
                                    told));
                    return true;
                });
        return told.words();
    }

    /** Pins whose levels are written down. */
    private final class Outputs extends DigitalOutputProviderBase implements DigitalOutputProvider {
        Outputs() {
            super("test-outputs");
        }

        @Override
        public DigitalOutput create(DigitalOutputConfig config) {
            var output =
                    new DigitalOutputBase(this, config) {
                        @Override
                        public DigitalOutput state(DigitalState state) {
                            wire.add(config().bcm() + "=" + (state.isHigh() ? 1 : 0));
                            return super.state(state);
                        }
                    };
            context().registry().add(output);
            return output;
        }
    }

    /** Pins with levels. */
    private final class Levels extends PwmProviderBase implements PwmProvider {
        Levels() {
            super("test-levels");
        }

        @Override
        public Pwm create(PwmConfig config) {
            var output =
                    new PwmBase(this, config) {
                        @Override
                        public Pwm on() {
                            onState = true;
                            wire.add("pwm" + config().channel() + "=" + dutyCycle);
                            return this;
                        }

                        @Override
                        public Pwm off() {
                            onState = false;
                            wire.add("pwm" + config().channel() + "=0");
                            return this;
                        }

                        @Override
                        public Pwm initialize(Context context) {
                            return this;
                        }
                    };
            context().registry().add(output);
            return output;
        }
    }
}
