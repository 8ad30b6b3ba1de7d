package io.streamwire.devices;

import static io.streamwire.devices.Samples.DEVICE;
import static io.streamwire.devices.Samples.NOW;
import static io.streamwire.devices.Samples.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConfigEchoTest {

    private final ConfigEcho echo = new ConfigEcho();

    @Test
    void holdsCommandsUntilTheBoardEchoesTheChange() {
        echo.expect(WORKSPACE, DEVICE, "new", "old", NOW);
        assertThat(echo.holds(DEVICE)).isTrue();

        assertThat(echo.echoed(DEVICE, "old")).isFalse();
        assertThat(echo.holds(DEVICE)).isTrue();

        assertThat(echo.echoed(DEVICE, "new")).isTrue();
        assertThat(echo.holds(DEVICE)).isFalse();
    }

    @Test
    void namesBoardsThatDoNotEchoInTime() {
        echo.expect(WORKSPACE, DEVICE, "new", null, NOW);
        assertThat(echo.overdue(NOW + 60_000)).isEmpty(); // not published yet

        echo.published(DEVICE, "new", NOW);

        assertThat(echo.overdue(NOW + ConfigEcho.LONGEST_MS)).isEmpty();
        assertThat(echo.overdue(NOW + ConfigEcho.LONGEST_MS + 1))
                .containsExactly(new ConfigEcho.Overdue(WORKSPACE, DEVICE));
        assertThat(echo.holds(DEVICE)).isFalse();
    }

    @Test
    void theTimeBeginsAgainWhenTheBoardIsBackAfterTheLineWasDown() {
        echo.expect(WORKSPACE, DEVICE, "new", null, NOW);
        echo.restart();
        echo.heard(DEVICE, NOW + 1_000);
        assertThat(echo.overdue(NOW + 60_000)).isEmpty(); // still not published

        echo.published(DEVICE, "new", NOW);
        echo.restart();
        echo.published(DEVICE, "new", NOW + 4_000);
        assertThat(echo.overdue(NOW + 60_000)).isEmpty(); // it may still be on its way back
        assertThat(echo.holds(DEVICE)).isTrue();

        echo.heard(DEVICE, NOW + 60_000);
        echo.heard(DEVICE, NOW + 64_000);
        assertThat(echo.overdue(NOW + 60_000 + ConfigEcho.LONGEST_MS)).isEmpty();
        assertThat(echo.overdue(NOW + 60_001 + ConfigEcho.LONGEST_MS)).hasSize(1);
    }

    @Test
    void earlierCommandsMayStillCarryThePreviousHash() {
        echo.expect(WORKSPACE, DEVICE, "new", "old", NOW);

        assertThat(echo.wasPresent(DEVICE, "old", NOW + 1_000)).isTrue();
        assertThat(echo.wasPresent(DEVICE, "other", NOW + 1_000)).isFalse();
        assertThat(echo.wasPresent(DEVICE, null, NOW + 1_000)).isFalse();
        assertThat(echo.wasPresent(DEVICE, "old", NOW + 600_000)).isFalse();
    }

    @Test
    void limitsMayChangeAgainBeforeACommandEnds() {
        echo.expect(WORKSPACE, DEVICE, "second", "first", NOW);
        echo.expect(WORKSPACE, DEVICE, "third", "second", NOW + 1);

        assertThat(echo.wasPresent(DEVICE, "first", NOW + 2)).isTrue();
        assertThat(echo.wasPresent(DEVICE, "second", NOW + 2)).isTrue();
        for (int i = 0; i < 4; i++) {
            echo.replaced(DEVICE, "flood" + i, NOW + 3);
        }
        assertThat(echo.wasPresent(DEVICE, "first", NOW + 4)).isFalse();
    }
}
