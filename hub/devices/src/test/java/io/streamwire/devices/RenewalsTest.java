package io.streamwire.devices;

import static io.streamwire.devices.Samples.DEVICE;
import static io.streamwire.devices.Samples.NOW;
import static io.streamwire.devices.Samples.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.Safety;
import io.streamwire.devices.ArmingState.Scope;
import org.junit.jupiter.api.Test;

class RenewalsTest {

    private static final Scope SCOPE = Scope.workspace(WORKSPACE);

    private final Renewals renewals = new Renewals();

    @Test
    void whatIsArmedIsRenewedThreeTimesPerLease() {
        assertThat(renewals.due(SCOPE, NOW)).isTrue();

        renewals.renewed(SCOPE, NOW);

        assertThat(renewals.due(SCOPE, NOW + Safety.RENEWAL_MS - 1)).isFalse();
        assertThat(renewals.due(SCOPE, NOW + Safety.RENEWAL_MS)).isTrue();
        assertThat(Safety.LEASE_MS).isGreaterThanOrEqualTo(3 * Safety.RENEWAL_MS);
    }

    @Test
    void aBoardThatAppearsDoesNotWaitForTheNextTime() {
        renewals.renewed(SCOPE, NOW);

        renewals.want(SCOPE);

        assertThat(renewals.due(SCOPE, NOW + Renewals.COALESCE_MS - 1)).isFalse();
        assertThat(renewals.due(SCOPE, NOW + Renewals.COALESCE_MS)).isTrue();
        renewals.renewed(SCOPE, NOW + Renewals.COALESCE_MS);
        assertThat(renewals.due(SCOPE, NOW + 2 * Renewals.COALESCE_MS)).isFalse();
    }

    @Test
    void theClockOfABoardThatAppearedSettlesSoon() {
        renewals.want(SCOPE);
        renewals.renewed(SCOPE, NOW);

        assertThat(renewals.due(SCOPE, NOW + Renewals.SETTLING_PERIOD_MS)).isTrue();
        renewals.renewed(SCOPE, NOW + Renewals.SETTLING_MS);
        assertThat(renewals.due(SCOPE, NOW + Renewals.SETTLING_MS + Renewals.SETTLING_PERIOD_MS))
                .isFalse();
    }

    @Test
    void scopesAreIndependent() {
        renewals.renewed(SCOPE, NOW);

        assertThat(renewals.due(new Scope(WORKSPACE, DEVICE), NOW)).isTrue();
    }
}
