package io.streamwire.bridge;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The outputs of a board with StandardFirmata 2.5 or newer. It has no checksum, no acknowledgement
 * and no end when the host is gone: what is on stays on. Thread-safe.
 */
final class FirmataPins implements PinDriver {

    private static final int SET_PIN_MODE = 0xF4;
    private static final int SET_DIGITAL_PIN = 0xF5;
    private static final int ANALOG_MESSAGE = 0xE0;
    private static final int OUTPUT = 1;
    private static final int PWM = 3;

    /** An analog message has four bits for the pin. */
    private static final int MOST_PWM_PIN = 15;

    private static final int MOST_LEVEL = 100;
    private static final int MOST_DUTY = 255;
    private static final int LOW_BITS = 7;
    private static final int LOW_MASK = 0x7F;

    private final Wire wire;
    private final List<Output> outputs = new CopyOnWriteArrayList<>();

    /** Where messages go; never waits. */
    interface Wire {
        void write(byte[] message);
    }

    FirmataPins(Wire wire) {
        this.wire = wire;
    }

    @Override
    public Output output(BridgeSettings.Pin pin) {
        if (pin.activeLow()) {
            throw new IllegalStateException(
                    "pin %d cannot be active low: StandardFirmata starts with its pins low"
                            .formatted(pin.bcm()));
        }
        if (pin.pwm() && pin.bcm() > MOST_PWM_PIN) {
            throw new IllegalStateException(
                    "pin %d has no level: only pins up to 15 have".formatted(pin.bcm()));
        }
        Output output = level -> set(pin, level);
        output.set(0); // before it drives anything
        wire.write(message(SET_PIN_MODE, pin.bcm(), pin.pwm() ? PWM : OUTPUT));
        output.set(0);
        outputs.add(output);
        return output;
    }

    private void set(BridgeSettings.Pin pin, int level) {
        if (pin.pwm()) {
            var duty = level * MOST_DUTY / MOST_LEVEL;
            wire.write(message(ANALOG_MESSAGE | pin.bcm(), duty & LOW_MASK, duty >> LOW_BITS));
        } else {
            wire.write(message(SET_DIGITAL_PIN, pin.bcm(), level > 0 ? 1 : 0));
        }
    }

    private static byte[] message(int first, int second, int third) {
        return new byte[] {(byte) first, (byte) second, (byte) third};
    }

    @Override
    public void close() {
        outputs.forEach(output -> output.set(0));
    }
}
