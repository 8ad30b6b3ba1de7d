package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import io.streamwire.liveroom.Frame;
import io.streamwire.liveroom.Room;
import io.streamwire.liveroom.Rubbish;
import io.streamwire.liveroom.ScriptedViewer;
import io.streamwire.service.Role;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How livestreams are doing, as event streams and as metrics. */
@Timeout(120)
class StatusTest {

    /** With pauses that are long enough to be told of. */
    private static final Stage STAGE =
            Stage.open(
                    "ingest.metrics-livestreams", "1",
                    "ingest.reconnect-first", "200ms",
                    "ingest.reconnect-most", "1s");

    private static final ScriptedViewer ADA = ScriptedViewer.of(7, "ada");

    private Room room = STAGE.liveRoom.room("doing");

    @BeforeEach
    void begin() {
        STAGE.begin();
        room = STAGE.liveRoom.restart("doing");
    }

    @AfterAll
    static void close() {
        STAGE.close();
    }

    @Test
    void whatHappensToALivestreamIsStreamed() {
        var id = STAGE.connect(room);

        try (var reader = STAGE.client(Role.VIEWER).events(path(id))) {
            await(reader, status -> status.path("status").asText().equals("live"));
            room.refuse(6, "DEVICE_BLOCKED", 415);
            room.reset();
            await(reader, status -> error(status).equals("connection_closed"));
            await(
                    reader,
                    status ->
                            error(status).equals("device_blocked")
                                    && status.path("status").asText().equals("connecting")
                                    && status.has("retry_at"));
            await(
                    reader,
                    status ->
                            status.path("status").asText().equals("live")
                                    && status.at("/counters/reconnects").asLong() == 1);
            room.send(new Frame().control(1));
            await(reader, status -> status.has("paused_at"));
            room.comment(ADA, "numbers come too");
            await(reader, status -> status.at("/counters/published").asLong() >= 2);
            room.end(3);
            await(reader, status -> status.path("status").asText().equals("ended"));

            assertThat(statuses(reader))
                    .allSatisfy(status -> {
                        assertThat(status.path("id").asText()).isEqualTo(id);
                        assertThat(status.path("signatures_left").asLong()).isPositive();
                    });
        }
    }

    @Test
    void aWorkspaceHearsOfLivestreamsThatComeAndGo() {
        try (var reader = STAGE.client(Role.VIEWER).events("/status/stream")) {
            var id = STAGE.connect(room);

            await(reader, status -> is(status, id, "live"));
            STAGE.owner().post("/disconnect", "{\"livestream_id\":\"" + id + "\"}");
            await(reader, status -> is(status, id, "ended"));
        }
    }

    @Test
    void anotherInstanceTellsTheSame() {
        try (var other = STAGE.another();
                var reader = STAGE.client(other, Role.VIEWER).events("/status/stream")) {
            var id = STAGE.connect(room);

            await(reader, status -> is(status, id, "live") && status.has("mode"));
            room.refuse(4, "DEVICE_BLOCKED", 415);
            room.reset();
            await(reader, status -> is(status, id, "connecting") && status.has("retry_at"));
            await(reader, status -> status.at("/counters/reconnects").asLong() == 1);
        }
    }

    @Test
    void aStrangerHearsNothing() {
        var id = STAGE.connect(room);

        assertThat(STAGE.stranger().get(path(id)).status()).isEqualTo(404);
    }

    @Test
    void prometheusGetsWhatIsCounted() {
        Await.until(() -> lines("last_frame_age_seconds{").isEmpty()); // nothing of other tests
        var id = STAGE.connect(room);
        room.comment(ADA, "one");
        room.send(
                new Frame()
                        .comment(ADA, "two")
                        .unknown("WebcastNew")
                        .corrupt("WebcastLikeMessage"));
        room.raw(Rubbish.noGzip());
        Await.until(() -> STAGE.damaged(id, "not_gzip") == 1);
        room.reset();
        Await.until(() -> STAGE.counter(id, "reconnects") == 1);
        Await.until(() -> metric("events_published_total") >= 3); // with a gap

        assertThat(metric("livestreams{state=\"live\"}")).isEqualTo(1);
        assertThat(metric("frames_total")).isGreaterThanOrEqualTo(4);
        assertThat(metric("decode_errors_total{kind=\"not_gzip\"}")).isEqualTo(1);
        assertThat(metric("decode_errors_total{kind=\"message\"}")).isEqualTo(1);
        assertThat(metric("decode_errors_total{kind=\"oversize\"}")).isZero();
        assertThat(metric("messages_unknown_total")).isEqualTo(1);
        assertThat(metric("reconnects_total")).isGreaterThanOrEqualTo(1);
        assertThat(metric("failures_total{code=\"connection_closed\"}")).isPositive();
        assertThat(metric("signatures_left")).isPositive();
        assertThat(metric(age(id))).isBetween(0.0, 60.0);

        STAGE.connect(STAGE.liveRoom.restart("doing_too"));
        assertThat(lines("last_frame_age_seconds{")).hasSize(1); // no more than may be
        double published = metric("events_published_total");
        STAGE.owner().post("/disconnect", "{\"livestream_id\":\"" + id + "\"}");

        Await.until(() -> lines(age(id)).isEmpty());
        assertThat(lines("last_frame_age_seconds{")).hasSize(1); // the other one's
        assertThat(metric("events_published_total")).isGreaterThanOrEqualTo(published);
        assertThat(metric("decode_errors_total{kind=\"not_gzip\"}")).isEqualTo(1);
    }

    private static String path(String id) {
        return "/api/v1/livestreams/" + id + "/status/stream";
    }

    private static void await(EventReader reader, Predicate<JsonNode> sought) {
        Await.until(() -> statuses(reader).stream().anyMatch(sought));
    }

    private static List<JsonNode> statuses(EventReader reader) {
        return reader.events().stream()
                .filter(sent -> sent.event().equals("status"))
                .map(sent -> Json.read(sent.data(), JsonNode.class))
                .toList();
    }

    private static boolean is(JsonNode status, String id, String state) {
        return status.path("id").asText().equals(id)
                && status.path("status").asText().equals(state);
    }

    private static String error(JsonNode status) {
        return status.at("/last_error/code").asText();
    }

    private static String age(String id) {
        return "last_frame_age_seconds{livestream=\"" + id + "\"}";
    }

    private static List<String> lines(String name) {
        return STAGE.owner()
                .text("/metrics")
                .lines()
                .filter(line -> line.startsWith("streamwire_ingest_" + name))
                .toList();
    }

    private static double metric(String name) {
        var lines = lines(name + " ");
        assertThat(lines).as(name).hasSize(1);
        var line = lines.getFirst();
        return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }
}
