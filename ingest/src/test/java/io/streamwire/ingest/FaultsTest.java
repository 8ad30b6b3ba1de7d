package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.liveroom.Frame;
import io.streamwire.liveroom.LiveRoom;
import io.streamwire.liveroom.Room;
import io.streamwire.liveroom.ScriptedViewer;
import io.streamwire.liveroom.Sent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What TikTok and the network may do to us. */
@Timeout(120)
class FaultsTest {

    private static final ScriptedViewer ADA = ScriptedViewer.of(71, "ada");

    private final List<Stage> stages = new ArrayList<>();

    @AfterEach
    void close() {
        stages.forEach(Stage::close);
    }

    @Test
    void messagesThatCannotBeReadCostOnlyThemselves() {
        var stage = stage();
        var room = stage.liveRoom.room("maker");
        var id = stage.connect(room);

        var sent =
                room.send(
                        new Frame()
                                .comment(ADA, "first")
                                .corrupt("WebcastChatMessage")
                                .unknown("WebcastBrandNewMessage")
                                .commentInLatin1(ADA, "caf\u00e9")
                                .viewers(5, 50)
                                .comment(ADA, "last"));

        stage.stored(id, List.of(sent.get(0), sent.get(4), sent.get(5)));
        assertThat(stage.counter(id, "corrupt")).isEqualTo(2);
        assertThat(stage.unknown(id, "WebcastBrandNewMessage")).isEqualTo(1);
        Await.until(() -> room.acknowledged(sent.getFirst()));
    }

    @Test
    void fragmentedFramesAreWhole() {
        var stage = stage();
        var room = stage.liveRoom.room("maker");
        var id = stage.connect(room);
        room.fragments(9);

        var sent = new ArrayList<Sent>();
        for (int i = 0; i < 50; i++) {
            sent.add(room.comment(ADA, "comment " + i));
        }

        stage.stored(id, sent);
    }

