package io.streamwire.ingest;

import io.helidon.dbclient.DbRow;
import io.streamwire.ingest.recording.RecordingHeader;
import io.streamwire.ingest.recording.RecordingSummary;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Recordings in PostgreSQL; their files are elsewhere. */
final class RecordingStore {

    private final Database database;

    RecordingStore(Database database) {
        this.database = database;
    }

    /**
     * A recording that is under way.
     *
     * @param over whether its livestream has ended, and why
     */
    record Running(Recording recording, Optional<String> over) {}

    /** How much a workspace has. */
    record Usage(long count, long bytes) {}

    /** The new recording; empty when one of this livestream is under way, or the id is taken. */
    Optional<Recording> create(UUID id, Livestream livestream) {
        return database.client()
                .execute()
                .createNamedQuery("create-recording")
                .addParam("id", id.toString())
                .addParam("workspace", livestream.workspaceId().toString())
                .addParam("livestream", livestream.id().toString())
                .addParam("username", livestream.username())
                .addParam("room", livestream.roomId())
                .execute()
                .map(RecordingStore::recording)
                .findFirst();
    }

    /** One that somebody brought; empty when the id is taken. */
    Optional<Recording> upload(
            UUID id,
            UUID workspaceId,
            RecordingHeader header,
            RecordingSummary summary,
            String instance) {
        return database.client()
                .execute()
                .createNamedQuery("upload-recording")
                .addParam("id", id.toString())
                .addParam("workspace", workspaceId.toString())
                .addParam("username", header.username())
                .addParam("room", header.roomId())
                .addParam("started", Columns.parameter(header.startedAt()))
                .addParam("bytes", summary.bytes())
                .addParam("frames", summary.frames())
                .addParam("sockets", summary.sockets())
                .addParam("duration", summary.length().toMillis())
                .addParam("instance", instance)
                .execute()
                .map(RecordingStore::recording)
                .findFirst();
    }

    Optional<Recording> find(UUID workspaceId, UUID id) {
        return database.client()
                .execute()
                .createNamedQuery("find-recording")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(RecordingStore::recording)
                .findFirst();
    }

    /** The one of a livestream that has not ended. */
    Optional<Recording> running(UUID workspaceId, UUID livestreamId) {
        return database.client()
                .execute()
                .createNamedQuery("running-recording")
                .addParam("workspace", workspaceId.toString())
                .addParam("livestream", livestreamId.toString())
                .execute()
                .map(RecordingStore::recording)
                .findFirst();
    }

    /**
     * The newest first.
     *
     * @param livestreamId only of this one; null = of all
     */
    List<Recording> list(UUID workspaceId, @Nullable UUID livestreamId, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("list-recordings")
                .addParam("workspace", workspaceId.toString())
                .addParam("livestream", livestreamId == null ? "" : livestreamId.toString())
                .addParam("after", page.cursorId().map(UUID::toString).orElse(""))
                .addParam("rows", page.rows())
                .execute()
                .map(RecordingStore::recording)
                .toList();
    }

    /** Of all workspaces, those that have not ended. */
    List<Running> running() {
        return database.client()
                .execute()
                .createNamedQuery("running-recordings")
                .execute()
                .map(row ->
                        new Running(
                                recording(row),
                                Optional.ofNullable(Columns.textOrNull(row, "over"))))
                .toList();
    }

    Usage usage(UUID workspaceId) {
        return database.client()
                .execute()
                .createNamedQuery("usage-of-recordings")
                .addParam("workspace", workspaceId.toString())
                .execute()
                .map(row -> new Usage(Columns.number(row, "count"), Columns.number(row, "bytes")))
                .findFirst()
                .orElse(new Usage(0, 0));
    }

    /** The file is begun. */
    void began(UUID id, String instance, Instant startedAt) {
        var _ =
                database.client()
                        .execute()
                        .createNamedDmlStatement("recording-began")
                        .addParam("id", id.toString())
                        .addParam("instance", instance)
                        .addParam("at", Columns.parameter(startedAt))
                        .execute();
    }

    void grew(UUID id, RecordingSummary summary) {
        var _ =
                database.client()
                        .execute()
                        .createNamedDmlStatement("recording-grew")
                        .addParam("id", id.toString())
                        .addParam("bytes", summary.bytes())
                        .addParam("frames", summary.frames())
                        .addParam("sockets", summary.sockets())
                        .addParam("duration", summary.length().toMillis())
                        .execute();
    }

    void stopping(UUID workspaceId, UUID id) {
        var _ =
                database.client()
                        .execute()
                        .createNamedDmlStatement("recording-stopping")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .execute();
    }

    /** Ends one; what has ended stays as it is. */
    void end(UUID id, String reason, Instant at) {
        var _ =
                database.client()
                        .execute()
                        .createNamedDmlStatement("end-recording")
                        .addParam("id", id.toString())
                        .addParam("reason", reason)
                        .addParam("at", Columns.parameter(at))
                        .execute();
    }

    /** Whether it was there and had ended. */
    boolean delete(UUID workspaceId, UUID id) {
        return database.client()
                        .execute()
                        .createNamedDmlStatement("delete-recording")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .execute()
                > 0;
    }

    /** Deletes those that ended before. */
    void deleteOlder(Instant limit) {
        var _ =
                database.client()
                        .execute()
                        .createNamedDmlStatement("delete-older-recordings")
                        .addParam("oldest", Columns.parameter(limit))
                        .execute();
    }

    /** Whether there is such a recording in any workspace. */
    boolean exists(UUID id) {
        return database.client()
                .execute()
                .createNamedQuery("recording-exists")
                .addParam("id", id.toString())
                .execute()
                .findFirst()
                .isPresent();
    }

    private static Recording recording(DbRow row) {
        return new Recording(
                Columns.uuid(row, "id"),
                Columns.uuid(row, "workspace_id"),
                Columns.uuidOrNull(row, "livestream_id"),
                Recording.Origin.of(Columns.text(row, "origin")),
                Columns.text(row, "username"),
                Columns.text(row, "room_id"),
                Recording.State.of(Columns.text(row, "state")),
                Columns.textOrNull(row, "end_reason"),
                Columns.instant(row, "created_at"),
                Columns.instantOrNull(row, "started_at"),
                Columns.instantOrNull(row, "ended_at"),
                Columns.number(row, "bytes"),
                Columns.number(row, "frames"),
                Columns.number(row, "sockets"),
                Columns.number(row, "duration_ms"),
                false,
                Columns.textOrNull(row, "instance"));
    }
}
