package io.streamwire.ingest;

import static io.streamwire.ingest.Library.API;
import static io.streamwire.ingest.Library.RECORDINGS;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.LiveEvent;
import io.streamwire.liveroom.Frame;
import io.streamwire.liveroom.Gift;
import io.streamwire.liveroom.Room;
import io.streamwire.liveroom.Rubbish;
import io.streamwire.liveroom.ScriptedViewer;
import io.streamwire.liveroom.Show;
import io.streamwire.service.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is played of recordings is what was live. */
@Timeout(120)
class ReplayTest {

    private static final Stage STAGE = Library.openStage();
    private static final Library LIBRARY = new Library(STAGE);
    private static final ScriptedViewer ADA = ScriptedViewer.of(7_100_000_000_000_000_001L, "ada");

    private Room room = STAGE.liveRoom.room("maker");

    @BeforeEach
    void begin() {
        STAGE.begin();
        room = STAGE.liveRoom.restart("maker");
    }

    @AfterAll
    static void end() {
        STAGE.close();
    }

    @Test
    void aReplayIsWhatTheLiveSessionMadeOfTheSameFrames() throws Exception {
        var id = LIBRARY.record(room);
        try (var show = room.play(Show.seeded(5).pace(500, 3).lasting(Duration.ofSeconds(2)))) {
            assertThat(show.await(Duration.ofSeconds(20))).isTrue();
        }
        room.send(new Frame().giftStep(ADA, Gift.ROSE, room.newGroupId(), 4, false)); // never ends
        room.raw(Rubbish.noGzip());
        room.raw(Rubbish.oversize(2 << 20));
        room.send(new Frame().corrupt("WebcastChatMessage").unknown("WebcastNewMessage"));
        Await.until(() ->
                STAGE.damaged(id, "not_gzip") == 1
                        && STAGE.damaged(id, "oversize") == 1
                        && STAGE.counter(id, "corrupt") == 1);
        room.reset(); // another socket
        Await.until(() -> room.connects() == 2 && room.connections() == 1);
        room.comment(ADA, "back again");
        room.repeatLastComment();
        Await.until(() -> STAGE.gaps(id).size() >= 2); // the damage, and the reset
        Await.until(() -> lateEnds(id) == 1);
        room.send(new Frame().giftStep(ADA, Gift.ROSE, room.newGroupId(), 2, false));
        room.end(3);
        Await.until(() -> STAGE.state(id).equals("ended"));
        var recording = LIBRARY.ended(LIBRARY.recordings().getFirst());

        var played = LIBRARY.play(LIBRARY.download(recording), id);

        assertThat(recording.reason()).isEqualTo("live_ended");
        assertThat(recording.frames()).isGreaterThan(300);
        assertThat(recording.sockets()).isEqualTo(2);
        assertThat(LIBRARY.published(id, played.size())).isEqualTo(played);
        assertThat(LIBRARY.play(LIBRARY.download(recording), id)).isEqualTo(played);
        var known = played.stream().map(LiveEvent::id).toList();
        var sent = // the end of a streak that came too late says nothing new
                room.sent().stream().filter(message -> !message.type().equals("gift")).toList();
        assertThat(known).doesNotHaveDuplicates().containsAll(Library.ids(sent));
    }

    @Test
    void twoReplaysSayTheSameAndAreMarked() throws Exception {
        var id = LIBRARY.record(room);
        room.gift(ADA, Gift.ROSE, 3);
        room.send(new Frame().comment(ADA, "spin").like(ADA, 5).follow(ADA));
        Await.until(() -> STAGE.owner().export(id).size() == 7);
        LIBRARY.stop(LIBRARY.recordings().getFirst());
        var recording = LIBRARY.ended(LIBRARY.recordings().getFirst());

        var first = LIBRARY.replayed(recording.id(), "{\"speed\":\"max\"}");
        var second = LIBRARY.replayed(recording.id(), "{\"speed\":100}");

        assertThat(first).hasSize(7).allMatch(LiveEvent::simulated);
        assertThat(first).extracting(LiveEvent::payload).isEqualTo(payloads(second));
        assertThat(first).extracting(LiveEvent::msgId).isEqualTo(msgIds(second));
        assertThat(first).extracting(LiveEvent::receivedAt).isEqualTo(times(second));
        assertThat(first)
                .extracting(LiveEvent::payload)
                .isEqualTo(payloads(LIBRARY.published(id, 7)));
        assertThat(first).extracting(LiveEvent::id).doesNotContainAnyElementsOf(eventIds(second));
        assertThat(STAGE.owner().export(id)).noneMatch(LiveEvent::simulated);
    }

