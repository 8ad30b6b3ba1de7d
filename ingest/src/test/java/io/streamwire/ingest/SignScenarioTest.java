package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.liveroom.SignFault;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** However the sign server fails: the other way is taken, and nothing is lost or comes twice. */
@Timeout(120)
class SignScenarioTest {

    private static final Stage STAGE = Stage.open("ingest.tiktok.sign-key", "secret");

    @AfterAll
    static void close() {
        STAGE.close();
    }

    /** The quota is the last one: it is asked no more for a while. */
    @ParameterizedTest
    @CsvSource({
        "NONE, signed",
        "PAYMENT, direct",
        "ERROR, direct",
        "EMPTY_BODY, direct",
        "NO_COOKIE, direct",
        "NO_CURSOR, direct",
        "GARBAGE, direct",
        "OUTAGE_STUB, direct",
        "BAD_SIGNATURE, direct",
        "QUOTA, direct",
    })
    void aSignServerThatFails(SignFault fault, String mode) {
        STAGE.liveRoom.signFault(fault);
        int before = STAGE.liveRoom.signRequests();
        try (var scene = Scene.begin(STAGE)) {
            scene.connect();
            scene.room.send(ScenarioTest.everything());

            scene.judge();
            assertThat(STAGE.status(scene.livestream).text("mode")).isEqualTo(mode);
            assertThat(STAGE.liveRoom.signRequests() - before).isEqualTo(1);
            assertThat(scene.room.connects()).isEqualTo(1);
        }
    }
}
