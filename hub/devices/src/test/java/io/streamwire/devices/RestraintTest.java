package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.ArgSpec;
import io.streamwire.contract.mqtt.Capabilities.CommandSpec;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import io.streamwire.devices.DeviceCache.Known;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestraintTest {

    /** What an ESP32 lets wait, of all its outputs together. */
    private static final int BOARD_QUEUE = 16;

    @ParameterizedTest(name = "{0} outputs: {1} commands of each")
    @CsvSource({"1, 4", "4, 4", "5, 3", "8, 2", "9, 1", "16, 1", "64, 1"})
    void allOutputsOfABoardMayBeFloodedAtOnce(int outputs, int most) {
        var restraints = Restraint.Book.compile(board(outputs)).values();

        assertThat(restraints)
                .hasSize(outputs)
                .allMatch(restraint -> restraint.mostAboard() == most);
        if (outputs <= BOARD_QUEUE) {
            assertThat(restraints.stream().mapToInt(Restraint::mostAboard).sum())
                    .isLessThanOrEqualTo(BOARD_QUEUE);
        }
    }

    private static Known board(int outputs) {
        var lights =
                IntStream.range(0, outputs)
                        .mapToObj(output ->
                                new CommandSpec(
                                        "light_" + output,
                                        List.of(new ArgSpec("ms", "int", 50, 5_000, "ms")),
                                        3_000,
                                        0,
                                        100,
                                        null))
                        .toList();
        return Known.of(
                Samples.device(), new Capabilities(1, "1.0.0", "esp32", LimitsBy.BOARD, lights));
    }
}