    @Test
    void socketsThatSoonCloseAgainAreOpenedMoreAndMoreRarely() {
        var stage = stage("ingest.reconnect-first", "50ms", "ingest.reconnect-most", "1600ms");
        var room = stage.liveRoom.room("maker");
        room.comment(ADA, "told to everybody who connects");
        stage.connect(room);

        long began = System.nanoTime();
        for (int closes = 1; closes <= 5; closes++) {
            room.close();
            int connects = closes + 1;
            Await.until(() -> room.connects() == connects && room.connections() == 1);
        }

        // Half of 50, 100, 200, 400 and 800 ms at least.
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isGreaterThan(Duration.ofMillis(775));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void theLiveEndsByAMessage(int action) {
        var stage = stage();
        var room = stage.liveRoom.room("maker");
        var id = stage.connect(room);
        room.comment(ADA, "bye");

        room.end(action);

        Await.until(() -> stage.state(id).equals("ended"));
        assertThat(stage.owner().get("/api/v1/livestreams/" + id).text("end_reason"))
                .isEqualTo("live_ended");
        Await.until(() -> stage.owner().export(id).size() == 2);
        assertThat(stage.owner().export(id))
                .extracting(LiveEvent::payload)
                .containsExactlyInAnyOrder(
                        new LiveEvent.CommentPosted("bye"),
                        new LiveEvent.RoomChanged(
                                action == 3 ? RoomState.ENDED : RoomState.SUSPENDED));
        Await.until(() -> room.connections() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"closed", "quiet", "another"})
    void anEndWithoutAMessageIsNoticed(String how) {
        var stage = stage("ingest.tiktok.silence", "2s", "ingest.tiktok.heartbeat", "100ms");
        var room = stage.liveRoom.room("maker");
        room.comment(ADA, "hello"); // a way that brings nothing is left for the other
        var id = stage.connect(room);

        switch (how) {
            case "closed" -> {
                room.status(Room.Status.OFFLINE);
                room.close();
            }
            case "quiet" -> room.status(Room.Status.OFFLINE);
            default -> stage.liveRoom.restart("maker");
        }

        Await.until(() -> stage.state(id).equals("ended"));
        assertThat(room.connects()).isEqualTo(1);
    }

    @Test
    void aRefusedHandshakeIsToldAndTriedAgain() {
        var stage = stage("ingest.tiktok.mode", "direct");
        var room = stage.liveRoom.room("maker");
        room.refuse(Integer.MAX_VALUE, "illegal secret key", 417);

        var id = stage.owner().connect("maker").text("id");

        Await.until(() -> stage.status(id).body().hasNonNull("last_error"));
        var error = stage.status(id).body().path("last_error");
        assertThat(error.path("code").asText()).isEqualTo("handshake_refused");
        assertThat(error.path("detail").asText()).contains("illegal secret key", "417");
        assertThat(stage.state(id)).isEqualTo("connecting");
        room.refuse(0, "", 0);
        Await.until(() -> stage.state(id).equals("live"));
    }

    @Test
    void aBlockedVisitorGetsANewCookie() {
        var stage = stage("ingest.tiktok.mode", "direct");
        var room = stage.liveRoom.room("maker");
        room.refuse(1, "DEVICE_BLOCKED", 415);

        var id = stage.connect(room);

        assertThat(stage.status(id).body().hasNonNull("last_error")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWayThatBringsNothingIsTriedLastTheNextTime(boolean heartbeats) {
        var stage = stage("ingest.tiktok.silence", "2s", "ingest.tiktok.heartbeat", "100ms");
        var room = stage.liveRoom.room("maker");
        room.silent(!heartbeats);
        room.mute(heartbeats);
        var id = stage.connect(room);
        assertThat(stage.status(id).text("mode")).isEqualTo("direct");

        Await.until(() -> stage.status(id).text("mode").equals("signed"));
    }

    @Test
    void whereBothWaysBringNothingTheSecondIsKept() {
        var stage = stage("ingest.tiktok.silence", "1s", "ingest.tiktok.heartbeat", "50ms");
        var room = stage.liveRoom.room("maker");
        room.mute(true);
        var id = stage.connect(room);
        Await.until(() -> stage.status(id).text("mode").equals("signed"));

        long heard = room.heartbeats();
        Await.until(() -> room.heartbeats() > heard + 60); // three times its patience

        assertThat(room.connects()).isEqualTo(2);
        room.mute(false);
        stage.stored(id, List.of(room.comment(ADA, "at last")));
    }

    @Test
    void aBlockThatStaysIsTold() {
        var stage = stage("ingest.tiktok.mode", "direct");
        stage.liveRoom.blockDirect(true);
        stage.liveRoom.room("maker");

        var id = stage.owner().connect("maker").text("id");

        Await.until(() -> stage.status(id).body().hasNonNull("last_error"));
        assertThat(stage.status(id).body().path("last_error").path("code").asText())
                .isEqualTo("device_blocked");
        assertThat(stage.liveRoom.visitors()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aPauseIsTold() {
        var stage = stage();
        var room = stage.liveRoom.room("maker");
        var id = stage.connect(room);

        room.send(new Frame().control(1));
        Await.until(() -> stage.status(id).body().hasNonNull("paused_at"));
        room.send(new Frame().control(2));

        Await.until(() -> !stage.status(id).body().hasNonNull("paused_at"));
        assertThat(stage.state(id)).isEqualTo("live");
    }

    @Test
    void aLookupThatIsNotAnsweredEndsInTime() {
        var stage =
                stage("ingest.lookup-timeout", "600ms", "ingest.tiktok.request-timeout", "300ms");
        stage.liveRoom.room("maker");
        stage.liveRoom.unresponsive(true);

        var answer = stage.owner().connect("maker");

        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.text("code")).isEqualTo("tiktok_unreachable");
    }

    @Test
    void redirectsAreNotFollowed() {
        var stage = stage();
        stage.liveRoom.room("maker");
        try (var elsewhere = LiveRoom.start(0)) {
            stage.liveRoom.redirect(elsewhere.url() + "/@maker/live");

            assertThat(stage.owner().connect("maker").status()).isEqualTo(201);
            assertThat(elsewhere.lookups()).isZero();
        }
    }

    @Test
    void theLookupApiIsNotBelievedAgainstThePage() {
        var stage = stage();
        stage.liveRoom.room("maker");
        stage.liveRoom.apiUnaware(true);

        assertThat(stage.owner().connect("maker").status()).isEqualTo(201);
    }

    private Stage stage(String... overrides) {
        var stage = Stage.open(overrides);
        stages.add(stage);
        return stage;
    }
}
