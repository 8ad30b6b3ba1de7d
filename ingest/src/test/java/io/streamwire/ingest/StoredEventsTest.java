package io.streamwire.ingest;

import static io.streamwire.ingest.Library.API;
import static io.streamwire.ingest.Library.RECORDINGS;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.liveroom.Room;
import io.streamwire.liveroom.ScriptedViewer;
import io.streamwire.service.Role;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events that are asked for after they happened. */
@Timeout(120)
class StoredEventsTest {

    private static final Stage STAGE = Library.openStage();
    private static final Library LIBRARY = new Library(STAGE);
    private static final String STORED = API + "/events/stored";
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

    /**
     * Comments of a connected room, and the same number of simulated events that belong to none.
     */
    private static String happened(Room room, int count) {
        var livestream = STAGE.connect(room);
        for (int i = 0; i < count; i++) {
            room.comment(ADA, "comment " + i);
            var simulated =
                    STAGE.owner()
                            .post("/simulate", "{\"type\":\"comment\",\"text\":\"so " + i + "\"}");
            assertThat(simulated.status()).isEqualTo(201);
        }
        Await.until(() -> all(STORED).size() == 2 * count);
        return livestream;
    }

    private static List<LiveEvent> all(String path) {
        var events = new ArrayList<LiveEvent>();
        for (var next = path; !next.isEmpty(); ) {
            var answer = STAGE.client(Role.MODERATOR).get(next);
            assertThat(answer.status()).isEqualTo(200);
            answer.body()
                    .path("items")
                    .forEach(it -> events.add(Json.read(it.toString(), LiveEvent.class)));
            var cursor = answer.body().path("next_cursor").asText("");
            var join = path.contains("?") ? "&cursor=" : "?cursor=";
            next = cursor.isEmpty() ? "" : path + join + cursor;
        }
        return events;
    }

    @Test
    void storedEventsAreListedByTimePageByPage() {
        var livestream = happened(room, 4);

        var events = all(STORED + "?limit=3");

        assertThat(events).hasSize(8).doesNotHaveDuplicates();
        assertThat(events).isSortedAccordingTo(Comparator.comparing(LiveEvent::ts));
        assertThat(all(STORED + "?limit=3&order=newest")).isEqualTo(events.reversed());
        assertThat(all(STORED + "?limit=2&livestream_id=" + livestream))
                .isEqualTo(STAGE.owner().export(livestream))
                .hasSize(4);
        var from = events.get(2).ts();
        var to = events.get(6).ts();
        assertThat(all(STORED + "?from=" + encoded(from) + "&to=" + encoded(to)))
                .isEqualTo(
                        events.stream()
                                .filter(event -> !event.ts().isBefore(from))
                                .filter(event -> event.ts().isBefore(to))
                                .toList())
                .isNotEmpty();
    }

    private static String encoded(Instant time) {
        return URLEncoder.encode(time.toString(), StandardCharsets.UTF_8);
    }

    @Test
    void oneEventIsReadByItsId() {
        var livestream = happened(room, 1);
        var event = STAGE.owner().export(livestream).getFirst();

        var answer = STAGE.client(Role.VIEWER).get(API + "/events/" + event.id());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(Json.read(answer.body().toString(), LiveEvent.class)).isEqualTo(event);
    }

    @Test
    void whatIsNotStoredOrOfAnotherWorkspaceIsNotThere() {
        var livestream = happened(room, 1);
        var event = STAGE.owner().export(livestream).getFirst();

        for (var answer :
                List.of(
                        STAGE.owner().get(API + "/events/" + Ids.next()),
                        STAGE.stranger().get(API + "/events/" + event.id()))) {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text("code")).isEqualTo("event_not_stored");
        }
        assertThat(STAGE.stranger().get(STORED).body().path("items")).isEmpty();
    }

    @Test
    void listsAreForThoseWhoRunTheShow() {
        var viewer = STAGE.client(Role.VIEWER);

        assertThat(viewer.get(STORED).status()).isEqualTo(403);
        assertThat(viewer.get(RECORDINGS + "/sample-show/events").status()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "from=yesterday, bad_time",
        "to=-1000-01-01T00%3A00%3A00Z, bad_time",
        "order=random, bad_order",
        "livestream_id=7, bad_livestream_id",
        "limit=201, bad_limit",
        "cursor=AAAA, bad_cursor",
        "cursor=MV8y, bad_cursor",
    })
    void badQuestionsAreRefused(String query, String code) {
        var answer = STAGE.owner().get(STORED + "?" + query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo(code);
    }

    @Test
    void theEventsOfARecordingAreThoseOfTheLiveAndAlwaysTheSame() {
        var id = LIBRARY.record(room);
        var sent = List.of(room.comment(ADA, "one"), room.comment(ADA, "two"));
        Await.until(() -> STAGE.owner().export(id).size() == 2);
        var path = RECORDINGS + "/" + LIBRARY.recordings().getFirst();
        assertThat(STAGE.owner().get(path + "/events").text("code")).isEqualTo("recording_runs");
        LIBRARY.stop(LIBRARY.recordings().getFirst());
        Await.until(() -> STAGE.owner().get(path).text("state").equals("ended"));

        var events = recorded(path);

        assertThat(events).extracting(LiveEvent::id).containsExactlyElementsOf(Library.ids(sent));
        assertThat(events)
                .extracting(LiveEvent::livestreamId)
                .allMatch(it -> it.toString().equals(id));
        assertThat(events)
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("user.avatar")
                // Which has no pictures, and those of one ms in any order.
                .containsExactlyInAnyOrderElementsOf(STAGE.owner().export(id));
        assertThat(STAGE.stranger().get(path + "/events").text("code")).isEqualTo("not_found");
    }

    @Test
    void theSampleShowIsTheSameEachTime() {
        var first = recorded(RECORDINGS + "/sample-show");

        assertThat(first).hasSizeGreaterThan(1_000);
        assertThat(first).extracting(LiveEvent::workspaceId).containsOnly(STAGE.workspaceId);
        assertThat(recorded(RECORDINGS + "/" + SampleShow.ID)).isEqualTo(first);
    }

    private static List<LiveEvent> recorded(String recording) {
        return STAGE.client(Role.MODERATOR)
                .text(recording + "/events")
                .lines()
                .map(line -> Json.read(line, LiveEvent.class))
                .toList();
    }
}
