package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.MissedWhy;
import io.streamwire.liveroom.Frame;
import io.streamwire.liveroom.Gift;
import io.streamwire.liveroom.Rubbish;
import io.streamwire.liveroom.ScriptedViewer;
import io.streamwire.liveroom.Show;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever happens in a room: each thing is once on the bus and once in the log, and all of them
 * are exactly what the room knows that it sent.
 */
@Timeout(120)
class ScenarioTest {

    private static final ScriptedViewer ADA = ScriptedViewer.of(71, "ada");
    private static final ScriptedViewer BO = ScriptedViewer.of(72, "bo");

    private static final Stage STAGE =
            Stage.open(
                    "ingest.tiktok.silence", "2s",
                    "ingest.tiktok.heartbeat", "100ms",
                    "ingest.streak-timeout", "1s");

    private final Scene scene = Scene.begin(STAGE);

    @AfterAll
    static void closeStage() {
        STAGE.close();
    }

    @AfterEach
    void end() {
        scene.close();
    }

    @Test
    void everyTypeOfMessage() {
        scene.connect();

        scene.room.send(everything());
        scene.room.send(new Frame().control(1).control(2));

        scene.judge();
        assertThat(scene.published("control")).isEqualTo(2);
        assertThat(scene.room.counts().keySet())
                .containsExactlyInAnyOrder(
                        "comment",
                        "gift",
                        "like",
                        "join",
                        "follow",
                        "share",
                        "subscribe",
                        "viewers",
                        "question",
                        "emote",
                        "envelope",
                        "control");
    }

    static Frame everything() {
        return new Frame()
                .comment(ADA, "spin!")
                .gift(ADA, Gift.GALAXY)
                .like(ADA, 7)
                .join(ADA)
                .follow(ADA)
                .share(ADA)
                .subscription(ADA, 2)
                .viewers(12, 345)
                .question(ADA, "how fast?")
                .emote(ADA, "71")
                .envelope(ADA, "box", 100, 10);
    }

    @Test
    void messagesThatAreUnknownOrCorrupt() {
        scene.connect();

        scene.room.send(
                new Frame()
                        .comment(ADA, "first")
                        .unknown("WebcastNewMessage")
                        .corrupt("WebcastChatMessage")
                        .corrupt("WebcastGiftMessage")
                        .unknown("WebcastNewMessage")
                        .unknown("Webcast\u0000Other")
                        .like(BO, 3));

        scene.judge();
        assertThat(STAGE.unknown(scene.livestream, "WebcastNewMessage")).isEqualTo(2);
        assertThat(STAGE.unknown(scene.livestream, "WebcastOther")).isEqualTo(1);
        assertThat(STAGE.counter(scene.livestream, "corrupt")).isEqualTo(2);
    }

    @Test
    void framesThatAreRubbish() {
        var cut = new Frame().comment(ADA, "cut in half and never heard of");
        var rubbish =
                List.of(
                        Rubbish.noFrame(),
                        Rubbish.halfFrame(cut),
                        Rubbish.noGzip(),
                        Rubbish.halfGzip(cut),
                        Rubbish.halfResult(cut),
                        Rubbish.gzipBomb(64 << 20),
                        Rubbish.crowd(2 << 20),
                        Rubbish.oversize(10 << 20));
        scene.connect();

        for (var message : rubbish) {
            scene.room.comment(ADA, "before");
            scene.room.raw(message);
            scene.room.like(ADA, 1);
        }
        scene.room.fragments(700);
        scene.room.raw(rubbish.getLast());
        scene.room.text("{}");
        scene.room.comment(ADA, "last");

        scene.judge();
        assertThat(STAGE.damaged(scene.livestream, "not_a_frame")).isEqualTo(2);
        assertThat(STAGE.damaged(scene.livestream, "not_gzip")).isEqualTo(2);
        assertThat(STAGE.damaged(scene.livestream, "not_a_result")).isEqualTo(1);
        assertThat(STAGE.damaged(scene.livestream, "unpacked_oversize")).isEqualTo(1);
        assertThat(STAGE.damaged(scene.livestream, "crowded")).isEqualTo(1);
        assertThat(STAGE.damaged(scene.livestream, "oversize")).isEqualTo(2);
        assertThat(STAGE.damaged(scene.livestream, "text")).isEqualTo(1);
        Await.until(() -> !scene.missed().isEmpty());
        assertThat(scene.missed()).containsOnly(MissedWhy.DAMAGED);
        assertThat(scene.room.connects()).isEqualTo(1);
    }

