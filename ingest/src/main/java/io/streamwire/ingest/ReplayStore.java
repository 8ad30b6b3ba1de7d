package io.streamwire.ingest;

import io.helidon.dbclient.DbRow;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Replays in PostgreSQL, each beside its livestream. */
final class ReplayStore {

    private final Database database;

    ReplayStore(Database database) {
        this.database = database;
    }

    /** Writes a new replay and its livestream down; one of this id stays as it is. */
    void create(UUID id, Recording recording, Replay.Speed speed) {
        database.transaction(transaction -> {
            var _ =
                    transaction
                            .createNamedDmlStatement("create-replay-livestream")
                            .addParam("workspace", recording.workspaceId().toString())
                            .addParam("id", id.toString())
                            .addParam("username", recording.username())
                            .addParam("room", recording.roomId())
                            .execute();
            return transaction
                    .createNamedDmlStatement("create-replay")
                    .addParam("workspace", recording.workspaceId().toString())
                    .addParam("id", id.toString())
                    .addParam("recording", recording.id().toString())
                    .addParam("speed", speed.times() == 0 ? "" : Integer.toString(speed.times()))
                    .addParam("duration", recording.durationMs())
                    .execute();
        });
    }

    Optional<Replay> find(UUID workspaceId, UUID id) {
        return database.client()
                .execute()
                .createNamedQuery("find-replay")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(ReplayStore::replay)
                .findFirst();
    }

    /** The newest first. */
    List<Replay> list(UUID workspaceId, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("list-replays")
                .addParam("workspace", workspaceId.toString())
                .addParam("after", page.cursorId().map(UUID::toString).orElse(""))
                .addParam("rows", page.rows())
                .execute()
                .map(ReplayStore::replay)
                .toList();
    }

    /** Of all workspaces, those that have not ended. */
    List<Replay> running() {
        return database.client()
                .execute()
                .createNamedQuery("running-replays")
                .execute()
                .map(ReplayStore::replay)
                .toList();
    }

    long countRunning(UUID workspaceId) {
        return database.client()
                .execute()
                .createNamedQuery("count-running-replays")
                .addParam("workspace", workspaceId.toString())
                .execute()
                .map(row -> Columns.number(row, "count"))
                .findFirst()
                .orElse(0L);
    }

    void progressed(UUID id, long positionMs, long events) {
        var _ =
                database.client()
                        .execute()
                        .createNamedDmlStatement("replay-progressed")
                        .addParam("id", id.toString())
                        .addParam("position", positionMs)
                        .addParam("events", events)
                        .execute();
    }

    private static Replay replay(DbRow row) {
        Number speed = row.column("speed").get(Number.class);
        return new Replay(
                Columns.uuid(row, "livestream_id"),
                Columns.uuid(row, "workspace_id"),
                Columns.uuid(row, "recording_id"),
                speed == null ? Replay.Speed.MOST : new Replay.Speed(speed.intValue()),
                Livestream.Status.of(Columns.text(row, "status")),
                Columns.textOrNull(row, "end_reason"),
                Columns.instant(row, "connected_at"),
                Columns.instantOrNull(row, "disconnected_at"),
                Columns.number(row, "position_ms"),
                Columns.number(row, "duration_ms"),
                Columns.number(row, "events"));
    }
}
