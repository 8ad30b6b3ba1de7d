package io.streamwire.ingest;

import io.helidon.dbclient.DbRow;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Livestreams and their connections in PostgreSQL. */
final class LivestreamStore {

    private final Database database;

    LivestreamStore(Database database) {
        this.database = database;
    }

    /**
     * The new livestream; empty when the workspace has one of this user that has not ended.
     *
     * @param recording the one that is wanted with it, so that whoever follows it first records it
     */
    Optional<Livestream> create(
            UUID id, UUID workspaceId, String username, long roomId, Optional<UUID> recording) {
        return database.client()
                .execute()
                .createNamedQuery("create-livestream")
                .addParam("id", id.toString())
                .addParam("workspace", workspaceId.toString())
                .addParam("username", username)
                .addParam("room", Long.toString(roomId))
                .addParam("recording", recording.map(UUID::toString).orElse(""))
                .execute()
                .map(LivestreamStore::livestream)
                .findFirst();
    }

    /** The livestream of a user that has not ended. */
    Optional<Livestream> active(UUID workspaceId, String username) {
        return database.client()
                .execute()
                .createNamedQuery("active-livestream")
                .addParam("workspace", workspaceId.toString())
                .addParam("username", username)
                .execute()
                .map(LivestreamStore::livestream)
                .findFirst();
    }

    Optional<Livestream> find(UUID workspaceId, UUID id) {
        return database.client()
                .execute()
                .createNamedQuery("find-livestream")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(LivestreamStore::livestream)
                .findFirst();
    }

    /** The newest first. */
    List<Livestream> list(UUID workspaceId, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("list-livestreams")
                .addParam("workspace", workspaceId.toString())
                .addParam("after", page.cursorId().map(UUID::toString).orElse(""))
                .addParam("rows", page.rows())
                .execute()
                .map(LivestreamStore::livestream)
                .toList();
    }

    /** Of a workspace, those that have not ended. */
    List<Livestream> active(UUID workspaceId) {
        return database.client()
                .execute()
                .createNamedQuery("active-livestreams-of-workspace")
                .addParam("workspace", workspaceId.toString())
                .execute()
                .map(LivestreamStore::livestream)
                .toList();
    }

    /** Of all workspaces, those that have not ended. */
    List<Livestream> active() {
        return database.client()
                .execute()
                .createNamedQuery("active-livestreams")
                .execute()
                .map(LivestreamStore::livestream)
                .toList();
    }

    /** A socket opened. */
    void opened(UUID id, UUID connectionId, String mode, Instant at) {
        var _ =
                database.client()
                        .execute()
                        .createNamedDmlStatement("livestream-live")
                        .addParam("id", id.toString())
                        .addParam("at", Columns.parameter(at))
                        .execute();
        var _ =
                database.client()
                        .execute()
                        .createNamedDmlStatement("connection-opened")
                        .addParam("id", connectionId.toString())
                        .addParam("livestream", id.toString())
                        .addParam("mode", mode)
                        .addParam("at", Columns.parameter(at))
                        .execute();
    }

    /** It closed, and another will be tried unless the livestream has ended. */
    void closed(UUID id, UUID connectionId, String reason, Instant at, long frames, long messages) {
        var _ =
                database.client()
                        .execute()
                        .createNamedDmlStatement("livestream-connecting")
                        .addParam("id", id.toString())
                        .execute();
        var _ =
                database.client()
                        .execute()
                        .createNamedDmlStatement("connection-closed")
                        .addParam("id", connectionId.toString())
                        .addParam("reason", reason)
                        .addParam("at", Columns.parameter(at))
                        .addParam("frames", frames)
                        .addParam("messages", messages)
                        .execute();
    }

    /** Ends a livestream; one that has ended stays as it is. */
    void end(UUID id, String reason, Instant at) {
        var _ =
                database.client()
                        .execute()
                        .createNamedDmlStatement("end-livestream")
                        .addParam("id", id.toString())
                        .addParam("reason", reason)
                        .addParam("at", Columns.parameter(at))
                        .execute();
    }

    private static Livestream livestream(DbRow row) {
        return new Livestream(
                Columns.uuid(row, "id"),
                Columns.uuid(row, "workspace_id"),
                Columns.text(row, "tiktok_username"),
                Columns.text(row, "room_id"),
                Livestream.Status.of(Columns.text(row, "status")),
                Columns.instant(row, "created_at"),
                Columns.instantOrNull(row, "connected_at"),
                Columns.instantOrNull(row, "disconnected_at"),
                Columns.textOrNull(row, "end_reason"),
                Livestream.Kind.of(Columns.text(row, "kind")),
                Columns.number(row, "version"));
    }
}
