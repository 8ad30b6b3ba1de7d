package io.streamwire.boards;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SizeTest {

    private static final Pattern SIZE =
            Pattern.compile(
                    "size sketch=(\\w+) ram=(\\d+) ram_pct=([\\d.]+) flash=(\\d+) flash_pct=([\\d.]+)");

    @Test
    void moreCommandsThanABoardOnACableCanKeepDoNotCompile() {
        assertThat(Sketches.make("limits")).endsWith("limits ok");
    }

    @Test
    void sketchesLeaveRoomForTheStack() {
        var sizes =
                Sketches.make("size").stream()
                        .map(SIZE::matcher)
                        .filter(found -> found.matches())
                        .toList();

        assertThat(sizes)
                .extracting(size -> size.group(1))
                .containsExactlyInAnyOrder("UnoActuators", "NanoRelay", "MegaEight");
        assertThat(sizes)
                .allSatisfy(size -> {
                    assertThat(Double.parseDouble(size.group(3)))
                            .as("%s: RAM in percent", size.group(1))
                            .isBetween(1.0, 60.0);
                    assertThat(Double.parseDouble(size.group(5)))
                            .as("%s: flash in percent", size.group(1))
                            .isBetween(1.0, 90.0);
                });
    }
}
