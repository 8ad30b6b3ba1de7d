package io.streamwire.devices;

import static io.streamwire.devices.Samples.DEVICE;
import static io.streamwire.devices.Samples.NOW;
import static io.streamwire.devices.Samples.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PresenceTest {

    private final Presence presence = new Presence(Duration.ofSeconds(45));

    private Presence.Change say(Phase phase, long boot, long epoch, long at) {
        return presence.accept(
                WORKSPACE, DEVICE, new BoardState(phase, boot, epoch, "1.0.0", null), at);
    }

    @Test
    void theTimeOfComingStaysUntilItGoes() {
        say(Phase.INIT, 1, 0, NOW);
        say(Phase.READY, 1, 0, NOW + 10);
        assertThat(say(Phase.READY, 1, 5, NOW + 20).after().since()).isEqualTo(NOW);

        assertThat(say(Phase.LOST, 1, 5, NOW + 30).after().since()).isEqualTo(NOW + 30);
    }

    @Test
    void aBoardThatComesBackWithItsMemoryReturned() {
        say(Phase.READY, 1, 0, NOW);
        say(Phase.LOST, 1, 0, NOW + 10);

        var sameBoot = say(Phase.READY, 1, 0, NOW + 20);
        assertThat(sameBoot.returned()).isTrue();
        assertThat(sameBoot.appeared()).isTrue();

        say(Phase.LOST, 1, 0, NOW + 30);
        var anotherBoot = say(Phase.READY, 2, 0, NOW + 40);
        assertThat(anotherBoot.returned()).isFalse();
        assertThat(anotherBoot.appeared()).isTrue();
    }

    @Test
    void aSilentBoardIsQuietUntilItIsHeardAgain() {
        var seen = say(Phase.READY, 1, 0, NOW).after();
        presence.heard(DEVICE, NOW + 15_000);

        assertThat(presence.standing(seen, NOW + 60_000))
                .isEqualTo(new Presence.Standing("online", NOW));
        assertThat(presence.standing(seen, NOW + 60_001))
                .isEqualTo(new Presence.Standing("quiet", NOW + 60_000));

        presence.heard(DEVICE, NOW + 90_000);
        assertThat(presence.standing(seen, NOW + 91_000))
                .isEqualTo(new Presence.Standing("online", NOW + 90_000));
        var lost = say(Phase.LOST, 1, 0, NOW + 95_000).after();
        assertThat(presence.standing(lost, NOW + 99_000))
                .isEqualTo(new Presence.Standing("lost", NOW + 95_000));
    }

    @Test
    void aBoardThatIsOnlyRememberedAppearsWithItsFirstWord() {
        presence.remember(
                new Presence.Seen(
                        WORKSPACE,
                        DEVICE,
                        new BoardState(Phase.READY, 1, 0, "1.0.0", null),
                        NOW,
                        NOW),
                NOW);

        assertThat(say(Phase.READY, 1, 0, NOW + 10).appeared()).isTrue();
        assertThat(say(Phase.READY, 1, 0, NOW + 20).appeared()).isFalse();
    }

    @Test
    void aBoardCannotPushTheEpochsIntoTheFuture() {
        say(Phase.READY, 1, NOW + 7, NOW);
        assertThat(presence.largestReportedEpoch(WORKSPACE, NOW)).isEqualTo(NOW + 7);

        say(Phase.READY, 1, Long.MAX_VALUE, NOW);
        assertThat(presence.largestReportedEpoch(WORKSPACE, NOW)).isZero();
    }

    @Test
    void waitsForTheBoardsThatAreOnlineOnly() {
        say(Phase.LOST, 1, 0, NOW);

        presence.awaitStopped(List.of(DEVICE), NOW, Duration.ofDays(1));

        assertThat(presence.stopped(DEVICE, NOW)).isFalse();
    }

    @Test
    void anOlderStopConfirmsNothing() {
        say(Phase.STOPPED, 1, NOW, NOW);

        assertThat(presence.stopped(DEVICE, NOW)).isTrue();
        assertThat(presence.stopped(DEVICE, NOW + 1)).isFalse();
    }
}
