package io.streamwire.devices;

import static io.streamwire.devices.Samples.DEVICE;
import static io.streamwire.devices.Samples.NOW;
import static io.streamwire.devices.Samples.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Bus;
import io.streamwire.contract.Ids;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Rig.Extension.class)
class UnstoredStopsTest {

    private static final Cause CAUSE = Cause.hub("tested", NOW);

    private final Bus bus;
    private final SafetyStore store;
    private final StopJournal journal;
    private final UnstoredStops stops;

    UnstoredStopsTest(Rig rig, @TempDir Path directory) {
        this.bus = rig.quietBus(WORKSPACE);
        this.store = new SafetyStore(bus);
        this.journal = new StopJournal(directory.resolve("stops.journal"));
        this.stops = new UnstoredStops(store, journal);
    }

    @AfterEach
    void close() {
        bus.close();
    }

    private static StopJournal.Entry stop(long epoch, UUID... devices) {
        return new StopJournal.Entry(WORKSPACE, List.of(devices), epoch, CAUSE);
    }

    @Test
    void theLaterOfTwoStopsSaysAll() {
        stops.add(stop(1, DEVICE));
        stops.add(stop(2, DEVICE));
        assertThat(journal.read()).containsExactly(stop(2, DEVICE));

        stops.add(stop(3));
        assertThat(journal.read()).containsExactly(stop(3));
    }

    @Test
    void tooManyStopsBecomeOneOfTheWholeWorkspace() {
        for (int epoch = 1; epoch <= UnstoredStops.MOST_OF_WORKSPACE; epoch++) {
            assertThat(stops.add(stop(epoch, Ids.next())).devices()).hasSize(1);
        }

        var kept = stops.add(stop(99, DEVICE));

        assertThat(kept).isEqualTo(stop(99));
        assertThat(journal.read()).containsExactly(kept);
    }

    @Test
    void whatIsStoredIsForgotten() throws InterruptedException {
        var last = store.basis(WORKSPACE).join().epoch();
        stops.add(stop(last + 1, DEVICE));
        var told = new ArrayList<Long>();

        stops.store(WORKSPACE, (_, epoch) -> told.add(epoch));

        assertThat(told).containsExactly(last + 1);
        Rig.await("an empty journal", () -> journal.read().isEmpty());
        stops.store(WORKSPACE, (_, epoch) -> told.add(epoch));
        assertThat(told).hasSize(1);
    }
}
