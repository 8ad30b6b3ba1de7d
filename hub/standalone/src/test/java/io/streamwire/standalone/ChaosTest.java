package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.service.Configuration;
import io.streamwire.virtualboard.PinRecorder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small, seeded slice of what {@code ./streamwire bench chaos} does for long. */
@Tag("alone")
class ChaosTest {

    private static final Chaos.Plan SLICE =
            new Chaos.Plan(20_261_128, 240, 2, Duration.ofSeconds(1));

    @Test
    void noFaultMakesAPinMoveTwiceLateDisarmedOrWithoutAReceipt(@TempDir Path directory)
            throws Exception {
        var settings =
                Configuration.with(
                        Configuration.load(HubOptions.anyFreePorts(), null),
                        Map.of(
                                "data-dir", directory.resolve("data").toString(),
                                "gateway.rate-limit", "100000",
                                "gateway.rate-burst", "100000"));
        try (var hub = SplitHub.start(settings, "256m")) {
            var recorder = new PinRecorder();
            var sites = Fleet.register(hub.url(), 12, 3);
            try (var fleet = Fleet.connect(hub.mqttUrl(), sites, recorder);
                    var ledger = Ledger.of(hub.embedded())) {
                fleet.arm();
                var chaos = new Chaos(SLICE, hub, fleet, recorder, _ -> {});

                chaos.run();

                var verdict = ChaosVerdict.of(chaos, fleet, ledger, recorder);
                assertThat(verdict.sound())
                        .as("%s %s", verdict.summary(), verdict.offences())
                        .isTrue();
                assertThat(chaos.recoveries()).hasSize(3 * SLICE.kills());
                assertThat(chaos.faults()).containsKeys(Fault.REBOOT, Fault.DISCONNECT);
            }
        }
    }
}
