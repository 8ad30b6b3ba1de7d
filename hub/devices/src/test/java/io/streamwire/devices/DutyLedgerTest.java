package io.streamwire.devices;

import static io.streamwire.devices.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.CommandState;
import io.streamwire.devices.DeviceCache.Known;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class DutyLedgerTest {

    private static final long TTL = 2_000;
    private static final long MS = 100;

    private final DutyLedger ledger = new DutyLedger();

    private static Restraint motor(Known known) {
        return Objects.requireNonNull(Restraint.of(known, "motor_spin"));
    }

    private static Restraint light(Known known) {
        return Objects.requireNonNull(Restraint.of(known, "light_on"));
    }

    @Test
    void whatIsNotHeardOfMayBeOnAtTheLatestMoment() {
        var gap = motor(Samples.limited(500, 100, null));
        ledger.sent(Samples.command(TTL), gap, NOW);

        var fit = ledger.fit(Samples.command(TTL), gap, NOW + 1);

        assertThat(fit.reason()).isEqualTo("min_gap");
        assertThat(fit.at()).isEqualTo(NOW + TTL + MS + DutyLedger.LAG_MS + 500);
        assertThat(fit.soonest()).isLessThanOrEqualTo(NOW + 501);
    }

    @Test
    void theBoardsWordSaysWhenItsOutputIsOff() {
        var gap = motor(Samples.limited(500, 100, null));
        var command = Samples.command(TTL);
        ledger.sent(command, gap, NOW);

        assertThat(ledger.heard(command.id(), CommandState.STARTED, NOW + 10)).isTrue();
        assertThat(ledger.fit(Samples.command(TTL), gap, NOW + 20).at())
                .isEqualTo(NOW + 10 + MS + 500);

        assertThat(ledger.heard(command.id(), CommandState.DONE, NOW + 108)).isTrue();
        assertThat(ledger.fit(Samples.command(TTL), gap, NOW + 608).now()).isTrue();
    }

    @Test
    void aWordThatComesTooSoonIsNotBelieved() {
        var gap = motor(Samples.limited(500, 100, null));
        var command = Samples.command(TTL);
        ledger.sent(command, gap, NOW);

        var _ = ledger.heard(command.id(), CommandState.DONE, NOW + 10);

        assertThat(ledger.fit(Samples.command(TTL), gap, NOW + 20).at())
                .isEqualTo(NOW + 10 + MS + 500);
    }

    @Test
    void theDutyOfAnySixtySecondsIsKept() {
        var tenth = motor(Samples.limited(0, 1, null)); // 600 ms
        for (int i = 0; i < 6; i++) {
            var command = Samples.command(TTL);
            assertThat(ledger.fit(command, tenth, NOW + i * 1_000L).now()).isTrue();
            ledger.sent(command, tenth, NOW + i * 1_000L);
            var _ = ledger.heard(command.id(), CommandState.DONE, NOW + i * 1_000L + MS);
        }

        var fit = ledger.fit(Samples.command(TTL), tenth, NOW + 10_000);

        assertThat(fit)
                .isEqualTo(
                        new DutyLedger.Fit("duty_exhausted", NOW + 60_000 + MS, NOW + 60_000 + MS));
        assertThat(ledger.left("motor_spin", tenth, NOW + 10_000).dutyLeftMs()).isZero();
        assertThat(ledger.fit(Samples.command(TTL), tenth, NOW + 60_100).now()).isTrue();
        assertThat(ledger.left("motor_spin", tenth, NOW + 60_100).dutyLeftMs()).isEqualTo(MS);
    }

    @Test
    void commandsOfOneGroupAreNeverOnTogether() {
        var known = Samples.limited(0, 100, "tools");
        var command = Samples.command(TTL);
        ledger.sent(command, motor(known), NOW);
        var _ = ledger.heard(command.id(), CommandState.STARTED, NOW + 10);

        var fit = ledger.fit(Samples.light(TTL), light(known), NOW + 20);

        assertThat(fit.reason()).isEqualTo("interlocked");
        assertThat(fit.at()).isEqualTo(NOW + 10 + MS);
        assertThat(ledger.fit(Samples.command(TTL), motor(known), NOW + 20).now()).isTrue();
    }

    @Test
    void whatNeverLeftCostsNothing() {
        var gap = motor(Samples.limited(500, 100, null));
        var command = Samples.command(TTL);
        ledger.sent(command, gap, NOW);

        ledger.neverLeft(command.id());

        assertThat(ledger.fit(Samples.command(TTL), gap, NOW + 1).now()).isTrue();
    }

    @Test
    void whatNothingHeldBackCountsWhenLimitsBecomeTighter() {
        var free = motor(Samples.motor());
        assertThat(free.free()).isTrue();
        for (int i = 0; i < 5; i++) {
            ledger.sent(Samples.command(TTL), free, NOW);
        }

        var tight = motor(Samples.limited(0, 1, null)); // 600 ms

        assertThat(ledger.fit(Samples.command(TTL), tight, NOW + 3_000).now()).isTrue();
        ledger.sent(Samples.command(TTL), tight, NOW + 3_000);
        assertThat(ledger.fit(Samples.command(TTL), tight, NOW + 3_000).reason())
                .isEqualTo("duty_exhausted");
    }

    @Test
    void aCommandThatLeftBeforeMayGoAgain() {
        var gap = motor(Samples.limited(500, 100, null));
        var command = Samples.command(TTL);
        ledger.sent(command, gap, NOW);

        assertThat(ledger.fit(command, gap, NOW + 1).now()).isTrue();
    }
}
