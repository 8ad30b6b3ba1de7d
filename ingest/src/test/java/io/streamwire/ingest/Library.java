package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.ingest.recording.RecordingLimits;
import io.streamwire.ingest.recording.RecordingReader;
import io.streamwire.liveroom.Room;
import io.streamwire.liveroom.Sent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The recordings and replays of a stage's workspace, as its owner sees them. */
final class Library {

    static final String API = "/api/v1/livestreams";
    static final String RECORDINGS = API + "/recordings";
    private static final RecordingLimits LIMITS =
            RecordingLimits.of(1 << 20, 4 << 20, Duration.ofHours(12));

    private final Stage stage;

    Library(Stage stage) {
        this.stage = stage;
    }

    static Stage openStage() {
        return Stage.open(
                "ingest.streak-timeout", "600ms",
                "ingest.recordings.max-bytes", "256KiB",
                "ingest.recordings.max-upload", "512KiB",
                "ingest.recordings.min-free", "1MiB",
                "ingest.recordings.count", "6",
                "ingest.recordings.replays", "2");
    }

    /** Connects with the flag; answers the livestream's id. */
    String record(Room in) {
        var answer = connect(true);
        assertThat(answer.status()).isEqualTo(201);
        var id = answer.text("id");
        Await.until(() -> in.connections() == 1 && !stage.status(id).text("mode").isEmpty());
        return id;
    }

    Client.Answer connect(boolean record) {
        return stage.owner()
                .post(API + "/connect", "{\"username\":\"maker\",\"record\":" + record + "}");
    }

    /** Ids, the newest first. */
    List<String> recordings() {
        var ids = new ArrayList<String>();
        stage.owner()
                .get(RECORDINGS)
                .body()
                .path("items")
                .forEach(it -> ids.add(it.path("id").asText()));
        return ids;
    }

    /** The same, two at a time. */
    List<String> pages() {
        var ids = new ArrayList<String>();
        var path = RECORDINGS + "?limit=2";
        for (var next = path; !next.isEmpty(); ) {
            var page = stage.owner().get(next).body();
            page.path("items").forEach(it -> ids.add(it.path("id").asText()));
            var cursor = page.path("next_cursor").asText("");
            next = cursor.isEmpty() || cursor.equals("null") ? "" : path + "&cursor=" + cursor;
        }
        return ids;
    }

    void stop(String id) {
        assertThat(stage.owner().post(RECORDINGS + "/" + id + "/stop", "").status()).isEqualTo(200);
    }

    record Ended(String id, String reason, long frames, long sockets) {}

    Ended ended(String id) {
        var path = RECORDINGS + "/" + id;
        Await.until(() -> stage.owner().get(path).text("state").equals("ended"));
        var answer = stage.owner().get(path);
        return new Ended(
                id, answer.text("end_reason"), answer.number("frames"), answer.number("sockets"));
    }

    byte[] download(Ended recording) {
        return stage.owner().bytes(RECORDINGS + "/" + recording.id() + "/download");
    }

    /** As fast as possible, without a bus. */
    List<LiveEvent> play(byte[] recording, String livestreamId) {
        var events = new ArrayList<LiveEvent>();
        try (var reader = RecordingReader.of(new ByteArrayInputStream(recording), LIMITS)) {
            Rehearsal.play(
                    reader,
                    stage.workspaceId,
                    UUID.fromString(livestreamId),
                    4 << 20,
                    event -> events.add(Json.read(Json.write(event), LiveEvent.class)));
            assertThat(reader.whole()).isTrue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return events;
    }

    /** The events of a replay that has ended, in order. */
    List<LiveEvent> replayed(String recording, String body) {
        var begun = stage.owner().post(RECORDINGS + "/" + recording + "/replay", body);
        assertThat(begun.status()).isEqualTo(201);
        var id = begun.text("livestream_id");
        Await.until(() -> progress(id).text("status").equals("ended"));
        assertThat(progress(id).text("end_reason")).isEqualTo("replay_ended");
        long events = progress(id).number("events");
        return published(id, (int) events);
    }

    /** What is on the bus of a livestream, in order. */
    List<LiveEvent> published(String id, int events) {
        var path = API + "/" + id + "/events";
        try (var reader = stage.owner().events(path, "Last-Event-ID", "0-0")) {
            Await.until(() -> ofTikTok(reader).size() >= events);
            return ofTikTok(reader).stream()
                    .map(event -> Json.read(event.data(), LiveEvent.class))
                    .toList();
        }
    }

    /** Without a word about what was trimmed before. */
    List<EventReader.Sent> ofTikTok(EventReader reader) {
        return reader.events().stream()
                .filter(event -> event.event().startsWith("tiktok."))
                .toList();
    }

    Client.Answer progress(String id) {
        return stage.owner().get(API + "/" + id + "/replay");
    }

    static List<UUID> ids(List<Sent> sent) {
        return sent.stream()
                .filter(message -> !message.type().equals("other"))
                .map(message -> Ids.event(message.roomId(), message.msgId()))
                .distinct()
                .toList();
    }
}
