package io.streamwire.devices;

import static io.streamwire.devices.Samples.DEVICE;
import static io.streamwire.devices.Samples.NOW;
import static io.streamwire.devices.Samples.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigEchoTest {

    private static final ConfigEcho.Waiting WAITING = new ConfigEcho.Waiting(WORKSPACE, DEVICE);

    private final ConfigEcho echo = new ConfigEcho();

    private List<ConfigEcho.Waiting> overdue(long now) {
        return echo.overdue(now, WORKSPACE::equals);
    }

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
        assertThat(overdue(NOW + 60_000)).isEmpty(); // not published yet

        echo.published(DEVICE, "new", NOW);

        assertThat(overdue(NOW + ConfigEcho.LONGEST_MS)).isEmpty();
        assertThat(overdue(NOW + ConfigEcho.LONGEST_MS + 1)).containsExactly(WAITING);
        assertThat(echo.holds(DEVICE)).isFalse();
    }

    @Test
    void theTimeBeginsAgainWhenTheBoardWasToldAgainAfterTheLineWasDown() {
        echo.expect(WORKSPACE, DEVICE, "new", null, NOW);
        echo.published(DEVICE, "new", NOW);
        assertThat(echo.untold()).isEmpty();

        echo.restart(NOW + 1_000);

        assertThat(echo.isBack(NOW + 1_000)).isFalse();
        assertThat(echo.isBack(NOW + 1_001)).isTrue();
        assertThat(echo.untold()).containsExactly(WAITING);
        assertThat(overdue(NOW + 60_000)).as("it was not told yet").isEmpty();
        assertThat(echo.holds(DEVICE)).isTrue();

        echo.published(DEVICE, "new", NOW + 60_000);
        assertThat(overdue(NOW + 60_000 + ConfigEcho.LONGEST_MS)).isEmpty();
        assertThat(overdue(NOW + 60_001 + ConfigEcho.LONGEST_MS)).containsExactly(WAITING);
    }

    @Test
    void onlyTheOwnerOfABoardJudgesIt() {
        echo.expect(WORKSPACE, DEVICE, "new", null, NOW);
        echo.published(DEVICE, "new", NOW);

        assertThat(echo.overdue(NOW + 60_000, _ -> false)).isEmpty();
        assertThat(echo.holds(DEVICE)).isTrue();
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