    @Test
    void aSingleGiftOfAStreak() {
        scene.connect();

        scene.room.gift(ADA, Gift.ROSE, 1);

        scene.judge();
        assertThat(scene.gifts()).containsExactly("Rose 1+1 started", "Rose 1+0 ended");
    }

    @Test
    void aStreakThatJumps() {
        scene.connect();
        long streak = scene.room.newGroupId();

        for (int count : new int[] {2, 4, 7}) {
            scene.room.send(new Frame().giftStep(ADA, Gift.ROSE, streak, count, false));
        }
        scene.room.send(new Frame().giftStep(ADA, Gift.ROSE, streak, 7, true));

        scene.judge();
        assertThat(scene.gifts())
                .containsExactly(
                        "Rose 2+2 started",
                        "Rose 4+2 running",
                        "Rose 7+3 running",
                        "Rose 7+0 ended");
    }

    @Test
    void twoStreaksOfOneViewerAtOnce() {
        scene.connect();

        interleave(ADA, Gift.ROSE, ADA, Gift.FINGER_HEART);
        interleave(ADA, Gift.ROSE, ADA, Gift.ROSE);

        scene.judge();
        assertThat(scene.room.gifts()).isEqualTo(Map.of("Rose", 9L, "Finger Heart", 3L));
    }

    @Test
    void twoViewersAtOnce() {
        scene.connect();

        interleave(ADA, Gift.ROSE, BO, Gift.ROSE);

        scene.judge();
        assertThat(scene.room.gifts()).isEqualTo(Map.of("Rose", 6L));
    }

    /** Both streaks count to three, in turns; the one that began first ends last. */
    private void interleave(ScriptedViewer one, Gift first, ScriptedViewer other, Gift second) {
        long streak = scene.room.newGroupId();
        long between = scene.room.newGroupId();
        for (int count = 1; count <= 3; count++) {
            scene.room.send(new Frame().giftStep(one, first, streak, count, false));
            scene.room.send(new Frame().giftStep(other, second, between, count, false));
        }
        scene.room.send(new Frame().giftStep(other, second, between, 3, true));
        scene.room.send(new Frame().giftStep(one, first, streak, 3, true));
    }

    @Test
    void aStreakWithoutItsEnd() {
        scene.connect();

        scene.room.send(new Frame().giftStep(ADA, Gift.ROSE, scene.room.newGroupId(), 4, false));

        scene.awaitEnds(1);
        scene.judge();
        assertThat(scene.gifts()).containsExactly("Rose 4+4 started", "Rose 4+0 ended");
    }

    @Test
    void aStreakWhoseEndComesLate() {
        scene.connect();
        long streak = scene.room.newGroupId();
        scene.room.send(new Frame().giftStep(ADA, Gift.ROSE, streak, 4, false));
        scene.awaitEnds(1);

        scene.room.send(new Frame().giftStep(ADA, Gift.ROSE, streak, 4, true));
        scene.room.send(new Frame().giftStep(ADA, Gift.ROSE, streak, 4, true));
        scene.awaitAcknowledged();

        scene.judge();
        assertThat(scene.gifts()).containsExactly("Rose 4+4 started", "Rose 4+0 ended");
        assertThat(STAGE.counter(scene.livestream, "duplicates")).isEqualTo(2);
    }

    @Test
    void aStreakThatGoesOnAfterItWasEnded() {
        scene.connect();
        long streak = scene.room.newGroupId();
        scene.room.send(new Frame().giftStep(ADA, Gift.ROSE, streak, 4, false));
        scene.awaitEnds(1);

        scene.room.send(new Frame().giftStep(ADA, Gift.ROSE, streak, 9, true));

        scene.judge();
        assertThat(scene.gifts())
                .containsExactly("Rose 4+4 started", "Rose 4+0 ended", "Rose 5+5 ended");
    }

