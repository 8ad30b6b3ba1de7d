package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.RoomCounters;
import io.streamwire.liveroom.Frame;
import io.streamwire.liveroom.Gift;
import io.streamwire.liveroom.Room;
import io.streamwire.liveroom.ScriptedViewer;
import io.streamwire.liveroom.Sent;
import io.streamwire.liveroom.Show;
import io.streamwire.service.OpenApi;
import io.streamwire.service.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class IngestTest {

    private static final ScriptedViewer ADA =
            new ScriptedViewer(
                    7_100_000_000_000_000_001L,
                    "ada",
                    "Ada",
                    Set.of(ScriptedViewer.Role.MODERATOR, ScriptedViewer.Role.FOLLOWER));

    private static final Stage STAGE = Stage.open();

    private Room room = STAGE.liveRoom.room("maker");

    @BeforeEach
    void begin() {
        STAGE.begin();
        room = STAGE.liveRoom.restart("maker");
    }

    @AfterAll
    static void close() {
        STAGE.close();
    }

    @Test
    void theDocumentDescribesEveryRouteAndNoOther() {
        assertThat(OpenApi.of(Ingest.class).differences(STAGE.ingest.routes())).isEmpty();
    }

    @Test
    void connectingAnswersTheLivestream() {
        var answer = STAGE.owner().connect("https://www.tiktok.com/@Maker/live");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.location()).isEqualTo("/api/v1/livestreams/" + answer.text("id"));
        assertThat(answer.text("workspace_id")).isEqualTo(STAGE.workspaceId.toString());
        assertThat(answer.text("username")).isEqualTo("maker");
        assertThat(answer.text("room_id")).isEqualTo(room.roomId());
        assertThat(answer.text("status")).isEqualTo("connecting");
        Await.until(() -> STAGE.state(answer.text("id")).equals("live"));
        var live = STAGE.owner().get(answer.location());
        assertThat(live.text("connected_at")).endsWith("Z");
        assertThat(live.etag()).isNotEqualTo(answer.etag());
        assertThat(STAGE.status(answer.text("id")).text("mode")).isEqualTo("direct");
    }

    @Test
    void connectingTwiceAnswersTheSameLivestream() {
        var id = STAGE.connect(room);

        var again = STAGE.owner().connect("@maker");

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text("id")).isEqualTo(id);
        assertThat(room.connects()).isEqualTo(1);
    }

    @Test
    void anIdempotencyKeyMakesOneLivestream() {
        var body = "{\"username\":\"maker\"}";
        var first = STAGE.owner().post("/connect", body, "Idempotency-Key", "k");
        STAGE.owner().post("/disconnect", "{\"livestream_id\":\"" + first.text("id") + "\"}");

        var again = STAGE.owner().post("/connect", body, "Idempotency-Key", "k");

        assertThat(first.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text("id")).isEqualTo(first.text("id"));
        assertThat(again.text("status")).isEqualTo("ended");
    }

    @Test
    void everyMessageBecomesOneStoredEvent() {
        var id = STAGE.connect(room);

        var sent = new ArrayList<Sent>();
        sent.addAll(
                room.send(
                        new Frame()
                                .comment(ADA, "spin! \ud83d\ude80")
                                .like(ADA, 7)
                                .join(ADA)
                                .follow(ADA)
                                .share(ADA)
                                .subscription(ADA, 2)
                                .viewers(12, 345)
                                .question(ADA, "how fast?")
                                .emote(ADA, "71")
                                .envelope(ADA, "box", 100, 10)
                                .control(1)
                                .gift(ADA, Gift.GALAXY)));
        sent.addAll(room.gift(ADA, Gift.ROSE, 3));

        var events = STAGE.stored(id, sent);
        assertThat(events).extracting(LiveEvent::type).containsOnlyOnce("tiktok.comment");
        assertThat(payloads(events, CommentPosted.class))
                .containsExactly(new CommentPosted("spin! \ud83d\ude80"));
        assertThat(payloads(events, Liked.class)).containsExactly(new Liked(7, 7, 7, null, null));
        assertThat(payloads(events, GiftSent.class))
                .containsExactlyInAnyOrder(
                        new GiftSent(11046, "Galaxy", 1000, 1, 1, Streak.SINGLE),
                        new GiftSent(5655, "Rose", 1, 1, 1, Streak.STARTED),
                        new GiftSent(5655, "Rose", 1, 2, 1, Streak.RUNNING),
                        new GiftSent(5655, "Rose", 1, 3, 1, Streak.RUNNING),
                        new GiftSent(5655, "Rose", 1, 3, 0, Streak.ENDED));
        assertThat(events)
                .extracting(LiveEvent::payload)
                .contains(
                        new LiveEvent.Subscribed(2),
                        new LiveEvent.ViewersCounted(12, 345, null),
                        new LiveEvent.QuestionAsked("how fast?"),
                        new LiveEvent.EmoteSent(List.of("71")),
                        new LiveEvent.EnvelopeSent("box", 100, 10),
                        new LiveEvent.RoomChanged(LiveEvent.RoomState.PAUSED));
        assertThat(events)
                .filteredOn(event -> !event.user().handle().isEmpty())
                .hasSize(sent.size() - 3)
                .allSatisfy(event -> {
                    assertThat(event.user().id()).isEqualTo("7100000000000000001");
                    assertThat(event.user().handle()).isEqualTo("ada");
                    assertThat(event.user().teamLevel()).isEqualTo(3);
                    assertThat(event.livestreamId()).hasToString(id);
                    assertThat(event.historical()).isFalse();
                });
        assertThat(events)
                .filteredOn(event -> event.payload() instanceof CommentPosted)
                .allSatisfy(event -> assertThat(event.user().roles()).contains("follower"));
    }

    @Test
    void aShowArrivesCompleteAndIsAcknowledged() throws Exception {
        var id = STAGE.connect(room);

        try (var show = room.play(Show.seeded(3).pace(2_000, 4).lasting(Duration.ofSeconds(1)))) {
            assertThat(show.await(Duration.ofSeconds(20))).isTrue();
        }

        var sent = room.sent();
        assertThat(sent).hasSizeGreaterThanOrEqualTo(2_000);
        STAGE.stored(id, sent);
        Await.until(() -> sent.stream().allMatch(room::acknowledged));
        assertThat(STAGE.counter(id, "published")).isEqualTo(sent.size());
        assertThat(STAGE.counter(id, "duplicates")).isZero();
        assertThat(STAGE.counter(id, "corrupt")).isZero();
        assertThat(room.wrongFrames()).isZero();
        assertThat(room.entries()).isEqualTo(1);
        assertThat(room.heartbeats()).isPositive();
    }

    @Test
    void eventsAreStreamedAsTheyHappenAndFromWhereAReaderStopped() {
        var id = STAGE.connect(room);
        var path = "/api/v1/livestreams/" + id + "/events";

        List<EventReader.Sent> seen;
        try (var reader = STAGE.client(Role.VIEWER).events(path)) {
            var comment = room.comment(ADA, "one");
            room.like(ADA, 2);
            Await.until(() -> reader.events().size() == 2);
            seen = reader.events();
            assertThat(seen)
                    .extracting(EventReader.Sent::event)
                    .containsExactly("tiktok.comment", "tiktok.like");
            assertThat(Json.read(seen.getFirst().data(), LiveEvent.class).id())
                    .isEqualTo(Ids.event(comment.roomId(), comment.msgId()));
        }
        room.comment(ADA, "two");
        room.join(ADA);

        var last = seen.getLast().id();
        try (var reader =
                STAGE.owner().events(path + "?types=comment,join", "Last-Event-ID", last)) {
            Await.until(() -> reader.events().size() == 2);
            assertThat(reader.events())
                    .extracting(EventReader.Sent::event)
                    .containsExactly("tiktok.comment", "tiktok.join");
        }
        try (var reader =
                STAGE.owner().events("/events?types=tiktok.comment", "Last-Event-ID", last)) {
            Await.until(() -> reader.events().size() == 1);
        }
    }

    @Test
    void aReaderHearsNothingOfOtherWorkspaces() {
        var id = STAGE.connect(room);

        assertThat(STAGE.stranger().get("/api/v1/livestreams/" + id + "/events").status())
                .isEqualTo(404);
        try (var stranger = STAGE.stranger().events("/events");
                var owner = STAGE.owner().events("/events")) {
            room.comment(ADA, "private");
            Await.until(() -> owner.events().size() == 1);
            assertThat(stranger.events()).isEmpty();
        }
    }

    @Test
    void anotherWorkspacesLivestreamDoesNotExist() {
        var id = STAGE.connect(room);
        var path = "/api/v1/livestreams/" + id;
        var stranger = STAGE.stranger();

        for (var answer :
                List.of(
                        stranger.get(path),
                        stranger.get(path + "/status"),
                        stranger.get(path + "/events/export"),
                        stranger.post(path + "/disconnect", ""))) {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text("code")).isEqualTo("not_found");
        }
        assertThat(stranger.get("/api/v1/livestreams").body().path("items")).isEmpty();
        assertThat(STAGE.state(id)).isNotEqualTo("ended");
    }

    @Test
    void twoWorkspacesFollowTheSameRoom() {
        STAGE.connect(room);
        var other = STAGE.stranger();

        assertThat(other.connect("maker").status()).isEqualTo(201);

        Await.until(() -> room.connections() == 2);
    }

    @Test
    void anUnknownUserIsNotFound() {
        var answer = STAGE.owner().connect("nobody.here");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text("code")).isEqualTo("user_not_found");
        assertThat(answer.text("trace_id")).isNotEmpty();
    }

    @Test
    void aRoomIsFollowedByItsId() {
        var path = "/api/v1/livestreams/connect";
        var body = "{\"room_id\":\"" + room.roomId() + "\"}";

        var answer = STAGE.owner().post(path, body);

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.text("username")).isEqualTo("maker");
        assertThat(STAGE.owner().post(path, body).status()).isEqualTo(200);
        assertThat(STAGE.owner().connect("maker").text("id")).isEqualTo(answer.text("id"));
    }

    @Test
    void anUnknownRoomIsNotFound() {
        var answer = STAGE.owner().post("/connect", "{\"room_id\":\"7999999999999999999\"}");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text("code")).isEqualTo("room_not_found");
    }

    @Test
    void anOfflineUserIsAConflict() {
        room.status(Room.Status.OFFLINE);

        var answer = STAGE.owner().connect("maker");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("code")).isEqualTo("user_offline");
    }

    @Test
    void aCaptchaIsABadGateway() {
        STAGE.liveRoom.captcha(true);

        var answer = STAGE.owner().connect("maker");

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text("code")).isEqualTo("captcha_or_blocked");
    }

    @Test
    void anAgeRestrictedLiveIsAConflict() {
        room.ageRestricted(true);

        assertThat(STAGE.owner().connect("maker").text("code")).isEqualTo("age_restricted");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"username\":             | 400 | malformed_json",
                "{\"username\":5}           | 400 | malformed_json",
                "{\"username\":\"a b\"}     | 422 | bad_username",
                "{\"username\":\"maker\",\"x\":1} | 400 | malformed_json",
                "[]                         | 400 | malformed_json",
                "{}                         | 422 | username_or_room_id",
                "{\"username\":\"maker\",\"room_id\":\"7\"} | 422 | username_or_room_id",
                "{\"room_id\":\"0\"}        | 422 | bad_room_id",
                "{\"room_id\":\"9999999999999999999\"} | 422 | bad_room_id",
            })
    void badBodiesAreRefused(String body, int status, String code) {
        var answer = STAGE.owner().post("/api/v1/livestreams/connect", body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text("code")).isEqualTo(code);
        assertThat(STAGE.owner().get("/api/v1/livestreams").body().path("items")).isEmpty();
    }

    @Test
    void aHugeBodyIsRefused() {
        // Small enough to be on its way as a whole before the answer comes.
        var body = "{\"username\":\"" + "x".repeat(65_536) + "\"}";

        assertThat(STAGE.owner().post("/connect", body).status()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "eyJhbGciOiJub25lIn0.e30."})
    void aWrongTokenIsRefused(String token) {
        var nobody = new Client(STAGE.ingest.port(), STAGE.workspaceId, token);

        assertThat(nobody.connect("maker").status()).isEqualTo(401);
        assertThat(nobody.get("/api/v1/livestreams").status()).isEqualTo(401);
    }

    @Test
    void viewersOfAWorkspaceOnlyLook() {
        var viewer = STAGE.client(Role.VIEWER);

        assertThat(viewer.connect("maker").status()).isEqualTo(403);
        assertThat(viewer.get("/api/v1/livestreams").status()).isEqualTo(200);
        assertThat(STAGE.client(Role.MODERATOR).connect("maker").status()).isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource({
        "/events?types=nonsense, 400, bad_types",
        "/events/export?format=xml, 400, bad_format",
    })
    void badQueriesAreRefused(String path, int status, String code) {
        var id = STAGE.connect(room);

        var answer = STAGE.owner().get("/api/v1/livestreams/" + id + path);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text("code")).isEqualTo(code);
    }

    @Test
    void eventsAreExportedAsATable() {
        var id = STAGE.connect(room);
        var sent = List.of(room.comment(ADA, "=1+1"), room.comment(ADA, "say \"hi\", all"));
        STAGE.stored(id, sent);

        var table = STAGE.owner().text("/api/v1/livestreams/" + id + "/events/export?format=csv");

        var lines = table.split("\r\n", -1);
        assertThat(lines).hasSize(4);
        assertThat(lines[0]).startsWith("id,type,livestream_id,ts,").endsWith(",payload");
        assertThat(List.of(lines[1], lines[2])) // both may be of one millisecond
                .allMatch(line -> line.contains("tiktok.comment,"))
                .allMatch(line -> line.contains(",7100000000000000001,ada,"))
                .anyMatch(line -> line.endsWith(",\"{\"\"text\"\":\"\"=1+1\"\"}\""));
        assertThat(lines[3]).isEmpty();
    }

    @Test
    void aViewerIsForgottenOnRequest() {
        var id = STAGE.connect(room);
        var bo = ScriptedViewer.of(72, "bo");
        var kept = room.comment(bo, "mine stays");
        STAGE.stored(id, List.of(room.comment(ADA, "forget me"), kept));
        var path = "/api/v1/livestreams/viewers/" + ADA.id();

        assertThat(STAGE.client(Role.MODERATOR).delete(path).status()).isEqualTo(403);
        assertThat(STAGE.stranger().delete(path).status()).isEqualTo(204);
        assertThat(STAGE.owner().export(id)).hasSize(2);
        assertThat(STAGE.owner().delete(path).status()).isEqualTo(204);

        STAGE.stored(id, List.of(kept));
        assertThat(STAGE.owner().delete("/api/v1/livestreams/viewers/ada").text("code"))
                .isEqualTo("bad_viewer");
    }

    @Test
    void whatAForgottenViewerGaveIsNotRememberedEither() {
        var id = STAGE.connect(room);
        var given = room.gift(ADA, Gift.GALAXY, 1);
        var before = STAGE.stored(id, given).getLast();
        assertThat(counters(before).viewerDiamonds()).isEqualTo(Gift.GALAXY.diamonds());

        var path = "/api/v1/livestreams/viewers/" + ADA.id();
        assertThat(STAGE.owner().delete(path).status()).isEqualTo(204);

        Await.until(() -> {
            var sent = List.of(room.comment(ADA, "again"));
            Await.until(() -> STAGE.types(id).containsKey(Library.ids(sent).getFirst()));
            var last =
                    STAGE.owner().export(id).stream()
                            .filter(event -> Library.ids(sent).contains(event.id()))
                            .findFirst()
                            .orElseThrow();
            return counters(last).viewerDiamonds() == 0
                    && counters(last).diamonds() == Gift.GALAXY.diamonds();
        });
        STAGE.restart();
        Await.until(() -> room.connects() == 2 && room.connections() == 1);
        var after = List.of(room.comment(ADA, "after"));
        Await.until(() -> STAGE.types(id).containsKey(Library.ids(after).getFirst()));
        assertThat(STAGE.owner().export(id))
                .filteredOn(event -> Library.ids(after).contains(event.id()))
                .allMatch(event -> counters(event).viewerDiamonds() == 0);
    }

    private static RoomCounters counters(LiveEvent event) {
        return Objects.requireNonNull(event.counters());
    }

    @Test
    void listsArePagedTheNewestFirst() {
        for (int i = 0; i < 5; i++) {
            STAGE.liveRoom.room("maker" + i);
            assertThat(STAGE.owner().connect("maker" + i).status()).isEqualTo(201);
        }

        var names = new ArrayList<String>();
        var path = "/api/v1/livestreams?limit=2";
        var next = path;
        while (!next.isEmpty()) {
            var page = STAGE.owner().get(next).body();
            page.path("items")
                    .forEach((JsonNode item) -> names.add(item.path("username").asText()));
            next =
                    page.hasNonNull("next_cursor")
                            ? path + "&cursor=" + page.get("next_cursor").asText()
                            : "";
        }

        assertThat(names).containsExactly("maker4", "maker3", "maker2", "maker1", "maker0");
    }

    @Test
    void disconnectingEndsTheLivestreamAtOnce() {
        var id = STAGE.connect(room);

        var answer = STAGE.owner().post("/api/v1/livestreams/" + id + "/disconnect", "");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("status")).isEqualTo("ended");
        assertThat(answer.text("end_reason")).isEqualTo("disconnected");
        Await.until(() -> room.connections() == 0);
        var again = STAGE.owner().post("/api/v1/livestreams/" + id + "/disconnect", "");
        assertThat(again.status()).isEqualTo(200);
        assertThat(STAGE.owner().connect("maker").status()).isEqualTo(201);
        assertThat(STAGE.owner().get("/status").body().path("items")).hasSize(1);
    }

    private static <T> List<T> payloads(List<LiveEvent> events, Class<T> type) {
        return events.stream()
                .map(LiveEvent::payload)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }
}
