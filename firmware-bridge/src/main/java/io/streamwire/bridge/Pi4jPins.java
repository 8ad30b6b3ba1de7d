package io.streamwire.bridge;

import com.pi4j.Pi4J;
import com.pi4j.context.Context;
import com.pi4j.exception.Pi4JException;
import com.pi4j.io.gpio.digital.DigitalOutput;
import com.pi4j.io.gpio.digital.DigitalOutputConfigBuilder;
import com.pi4j.io.gpio.digital.DigitalOutputProvider;
import com.pi4j.io.gpio.digital.DigitalState;
import com.pi4j.io.pwm.Pwm;
import com.pi4j.io.pwm.PwmConfigBuilder;
import com.pi4j.io.pwm.PwmPolarity;
import com.pi4j.io.pwm.PwmProvider;
import com.pi4j.provider.Provider;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The pins of a Raspberry Pi through Pi4J. The library's core reaches no pin by itself: whoever has
 * a Pi puts a provider plugin beside it.
 */
final class Pi4jPins implements PinDriver {

    private static final Logger LOG = System.getLogger(Pi4jPins.class.getName());

    /** Frequency of a pin with levels, Hz: quiet for motors, slow enough for MOSFET boards. */
    private static final int FREQUENCY_HZ = 1_000;

    private static final int CHIP = 0;

    private final Context context;
    private final List<Output> outputs = new CopyOnWriteArrayList<>();

    private Pi4jPins(Context context) {
        this.context = context;
    }

    /**
     * With the providers that are on the class path.
     *
     * @throws IllegalStateException with one line when there are none, or this is no Pi
     */
    static Pi4jPins open() {
        try {
            var context =
                    Pi4J.newContextBuilder()
                            .autoDetectPlatforms()
                            .autoDetectProviders()
                            .disableShutdownHook()
                            .build();
            if (!context.hasProvider(DigitalOutputProvider.class)) {
                context.shutdown();
                throw new IllegalStateException(
                        "no GPIO on this machine: Pi4J found no provider; on a Raspberry Pi put a"
                                + " pi4j-plugin jar of version 4 into libs/");
            }
            return new Pi4jPins(context);
        } catch (Pi4JException e) {
            throw new IllegalStateException("no GPIO on this machine: " + e.getMessage(), e);
        }
    }

    /** With these providers and no others. */
    static Pi4jPins with(Provider<?, ?, ?>... providers) {
        return new Pi4jPins(
                Pi4J.newContextBuilder()
                        .noAutoDetect()
                        .add(providers)
                        .disableShutdownHook()
                        .build());
    }

    @Override
    public Output output(BridgeSettings.Pin pin) {
        try {
            var output = pin.pwm() ? pwm(pin) : digital(pin);
            outputs.add(output);
            return output;
        } catch (Pi4JException | IllegalArgumentException e) {
            close();
            throw new IllegalStateException(
                    "pin %d cannot be an output: %s".formatted(pin.bcm(), e.getMessage()), e);
        }
    }

    private Output digital(BridgeSettings.Pin pin) {
        var off = pin.activeLow() ? DigitalState.HIGH : DigitalState.LOW;
        var on = pin.activeLow() ? DigitalState.LOW : DigitalState.HIGH;
        DigitalOutput output =
                context.create(
                        DigitalOutputConfigBuilder.newInstance(context)
                                .id(pin.command())
                                .bcm(pin.bcm())
                                .initial(off)
                                .shutdown(off));
        output.state(off);
        return level -> output.state(level > 0 ? on : off);
    }

    private Output pwm(BridgeSettings.Pin pin) {
        var channel = BridgeSettings.PWM_CHANNELS.get(pin.bcm());
        if (channel == null) {
            throw new IllegalArgumentException("only 12, 13, 18 and 19 have levels");
        }
        if (!context.hasProvider(PwmProvider.class)) {
            throw new IllegalArgumentException("Pi4J found no provider for PWM");
        }
        Pwm output =
                context.create(
                        PwmConfigBuilder.newInstance(context)
                                .id(pin.command())
                                .chip(CHIP)
                                .channel(channel)
                                .frequency(FREQUENCY_HZ)
                                .polarity(
                                        pin.activeLow() ? PwmPolarity.INVERSED : PwmPolarity.NORMAL)
                                .initial(0)
                                .shutdown(0));
        output.off();
        return level -> {
            if (level > 0) {
                output.on(level);
            } else {
                output.off();
            }
        };
    }

    @Override
    public void close() {
        for (var output : outputs) {
            try {
                output.set(0);
            } catch (Pi4JException e) {
                LOG.log(Level.ERROR, "gpio=not_switched_off", e);
            }
        }
        try {
            context.shutdown();
        } catch (Pi4JException e) {
            LOG.log(Level.WARNING, "gpio=not_released reason=\"{0}\"", e.getMessage());
        }
    }
}
