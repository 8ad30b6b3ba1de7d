package io.streamwire.devices;

import static io.streamwire.devices.Samples.DEVICE;
import static io.streamwire.devices.Samples.NOW;
import static io.streamwire.devices.Samples.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopsTest {

    private static final Cause CAUSE = Cause.hub("tested", NOW);

    private final Stops stops = new Stops();

    private static BoardState state(Phase phase, long epoch) {
        return new BoardState(phase, 1, epoch, "1.0.0", null);
    }

    @Test
    void theFirstWordOfABoardConfirms() {
        stops.given(WORKSPACE, 5, List.of(DEVICE), CAUSE, NOW);

        stops.reported(WORKSPACE, DEVICE, state(Phase.STOPPED, 4), NOW + 1);
        stops.reported(WORKSPACE, DEVICE, state(Phase.READY, 5), NOW + 2);
        stops.reported(WORKSPACE, DEVICE, state(Phase.STOPPED, 6), NOW + 3);
        stops.reported(WORKSPACE, DEVICE, state(Phase.STOPPED, 6), NOW + 4);

        assertThat(stops.of(WORKSPACE, 5).orElseThrow().confirmed())
                .containsOnlyKeys(DEVICE)
                .containsValue(NOW + 3);
        assertThat(stops.of(Ids.next(), 5)).isEmpty();
    }

    @Test
    void whoDoesNotConfirmIsToldAgainLessAndLessOften() {
        stops.given(WORKSPACE, 5, List.of(DEVICE), CAUSE, NOW);
        assertThat(stops.due(NOW + Stops.FIRST_REPEAT_MS - 1)).isEmpty();

        assertThat(stops.due(NOW + Stops.FIRST_REPEAT_MS))
                .containsExactly(new Stops.Repeat(WORKSPACE, DEVICE, 5));
        assertThat(stops.due(NOW + 2 * Stops.FIRST_REPEAT_MS)).isEmpty();
        assertThat(stops.due(NOW + 3 * Stops.FIRST_REPEAT_MS)).hasSize(1);

        stops.reported(WORKSPACE, DEVICE, state(Phase.STOPPED, 5), NOW);
        assertThat(stops.due(NOW + 60_000)).isEmpty();
    }

    @Test
    void onlyTheLastStopsOfAWorkspaceAreFollowed() {
        var other = Ids.next();
        stops.given(other, 1, List.of(DEVICE), CAUSE, NOW);
        for (var epoch = 1; epoch <= Stops.MOST_OF_WORKSPACE + 1; epoch++) {
            stops.given(WORKSPACE, epoch, List.of(DEVICE), CAUSE, NOW);
        }

        assertThat(stops.of(other, 1)).isPresent();

        assertThat(stops.of(WORKSPACE, 1)).isEmpty();
        assertThat(stops.of(WORKSPACE, 2)).isPresent();
    }

    @Test
    void laterStopsOfOthersDoNotEndTheRepeats() {
        var other = Ids.next();
        stops.given(WORKSPACE, 1, List.of(DEVICE), CAUSE, NOW);
        for (var epoch = 2; epoch <= 3 * Stops.MOST_OF_WORKSPACE; epoch++) {
            stops.given(WORKSPACE, epoch, List.of(other), CAUSE, NOW);
        }

        assertThat(stops.due(NOW + Stops.FIRST_REPEAT_MS))
                .contains(new Stops.Repeat(WORKSPACE, DEVICE, 1))
                .hasSize(2);
    }

    @Test
    void stopsMayNameSoManyBoards() {
        var sizes = new StopSizes();

        assertThat(sizes.fits(WORKSPACE, StopSizes.BURST, NOW)).isTrue();
        assertThat(sizes.fits(WORKSPACE, 1, NOW)).isFalse();
        assertThat(sizes.fits(Ids.next(), 1, NOW)).isTrue();
        assertThat(sizes.fits(WORKSPACE, 200, NOW + 1_000)).isTrue();
    }

    @Test
    void theJournalKeepsWhatIsNotStored(@TempDir Path directory) throws Exception {
        var file = directory.resolve("devices/stops.journal");
        var stop = new StopJournal.Entry(WORKSPACE, List.of(DEVICE), 5, CAUSE);
        assertThat(new StopJournal(file).read()).isEmpty();

        new StopJournal(file).keep(List.of(stop));
        assertThat(new StopJournal(file).read()).containsExactly(stop);

        new StopJournal(file).keep(List.of());
        assertThat(file).doesNotExist();
        var _ = Files.writeString(file, "{broken");
        assertThat(new StopJournal(file).read()).isEmpty();
    }
}