    @Test
    void theEndOfAStreakOnly() {
        scene.connect();

        scene.room.send(new Frame().giftStep(ADA, Gift.ROSE, scene.room.newGroupId(), 5, true));

        scene.judge();
        assertThat(scene.gifts()).containsExactly("Rose 5+5 ended");
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "reset", "silence"})
    void aLostSocketInTheMiddleOfAStreak(String how) {
        scene.connect();
        long streak = scene.room.newGroupId();
        scene.room.comment(ADA, "before");
        scene.room.send(new Frame().giftStep(ADA, Gift.ROSE, streak, 3, false).like(BO, 5));
        scene.awaitAcknowledged();

        scene.lose(how);
        scene.room.send(new Frame().giftStep(ADA, Gift.ROSE, streak, 4, false));
        scene.room.comment(BO, "told again on the next socket");
        scene.reconnected();
        scene.room.send(new Frame().giftStep(ADA, Gift.ROSE, streak, 6, true));

        scene.judge();
        assertThat(scene.gifts().getLast()).endsWith("+3 ended");
        assertThat(scene.missed()).containsExactly(MissedWhy.DISCONNECTED);
        assertThat(scene.room.connects()).isEqualTo(2);
    }

    @Test
    void whateverComesAgain() {
        scene.connect();
        long streak = scene.room.newGroupId();
        for (var frame :
                new Frame[] {
                    everything(),
                    new Frame().giftStep(ADA, Gift.ROSE, streak, 2, false),
                    new Frame().giftStep(ADA, Gift.ROSE, streak, 3, true),
                    new Frame().control(1)
                }) {
            scene.room.send(frame);
            scene.room.repeatLastFrame();
            scene.room.repeatLastFrame();
        }
        scene.awaitAcknowledged();

        scene.judge();
        assertThat(STAGE.counter(scene.livestream, "duplicates")).isEqualTo(2 * (11 + 3));
        assertThat(scene.room.count("comment")).isEqualTo(3);
    }

    @Test
    void theCommentsOfBefore() {
        for (int i = 0; i < 8; i++) {
            scene.room.comment(ADA, "before " + i);
        }
        scene.connect();
        scene.room.comment(BO, "now");
        scene.awaitAcknowledged();

        scene.lose("close");
        scene.reconnected();

        scene.judge();
        assertThat(scene.events())
                .filteredOn(LiveEvent::historical)
                .extracting(event -> ((CommentPosted) event.payload()).text())
                .containsExactlyInAnyOrder(
                        "before 2", "before 3", "before 4", "before 5", "before 6", "before 7");
        assertThat(scene.published("comment")).isEqualTo(7);
    }

    @Test
    void aShowThatLosesItsSocketAgainAndAgain() throws InterruptedException {
        scene.connect();
        for (var how : new String[] {"close", "reset", "close", "reset"}) {
            try (var show =
                    scene.room.play(
                            Show.seeded(3).pace(1_000, 5).lasting(Duration.ofMillis(200)))) {
                assertThat(show.await(Duration.ofSeconds(20))).isTrue();
            }
            scene.awaitAcknowledged();
            scene.lose(how);
            scene.room.like(ADA, 9);
            scene.reconnected();
        }
        Await.until(() -> scene.published("gap") == 4);

        scene.judge();
        assertThat(scene.room.unseen()).isEqualTo(4);
        assertThat(scene.room.sent()).hasSizeGreaterThan(800);
        assertThat(scene.published("gap")).isEqualTo(4);
    }

    @Test
    void aVisitorWhoIsBlocked() {
        scene.room.refuse(1, "DEVICE_BLOCKED", 415);
        int visitors = STAGE.liveRoom.visitors();

        scene.connect();
        scene.room.send(everything());

        scene.judge();
        assertThat(STAGE.liveRoom.visitors()).isGreaterThan(visitors);
        assertThat(STAGE.status(scene.livestream).text("mode")).isEqualTo("direct");
    }

    @ParameterizedTest
    @CsvSource({"3, 0", "4, 0", "0, closed", "0, quiet"})
    void theEndOfTheLive(int action, String how) {
        scene.connect();
        scene.room.send(everything());
        scene.room.send(new Frame().giftStep(ADA, Gift.ROSE, scene.room.newGroupId(), 4, false));
        scene.awaitAcknowledged();

        scene.over(action, how);

        Await.until(() -> STAGE.state(scene.livestream).equals("ended"));
        scene.judge();
        assertThat(scene.gifts()).contains("Rose 4+0 ended");
        assertThat(scene.published("control")).isEqualTo(action == 0 ? 0 : 1);
        assertThat(scene.room.connects()).isEqualTo(1);
    }
}
