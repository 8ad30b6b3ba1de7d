package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.liveroom.ScriptedViewer;
import io.streamwire.liveroom.SignFault;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the sign server may do to us, and what is told of it. */
@Timeout(120)
class SignFaultsTest {

    private static final ScriptedViewer ADA = ScriptedViewer.of(71, "ada");

    private final List<Stage> stages = new ArrayList<>();

    @AfterEach
    void close() {
        stages.forEach(Stage::close);
    }

    @Test
    void everySocketIsSignedAnew() {
        var stage = stage("ingest.tiktok.sign-key", "secret");
        stage.liveRoom.signKey("secret");
        var room = stage.liveRoom.room("maker");
        var earlier = room.comment(ADA, "earlier");
        var id = stage.connect(room);
        assertThat(stage.status(id).text("mode")).isEqualTo("signed");

        room.close();
        Await.until(() -> room.connects() == 2);

        assertThat(stage.liveRoom.signRequests()).isEqualTo(2);
        assertThat(stage.owner().get("/status").number("signatures_left")).isBetween(1L, 1_000L);
        stage.stored(id, List.of(earlier));
    }

    @Test
    void whereTheDirectWayIsBlockedASignatureIsAskedFor() {
        var stage = stage();
        stage.liveRoom.blockDirect(true);
        var room = stage.liveRoom.room("maker");

        var id = stage.connect(room);

        assertThat(stage.status(id).text("mode")).isEqualTo("signed");
    }

    @ParameterizedTest
    @CsvSource({
        "ingest.tiktok.sign-url, http://127.0.0.1:1, sign_unreachable",
        "ingest.tiktok.signatures-per-minute, 1, sign_budget",
    })
    void whatKeepsUsFromASignatureIsTold(String key, String value, String code) {
        var stage = stage("ingest.tiktok.mode", "signed", key, value);
        var room = stage.liveRoom.room("maker");
        room.refuse(1, "illegal secret key", 417);

        var id = stage.owner().connect("maker").text("id");

        Await.until(() ->
                stage.status(id).body().path("last_error").path("code").asText().equals(code));
        assertThat(stage.liveRoom.signRequests()).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "PAYMENT, sign_refused",
        "ERROR, sign_outage",
        "EMPTY_BODY, sign_useless",
        "OUTAGE_STUB, sign_outage",
        "BAD_SIGNATURE, sign_useless",
    })
    void whatIsWrongWithTheSignServerIsTold(SignFault fault, String code) {
        var stage = stage("ingest.tiktok.mode", "signed");
        stage.liveRoom.signFault(fault);
        stage.liveRoom.room("maker");

        var id = stage.owner().connect("maker").text("id");

        Await.until(() -> stage.status(id).body().hasNonNull("last_error"));
        assertThat(stage.status(id).body().path("last_error").path("code").asText())
                .isEqualTo(code);
    }

    @Test
    void aQuotaIsRespected() {
        var stage = stage("ingest.tiktok.mode", "signed");
        stage.liveRoom.signFault(SignFault.QUOTA);
        var room = stage.liveRoom.room("maker");
        long began = System.nanoTime();

        var id = stage.owner().connect("maker").text("id");

        var told = new AtomicReference<>("");
        Await.until(() -> {
            told.set(stage.status(id).body().path("last_error").path("code").asText());
            return !"".equals(told.get());
        });
        stage.liveRoom.signFault(SignFault.NONE); // it is asked again a second later
        assertThat(told).hasValue("sign_rate_limited");
        Await.until(() -> room.connections() == 1);
        assertThat(System.nanoTime() - began).isGreaterThan(1_000_000_000L);
        assertThat(stage.liveRoom.signRequests()).isEqualTo(2);
    }

    private Stage stage(String... overrides) {
        var stage = Stage.open(overrides);
        stages.add(stage);
        return stage;
    }
}