    @Test
    void aReplayKeepsItsPaceAndCanBeStopped() {
        var begun = STAGE.owner().post(RECORDINGS + "/sample-show/replay", "{\"speed\":1}");
        assertThat(begun.status()).isEqualTo(201);
        var id = begun.text("livestream_id");
        assertThat(STAGE.owner().get(API + "/" + id).text("kind")).isEqualTo("replay");
        Await.until(() -> LIBRARY.progress(id).number("events") > 3);

        assertThat(LIBRARY.progress(id).text("status")).isEqualTo("live");
        assertThat(LIBRARY.progress(id).number("position_ms")).isLessThan(30_000);
        assertThat(LIBRARY.progress(id).number("duration_ms")).isEqualTo(183_000);
        assertThat(STAGE.owner().post(API + "/" + id + "/disconnect", "").status()).isEqualTo(200);

        Await.until(() -> LIBRARY.progress(id).text("status").equals("ended"));
        assertThat(LIBRARY.progress(id).text("end_reason")).isEqualTo("disconnected");
        var listed = STAGE.owner().get(API + "/replays").body().path("items");
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).path("livestream_id").asText()).isEqualTo(id);
    }

    @Test
    void theSampleShowIsInEveryWorkspace() {
        var listed = STAGE.client(Role.VIEWER).get(RECORDINGS).body().path("items");

        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).path("built_in").asBoolean()).isTrue();
        assertThat(listed.get(0).path("id").asText()).isEqualTo(SampleShow.ID.toString());
        var events = LIBRARY.replayed("sample-show", "{\"speed\":\"max\"}");
        assertThat(events).hasSizeGreaterThan(1_000).allMatch(LiveEvent::simulated);
        assertThat(STAGE.owner().delete(RECORDINGS + "/sample-show").text("code"))
                .isEqualTo("built_in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "101", "1.5", "\"fast\"", "[]", "true"})
    void badSpeedsAreRefused(String speed) {
        var answer =
                STAGE.owner().post(RECORDINGS + "/sample-show/replay", "{\"speed\":" + speed + "}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("code")).isEqualTo("invalid_value");
    }

    @Test
    void onlySoManyReplaysRunAtATime() {
        var path = RECORDINGS + "/sample-show/replay";
        var first = STAGE.owner().post(path, "{}", "Idempotency-Key", "r");
        assertThat(STAGE.owner().post(path, "{}", "Idempotency-Key", "r").text("livestream_id"))
                .isEqualTo(first.text("livestream_id"));
        assertThat(STAGE.owner().post(path, "").status()).isEqualTo(201);

        assertThat(STAGE.owner().post(path, "{}").text("code")).isEqualTo("replay_limit");

        for (var replay : STAGE.owner().get(API + "/replays").body().path("items")) {
            var id = replay.path("livestream_id").asText();
            STAGE.owner().post(API + "/" + id + "/disconnect", "");
            Await.until(() -> LIBRARY.progress(id).text("status").equals("ended"));
        }
    }

    private static long lateEnds(String id) {
        return STAGE.owner().export(id).stream()
                .filter(event ->
                        event.payload() instanceof LiveEvent.GiftSent gift
                                && gift.streak() == LiveEvent.Streak.ENDED
                                && gift.count() == 4
                                && event.user().handle().equals("ada"))
                .count();
    }

    private static List<UUID> eventIds(List<LiveEvent> events) {
        return events.stream().map(LiveEvent::id).toList();
    }

    private static List<LiveEvent.Payload> payloads(List<LiveEvent> events) {
        return events.stream().map(LiveEvent::payload).toList();
    }

    private static List<String> msgIds(List<LiveEvent> events) {
        return events.stream().map(LiveEvent::msgId).toList();
    }

    private static List<Instant> times(List<LiveEvent> events) {
        return events.stream().map(LiveEvent::receivedAt).toList();
    }
}
