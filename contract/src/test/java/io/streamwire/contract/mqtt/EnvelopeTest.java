package io.streamwire.contract.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvelopeTest {

    private static final Capabilities BOARD =
            new Capabilities(
                    1,
                    "1.0.0",
                    "esp32",
                    Capabilities.LimitsBy.BOARD,
                    List.of(
                            new Capabilities.CommandSpec(
                                    "motor_spin",
                                    List.of(
                                            new Capabilities.ArgSpec("level", "int", 0, 100, "%"),
                                            new Capabilities.ArgSpec("ms", "int", 50, 5_000, "ms")),
                                    5_000,
                                    200,
                                    50,
                                    "motors")));

    @Test
    void theHashIsThatOfTheCanonicalJson() throws Exception {
        var canonical =
                "{\"motor_spin\":{\"args\":{\"level\":{\"max\":100,\"min\":0},"
                        + "\"ms\":{\"max\":2000,\"min\":50}},\"group\":\"motors\","
                        + "\"max_duty_pct\":50,\"max_on_ms\":2000,\"min_gap_ms\":200}}";

        var envelope =
                Envelope.compile(
                        BOARD, Map.of("motor_spin", new DeviceConfig.Limits(2_000L, null, null)));

        var sha256 =
                MessageDigest.getInstance("SHA-256")
                        .digest(canonical.getBytes(StandardCharsets.UTF_8));
        assertThat(envelope.hash()).isEqualTo(HexFormat.of().formatHex(sha256).substring(0, 16));
    }

    @Test
    void anOwnerCanOnlyTighten() {
        var looser =
                new DeviceConfig.Limits(
                        60_000L, 0L, 100, Map.of("level", new DeviceConfig.ArgLimits(-5L, 900L)));

        var limit =
                Envelope.compile(BOARD, Map.of("motor_spin", looser))
                        .limit("motor_spin")
                        .orElseThrow();

        assertThat(limit.maxOnMs()).isEqualTo(5_000);
        assertThat(limit.minGapMs()).isEqualTo(200);
        assertThat(limit.maxDutyPct()).isEqualTo(50);
    }

    @Test
    void violationsNameTheArgument() {
        var limit = Envelope.compile(BOARD, Map.of()).limit("motor_spin").orElseThrow();

        assertThat(limit.violation(Map.of("level", 60L, "ms", 800L))).isEmpty();
        assertThat(limit.violation(Map.of("level", 101L, "ms", 800L)))
                .contains("level must be 0 to 100: 101");
        assertThat(limit.violation(Map.of("level", 60L))).contains("missing argument ms");
        assertThat(limit.violation(Map.of("level", 60L, "ms", 800L, "pin", 9L)))
                .contains("unknown argument pin");
    }

    @Test
    void clampingMovesEachArgumentIntoItsRange() {
        var limit = Envelope.compile(BOARD, Map.of()).limit("motor_spin").orElseThrow();

        assertThat(limit.clamp(Map.of("level", 1_000L, "ms", 1L)))
                .containsExactlyInAnyOrderEntriesOf(Map.of("level", 100L, "ms", 50L));
    }

    @Test
    void limitsThatLeaveNothingAllowNothing() {
        var shorter = Map.of("motor_spin", new DeviceConfig.Limits(10L, null, null));
        var limit = Envelope.compile(BOARD, shorter).limit("motor_spin").orElseThrow();
        var args = Map.of("level", 60L, "ms", 800L);

        assertThat(limit.clamp(args)).isEqualTo(args);
        assertThat(limit.violation(args)).contains("ms must be 50 to 10: 800");
    }

    @Test
    void whatTheBoardDoesNotKnowHasNoLimit() {
        assertThat(Envelope.compile(BOARD, Map.of()).limit("open_door")).isEmpty();
    }
}
