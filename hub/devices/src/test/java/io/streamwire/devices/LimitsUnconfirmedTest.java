package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.Topics;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of boards that do not say which limits they keep. */
@ExtendWith(Rig.Extension.class)
class LimitsUnconfirmedTest {

    private static final String UNCONFIRMED = "config_unconfirmed";
    private static final String STILL_READY =
            "{\"s\":\"ready\",\"boot\":1,\"epoch\":0,\"fw\":\"1.0.0\"}";

    private final Rig rig;
    private final Member member;

    LimitsUnconfirmedTest(Rig rig) {
        this.rig = rig;
        this.member = Member.owner(rig);
    }

    @Test
    void whoIsThereIsDisarmedAfterTheLineWasDownAndWhoIsNotBackYetIsNot()
            throws InterruptedException {
        var there = member.device("There");
        var away = member.device("Away");
        try (var board = new RawBoard(rig, member, there, false)) {
            var other = new RawBoard(rig, member, away, false);
            Rig.await("both were told", () -> told(board) && told(other));
            member.arm();
            rig.mqtt.cut();
            other.close(); // in peace: nobody says that it is lost
            rig.mqtt.mend();
            rig.awaitReady();
            Rig.await(
                    "the one that is there is disarmed",
                    () -> {
                        board.say(Topics.state(member.workspace, there), STILL_READY);
                        return !armed(there);
                    });

            assertThat(armed(away)).isTrue();
            awaitDisarmed(1);
        }
        try (var _ = new RawBoard(rig, member, away, false)) {
            Rig.await("the other one, too", () -> !armed(away));
            awaitDisarmed(2);
        }
    }

    private static boolean told(RawBoard board) {
        return !board.envelope().isEmpty();
    }

    private boolean armed(UUID device) {
        return member.get("/devices/" + device + "/status").body().at("/armed").asBoolean();
    }

    private void awaitDisarmed(int boards) throws InterruptedException {
        Rig.await(
                "it is in the log",
                () -> {
                    var log = member.get("/devices/safety-log").body().at("/items");
                    return StreamSupport.stream(log.spliterator(), false)
                                    .filter(row -> row.at("/why").asText().equals(UNCONFIRMED))
                                    .count()
                            == boards;
                });
    }
}
