package io.streamwire.ingest;

import static io.streamwire.ingest.Library.API;
import static io.streamwire.ingest.Library.RECORDINGS;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.LiveEvent;
import io.streamwire.liveroom.Room;
import io.streamwire.liveroom.ScriptedViewer;
import io.streamwire.liveroom.Show;
import io.streamwire.service.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Recordings of real sockets into a local room. */
@Timeout(120)
class RecordingTest {

    private static final Stage STAGE = Library.openStage();
    private static final Library LIBRARY = new Library(STAGE);
    private static final String LIVESTREAMS = "livestreams WHERE workspace_id = '";
    private static final String WAITING =
            "pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO recordings%'";
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
    void aRecordingOfARunningLivestreamIsStartedAndStoppedByHand() {
        var id = STAGE.connect(room);
        room.comment(ADA, "before");
        Await.until(() -> STAGE.owner().export(id).size() == 1);

        var begun = STAGE.client(Role.MODERATOR).post(API + "/" + id + "/recordings", "");
        var again = STAGE.owner().post(API + "/" + id + "/recordings", "");
        var sent = List.of(room.comment(ADA, "one"), room.comment(ADA, "two"));
        Await.until(() -> STAGE.owner().export(id).size() == 3);
        var stopped =
                STAGE.client(Role.MODERATOR)
                        .post(RECORDINGS + "/" + begun.text("id") + "/stop", "");
        var recording = LIBRARY.ended(begun.text("id")); // the answer may be earlier
        room.comment(ADA, "after");

        assertThat(begun.status()).isEqualTo(201);
        assertThat(begun.text("state")).isEqualTo("recording");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text("id")).isEqualTo(begun.text("id"));
        assertThat(stopped.status()).isEqualTo(200);
        var ended = STAGE.owner().get(RECORDINGS + "/" + recording.id());
        assertThat(ended.text("state")).isEqualTo("ended");
        assertThat(ended.text("end_reason")).isEqualTo("stopped");
        assertThat(ended.number("bytes")).isPositive();
        assertThat(STAGE.state(id)).isEqualTo("live");
        assertThat(LIBRARY.play(LIBRARY.download(recording), id))
                .allMatch(event -> event.counters() == null) // nobody can tell by it
                .extracting(LiveEvent::id)
                .containsExactlyElementsOf(Library.ids(sent));
    }

    @Test
    void aLivestreamIsNotSeenBeforeItsRecordingIsWanted() throws Exception {
        try (var locking = STAGE.database();
                var looking = STAGE.database();
                var lock = locking.createStatement();
                var statement = looking.createStatement()) {
            locking.setAutoCommit(false);
            lock.execute("LOCK TABLE recordings IN SHARE MODE");
            var connect = Thread.startVirtualThread(() -> LIBRARY.record(room));
            Await.until(() -> count(statement, WAITING) == 1);

            assertThat(count(statement, LIVESTREAMS + STAGE.workspaceId + "'")).isZero();

            locking.commit();
            connect.join();
            assertThat(count(statement, LIVESTREAMS + STAGE.workspaceId + "'")).isOne();
            assertThat(LIBRARY.recordings()).hasSize(2).endsWith(SampleShow.ID.toString());
        }
    }

    private static long count(Statement statement, String what) {
        try (var rows = statement.executeQuery("SELECT count(*) FROM " + what)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRecordingGoesOnAfterARestart() {
        var id = LIBRARY.record(room);
        room.comment(ADA, "one");
        Await.until(() -> STAGE.owner().export(id).size() == 1);

        STAGE.restart();
        Await.until(() -> room.connections() == 1 && room.connects() == 2);
        room.comment(ADA, "two");
        Await.until(() -> STAGE.owner().export(id).size() == 3); // with the gap

        LIBRARY.stop(LIBRARY.recordings().getFirst());
        var played =
                LIBRARY.play(LIBRARY.download(LIBRARY.ended(LIBRARY.recordings().getFirst())), id);
        assertThat(LIBRARY.published(id, 3)).isEqualTo(played);
    }

    @Test
    void whatIsTooLargeEndsTheRecordingAndNothingElse() {
        var id = LIBRARY.record(room);
        var before = STAGE.counter(id, "published");

        try (var show = room.play(Show.seeded(8).pace(4_000, 8))) {
            var path = RECORDINGS + "/" + LIBRARY.recordings().getFirst();
            Await.until(() -> STAGE.owner().get(path).text("state").equals("ended"));
            var then = STAGE.counter(id, "published");
            Await.until(() -> STAGE.counter(id, "published") > then + 1_000);
            assertThat(then).isGreaterThan(before);
            assertThat(show.messages()).isPositive();
        }

        var recording = LIBRARY.ended(LIBRARY.recordings().getFirst());
        assertThat(recording.reason()).isEqualTo("too_large");
        assertThat(LIBRARY.play(LIBRARY.download(recording), id)).hasSizeGreaterThan(1_000);
    }

    @Test
    void aFileIsBroughtAndTakenAsItIs() {
        var id = LIBRARY.record(room);
        room.comment(ADA, "keep me");
        Await.until(() -> STAGE.owner().export(id).size() == 1);
        LIBRARY.stop(LIBRARY.recordings().getFirst());
        var bytes = LIBRARY.download(LIBRARY.ended(LIBRARY.recordings().getFirst()));
        STAGE.begin(); // another workspace

        var uploaded = STAGE.owner().upload(RECORDINGS, bytes);

        assertThat(uploaded.status()).isEqualTo(201);
        assertThat(uploaded.text("origin")).isEqualTo("uploaded");
        assertThat(uploaded.text("username")).isEqualTo("maker");
        assertThat(uploaded.number("bytes")).isEqualTo(bytes.length);
        assertThat(STAGE.owner().bytes(RECORDINGS + "/" + uploaded.text("id") + "/download"))
                .isEqualTo(bytes);
        assertThat(LIBRARY.replayed(uploaded.text("id"), "{\"speed\":\"max\"}")).hasSize(1);
        assertThat(STAGE.owner().delete(uploaded.location()).status()).isEqualTo(204);
        assertThat(STAGE.owner().get(uploaded.location()).status()).isEqualTo(404);
        assertThat(LIBRARY.recordings()).hasSize(1);
    }

    private static byte[] sample() throws IOException {
        try (var in = SampleShow.bytes()) {
            return in.readAllBytes();
        }
    }

    @Test
    void whatIsUploadedAgainOutlivesTheLateWordOfItsDeletion() throws IOException {
        var sample = sample();
        var first = STAGE.owner().upload(RECORDINGS, sample, "Idempotency-Key", "the show");
        assertThat(STAGE.owner().delete(first.location()).status()).isEqualTo(204);
        var again = STAGE.owner().upload(RECORDINGS, sample, "Idempotency-Key", "the show");
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.text("id")).isEqualTo(first.text("id"));
        var nobodys = UUID.randomUUID().toString();
        Files.write(STAGE.recording(nobodys), sample);

        STAGE.bus.announce(Recordings.DELETED, again.text("id"));
        STAGE.bus.announce(Recordings.DELETED, nobodys);

        Await.until(() -> !Files.exists(STAGE.recording(nobodys)));
        assertThat(STAGE.owner().bytes(again.location() + "/download")).isEqualTo(sample);
    }

    @Test
    void badFilesAreRefusedWithTheirPosition() throws IOException {
        var sample = sample();
        var damaged = sample.clone();
        damaged[sample.length / 2] ^= 1;

        var corrupt = STAGE.owner().upload(RECORDINGS, damaged);
        var cut = STAGE.owner().upload(RECORDINGS, Arrays.copyOf(sample, sample.length - 9));
        var other = STAGE.owner().upload(RECORDINGS, "hello".getBytes(StandardCharsets.UTF_8));

        assertThat(corrupt.status()).isEqualTo(422);
        assertThat(corrupt.text("code")).isEqualTo("recording_corrupt");
        assertThat(corrupt.text("detail")).matches("At byte \\d{3,}: .*");
        assertThat(cut.text("code")).isEqualTo("recording_truncated");
        assertThat(other.text("code")).isEqualTo("not_a_recording");
        assertThat(LIBRARY.recordings()).hasSize(1);
        assertThat(STAGE.files()).noneMatch(name -> name.endsWith(".part"));
    }

    @Test
    void aWorkspaceHasOnlySoManyRecordings() throws IOException {
        var sample = sample();
        var first = STAGE.owner().upload(RECORDINGS, sample, "Idempotency-Key", "k");
        for (int i = 1; i < 6; i++) {
            assertThat(STAGE.owner().upload(RECORDINGS, sample).status()).isEqualTo(201);
        }

        assertThat(STAGE.owner().upload(RECORDINGS, sample).text("code"))
                .isEqualTo("recording_limit");
        assertThat(LIBRARY.connect(true).text("code")).isEqualTo("recording_limit");
        var again = STAGE.owner().upload(RECORDINGS, sample, "Idempotency-Key", "k");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text("id")).isEqualTo(first.text("id"));
        assertThat(LIBRARY.recordings()).hasSize(7);
        assertThat(LIBRARY.pages()).isEqualTo(LIBRARY.recordings());
    }

    @Test
    void anotherWorkspacesRecordingDoesNotExist() {
        var id = LIBRARY.record(room);
        var path = RECORDINGS + "/" + LIBRARY.recordings().getFirst();
        var stranger = STAGE.stranger();

        for (var answer :
                List.of(
                        stranger.get(path),
                        stranger.get(path + "/download"),
                        stranger.delete(path),
                        stranger.post(path + "/stop", ""),
                        stranger.post(path + "/replay", "{}"),
                        stranger.post(API + "/" + id + "/recordings", ""))) {
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text("code")).isEqualTo("not_found");
        }
        assertThat(stranger.get(RECORDINGS).body().path("items")).hasSize(1); // the sample
        assertThat(STAGE.owner().get(path).text("state")).isEqualTo("recording");
    }

    @Test
    void rawFramesAreForAdminsOnly() {
        var id = LIBRARY.record(room);
        var path = RECORDINGS + "/" + LIBRARY.recordings().getFirst();
        var viewer = STAGE.client(Role.VIEWER);
        var moderator = STAGE.client(Role.MODERATOR);

        assertThat(viewer.get(path).status()).isEqualTo(200);
        assertThat(viewer.post(API + "/" + id + "/recordings", "").status()).isEqualTo(403);
        assertThat(viewer.post(path + "/stop", "").status()).isEqualTo(403);
        assertThat(viewer.post(path + "/replay", "{}").status()).isEqualTo(403);
        assertThat(moderator.get(path + "/download").status()).isEqualTo(403);
        assertThat(moderator.delete(path).status()).isEqualTo(403);
        assertThat(moderator.upload(RECORDINGS, new byte[10]).status()).isEqualTo(403);
        assertThat(STAGE.client(Role.ADMIN).delete(path).text("code")).isEqualTo("recording_runs");
        assertThat(STAGE.client(Role.ADMIN).get(path + "/download").text("code"))
                .isEqualTo("recording_runs");
    }
}
