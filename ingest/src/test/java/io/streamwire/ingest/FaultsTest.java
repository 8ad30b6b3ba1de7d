package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.EventsMissed;
import io.streamwire.contract.LiveEvent.MissedWhy;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.liveroom.Frame;
import io.streamwire.liveroom.Gift;
import io.streamwire.liveroom.LiveRoom;
import io.streamwire.liveroom.Room;
import io.streamwire.liveroom.ScriptedViewer;
import io.streamwire.liveroom.Sent;
import io.streamwire.liveroom.SignFault;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What TikTok, the sign server and the network may do to us, with exact counts. */
@Timeout(60)
class FaultsTest {

    private static final ScriptedViewer ADA = ScriptedViewer.of(71, "ada");

    private final List<Stage> stages = new ArrayList<>();

    @AfterEach
    void close() {
        stages.forEach(Stage::close);
    }

    @Test
    void aFrameThatCannotBeReadCostsOnlyItself() {
        var stage = stage("ingest.tiktok.max-frame", "64KiB", "ingest.tiktok.max-unpacked", "1MiB");
        var room = stage.liveRoom.room("maker");
        var id = stage.connect(room);
        var sent = new ArrayList<Sent>();

        sent.add(room.comment(ADA, "first"));
        room.corruptFrame();
        room.corruptGzip();
        room.corruptGzip();
        room.gzipBomb(8 << 20);
        room.oversizeFrame(70_000);
        room.text("{}");
        sent.add(room.comment(ADA, "last"));

        stage.stored(id, sent);
        assertThat(stage.damaged(id, "not_a_frame")).isEqualTo(1);
        assertThat(stage.damaged(id, "not_gzip")).isEqualTo(2);
        assertThat(stage.damaged(id, "unpacked_oversize")).isEqualTo(1);
        assertThat(stage.damaged(id, "oversize")).isEqualTo(1);
        assertThat(stage.damaged(id, "text")).isEqualTo(1);
        Await.until(() -> stage.counter(id, "gaps") == 1);
        assertThat(stage.counter(id, "published")).isEqualTo(3);
        assertThat(room.connects()).isEqualTo(1);
        Await.until(() -> stage.gaps(id).size() == 1);
        assertThat(stage.gaps(id).getFirst().reason()).isEqualTo(MissedWhy.DAMAGED);
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

    @ParameterizedTest
    @ValueSource(strings = {"close", "reset", "silence"})
    void aLostSocketIsReplacedAndNothingCountsTwice(String how) {
        var stage = stage("ingest.tiktok.silence", "500ms", "ingest.tiktok.heartbeat", "100ms");
        var room = stage.liveRoom.room("maker");
        var id = stage.connect(room);
        var sent = new ArrayList<Sent>();
        long group = room.newGroupId();
        sent.add(room.comment(ADA, "before"));
        sent.addAll(room.send(new Frame().giftStep(ADA, Gift.ROSE, group, 3, false)));
        Await.until(() -> sent.stream().allMatch(room::acknowledged));

        switch (how) {
            case "close" -> room.close();
            case "reset" -> room.reset();
            default -> room.silent(true);
        }
        Await.until(() -> room.connects() > 1);
        room.silent(false);
        room.repeatLastComment();
        sent.addAll(room.send(new Frame().giftStep(ADA, Gift.ROSE, group, 5, true)));
        sent.add(room.comment(ADA, "after"));

        var events = stage.stored(id, sent);
        assertThat(
                        events.stream()
                                .filter(event -> event.payload() instanceof LiveEvent.GiftSent)
                                .map(event -> ((LiveEvent.GiftSent) event.payload()).increment()))
                .containsExactlyInAnyOrder(3, 2);
        assertThat(stage.counter(id, "duplicates")).isGreaterThanOrEqualTo(1);
        Await.until(() -> !stage.gaps(id).isEmpty());
        assertThat(stage.gaps(id))
                .extracting(EventsMissed::reason)
                .containsOnly(MissedWhy.DISCONNECTED);
        Await.until(() -> stage.state(id).equals("live"));
    }

    @Test
    void theBacklogIsHistorical() {
        var stage = stage();
        var room = stage.liveRoom.room("maker");
        var earlier = room.comment(ADA, "before anybody listened");

        var id = stage.connect(room);

        assertThat(stage.stored(id, List.of(earlier)).getFirst().historical()).isTrue();
    }

    @Test
    void anEndThatNeverComesIsMade() {
        var stage = stage("ingest.streak-timeout", "300ms");
        var room = stage.liveRoom.room("maker");
        var id = stage.connect(room);

        room.send(new Frame().giftStep(ADA, Gift.ROSE, room.newGroupId(), 4, false));

        Await.until(() -> stage.owner().export(id).size() == 2);
        var end = (LiveEvent.GiftSent) stage.owner().export(id).getLast().payload();
        assertThat(end.streak()).isEqualTo(LiveEvent.Streak.ENDED);
        assertThat(end.count()).isEqualTo(4);
        assertThat(end.increment()).isZero();
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
        var stage = stage("ingest.tiktok.silence", "500ms", "ingest.tiktok.heartbeat", "100ms");
        var room = stage.liveRoom.room("maker");
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

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void withoutASignatureTheSocketIsOpenedDirectly(SignFault fault) {
        var stage = stage("ingest.tiktok.sign-key", "secret");
        stage.liveRoom.signFault(fault);
        var room = stage.liveRoom.room("maker");

        var id = stage.connect(room);

        assertThat(stage.status(id).text("mode")).isEqualTo("direct");
        assertThat(stage.liveRoom.signRequests()).isEqualTo(1);
    }

    @Test
    void whereTheDirectWayIsBlockedASignatureIsAskedFor() {
        var stage = stage();
        stage.liveRoom.blockDirect(true);
        var room = stage.liveRoom.room("maker");

        var id = stage.connect(room);

        assertThat(stage.status(id).text("mode")).isEqualTo("signed");
    }

    @Test
    void aWayThatBringsNothingIsTriedLastTheNextTime() {
        var stage = stage("ingest.tiktok.silence", "400ms");
        var room = stage.liveRoom.room("maker");
        room.silent(true);
        var id = stage.connect(room);
        assertThat(stage.status(id).text("mode")).isEqualTo("direct");

        Await.until(() -> stage.status(id).text("mode").equals("signed"));
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
    void aQuotaIsRespected() {
        var stage = stage("ingest.tiktok.mode", "signed");
        stage.liveRoom.signFault(SignFault.QUOTA);
        var room = stage.liveRoom.room("maker");

        var id = stage.owner().connect("maker").text("id");

        Await.until(() -> stage.status(id).body().hasNonNull("last_error"));
        assertThat(stage.status(id).body().path("last_error").path("code").asText())
                .isEqualTo("sign_rate_limited");
        long refused = System.nanoTime();
        stage.liveRoom.signFault(SignFault.NONE);
        Await.until(() -> room.connections() == 1);
        assertThat(System.nanoTime() - refused).isGreaterThan(500_000_000L);
        assertThat(stage.liveRoom.signRequests()).isEqualTo(2);
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
