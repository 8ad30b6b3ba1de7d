package io.streamwire.devices;

import static io.streamwire.devices.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HealthTest {

    private static final Health.Signs GOOD = new Health.Signs(true, true, 0, 0);

    private final Health health = new Health();

    @Test
    void nothingIsRenewedBeforeTheFirstLook() {
        assertThat(health.ailment()).isPresent();

        assertThat(health.look(GOOD, NOW)).isTrue();
        assertThat(health.ailment()).isEmpty();
    }

    @Test
    void whoCannotHearTheBoardsLetsThemLapse() {
        assertThat(health.look(new Health.Signs(false, true, 0, 0), NOW)).isFalse();
        assertThat(health.ailment()).hasValue("line_down");

        assertThat(health.look(new Health.Signs(true, true, 0, 60_000), NOW)).isFalse();
        assertThat(health.ailment()).hasValue("acknowledgements_stuck");
    }

    @Test
    void aShortAbsenceOfRedisIsBorne() {
        var away = new Health.Signs(true, false, 0, 0);
        health.look(GOOD, NOW);

        assertThat(health.look(away, NOW + Health.LONGEST_WITHOUT_REDIS_MS)).isTrue();
        assertThat(health.look(away, NOW + Health.LONGEST_WITHOUT_REDIS_MS + 1)).isFalse();
        assertThat(health.ailment()).hasValue("redis_away");
        assertThat(health.look(GOOD, NOW + 20_000)).isTrue();
    }

    @Test
    void whoDropsAcknowledgementsPauses() {
        health.look(GOOD, NOW);
        var dropped = new Health.Signs(true, true, 3, 0);

        assertThat(health.look(dropped, NOW + 100)).isFalse();
        assertThat(health.look(dropped, NOW + 99 + Health.PAUSE_AFTER_DROPS_MS)).isFalse();
        assertThat(health.look(dropped, NOW + 100 + Health.PAUSE_AFTER_DROPS_MS)).isTrue();
    }
}
