package io.streamwire.virtualboard;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.ArgSpec;
import io.streamwire.contract.mqtt.Capabilities.CommandSpec;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.DeviceConfig.Limits;
import io.streamwire.virtualboard.PinRecorder.Offence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Times are ms. */
class EnvelopeWatchTest {

    private static final List<ArgSpec> ARGS =
            List.of(new ArgSpec("level", "int", 0, 100, "%"), new ArgSpec("ms", "int", 5, 900, ""));

    private final EnvelopeWatch watch = new EnvelopeWatch();
    private final List<Offence> found = new ArrayList<>();

    private void described(long minGapMs, int maxDutyPct) {
        var capabilities =
                new Capabilities(
                        1,
                        "1.0.0",
                        "esp32",
                        LimitsBy.HUB,
                        List.of(
                                new CommandSpec("left", ARGS, 800, minGapMs, maxDutyPct, "bridge"),
                                new CommandSpec("right", ARGS, 800, 0, 100, "bridge"),
                                new CommandSpec("lamp", ARGS, 800, 0, 100, null)));
        watch.described(Json.mapper().valueToTree(capabilities), 0);
    }

    private void limited(Limits limits, long at) {
        var config = new DeviceConfig(2, "0", Map.of("left", limits));
        watch.configured(Json.mapper().valueToTree(config), nanos(at));
    }

    private UUID on(String command, long ms, long at) {
        return on(command, Map.of("level", 60, "ms", ms), at);
    }

    private UUID on(String command, Map<String, ?> args, long at) {
        var id = Ids.next();
        watch.on(id, command, Json.mapper().valueToTree(args), nanos(at))
                .forEach(finding -> found.add(finding.offence()));
        return id;
    }

    private void off(UUID id, long at) {
        watch.off(id, nanos(at)).forEach(finding -> found.add(finding.offence()));
    }

    private void pulse(String command, long ms, long at) {
        off(on(command, ms, at), at + ms);
    }

    private static long nanos(long ms) {
        return TimeUnit.MILLISECONDS.toNanos(ms);
    }

    @Test
    void nothingIsSaidOfABoardThatHasNotDescribedItself() {
        pulse("left", 5_000, 0);

        assertThat(found).isEmpty();
    }

    @Test
    void argumentsHaveTheirRangesAndNoOthersExist() {
        described(0, 100);
        pulse("left", 800, 0);
        assertThat(found).isEmpty();

        off(on("left", Map.of("level", 101, "ms", 5), 1_000), 1_005);
        off(on("left", Map.of("ms", 5), 2_000), 2_005);
        off(on("left", Map.of("level", 1, "ms", 5, "speed", 1), 3_000), 3_005);
        off(on("left", Map.of("level", "60", "ms", 5), 4_000), 4_005);
        pulse("left", 801, 5_000); // the longest pulse is also the longest time on
        pulse("dance", 5, 6_000);

        assertThat(found).hasSize(6).containsOnly(Offence.OUT_OF_RANGE);
    }

    @Test
    void theOwnersLimitsHoldOnceCommandsThatCrossThemAreThere() {
        described(0, 100);
        limited(new Limits(100L, null, null), 1_000);

        pulse("left", 500, 1_200);
        assertThat(found).isEmpty();
        pulse("left", 500, 2_000);

        assertThat(found).containsExactly(Offence.OUT_OF_RANGE, Offence.TOO_LONG);
    }

    @Test
    void anOutputThatStaysOnIsNoticed() {
        described(0, 100);

        off(on("left", 800, 0), 1_100);

        assertThat(found).containsExactly(Offence.TOO_LONG);
    }

    @Test
    void aGapCountsFromTheEndThatTheCommandHas() {
        described(500, 100);
        off(on("left", 100, 0), 130); // the board's timer is late
        pulse("left", 100, 600);
        assertThat(found).isEmpty();

        pulse("left", 100, 1_190);

        assertThat(found).containsExactly(Offence.TOO_SOON);
    }

    @Test
    void aGapCountsFromWhereAPulseWasBrokenOff() {
        described(500, 100);
        off(on("left", 800, 0), 100);

        pulse("left", 100, 600);

        assertThat(found).isEmpty();
    }

    @Test
    void theDutySlides() {
        described(0, 2); // 1,200 ms of a minute
        pulse("left", 600, 0);
        pulse("left", 600, 30_000);
        pulse("left", 600, 60_010);
        assertThat(found).isEmpty();

        pulse("left", 600, 80_000);

        assertThat(found).containsExactly(Offence.OVER_DUTY);
    }

    @Test
    void aPulseThatWasBrokenOffCostsWhatItWasOn() {
        described(0, 1);
        off(on("left", 600, 0), 50);

        pulse("left", 550, 10_000);

        assertThat(found).isEmpty();
    }

    @Test
    void outputsOfOneGroupAndPulsesOfOneOutputAreNeverOnTogether() {
        described(0, 100);
        on("left", 800, 0);
        on("lamp", 800, 100);
        assertThat(found).isEmpty();

        on("right", 100, 200);
        assertThat(found).containsExactly(Offence.TOGETHER);
        on("lamp", 100, 300);

        assertThat(found).containsExactly(Offence.TOGETHER, Offence.TOO_SOON, Offence.TOGETHER);
    }
}
