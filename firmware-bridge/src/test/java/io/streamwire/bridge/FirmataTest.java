package io.streamwire.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What goes to a StandardFirmata board, as the protocol's description has it. No such board was
 * there to try it on.
 */
class FirmataTest {

    private final List<String> wire = new ArrayList<>();
    private final FirmataPins pins =
            new FirmataPins(message -> wire.add(HexFormat.of().formatHex(message)));

    @Test
    void aPinIsOffBeforeItIsAnOutput() {
        var lamp = pins.output(pin(8, false, false));

        assertThat(wire).containsExactly("f50800", "f40801", "f50800");
        wire.clear();
        lamp.set(100);
        lamp.set(0);
        assertThat(wire).containsExactly("f50801", "f50800");
    }

    @Test
    void aLevelHasTwoTimesSevenBits() {
        var fan = pins.output(pin(9, true, false));

        wire.clear();
        fan.set(100);
        fan.set(50);
        assertThat(wire).containsExactly("e97f01", "e97f00");
    }

    @Test
    void theEndSwitchesEverythingOff() {
        pins.output(pin(8, false, false)).set(1);
        pins.output(pin(9, true, false)).set(50);
        wire.clear();

        pins.close();

        assertThat(wire).containsExactly("f50800", "e90000");
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatThrownBy(() -> pins.output(pin(16, true, false)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("pin 16");
        assertThatThrownBy(() -> pins.output(pin(8, false, true)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("active low");
        assertThat(wire).isEmpty();
    }

    private static BridgeSettings.Pin pin(int number, boolean pwm, boolean activeLow) {
        return new BridgeSettings.Pin("out", number, pwm, activeLow, 1_000, 0, 100, null);
    }
}
