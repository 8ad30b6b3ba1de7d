package io.streamwire.devices;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.helidon.dbclient.DbRow;
import io.streamwire.contract.DeviceEvent.SafetyChanged;
import io.streamwire.contract.Json;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import io.streamwire.service.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Who armed or stopped what, in PostgreSQL; {@link Projection} writes it. */
final class SafetyLog {

    private final Database database;

    SafetyLog(Database database) {
        this.database = database;
    }

    /** A row as it is written. */
    record Row(
            UUID workspaceId,
            long epoch,
            Instant at,
            boolean armed,
            List<UUID> deviceIds,
            @Nullable Instant until,
            String causedBy,
            String why) {

        static Row of(SafetyChanged change) {
            return new Row(
                    change.workspaceId(),
                    change.epoch(),
                    Instant.ofEpochMilli(change.at()),
                    change.armed(),
                    change.deviceIds(),
                    change.until() == null ? null : Instant.ofEpochMilli(change.until()),
                    change.by(),
                    change.why());
        }
    }

    /**
     * What was decided.
     *
     * @param deviceIds empty = the whole workspace
     */
    record Decided(
            long epoch,
            Instant at,
            boolean armed,
            List<UUID> deviceIds,
            @Nullable Instant until,
            String by,
            String why) {}

    /** The newest first. */
    List<Decided> list(UUID workspaceId, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("select-safety-log")
                .addParam("workspace", workspaceId.toString())
                .addParam("before", before(page))
                .addParam("rows", page.rows())
                .execute()
                .map(SafetyLog::decided)
                .toList();
    }

    private static @Nullable Long before(Page page) {
        var cursor = page.cursor();
        try {
            return cursor == null ? null : Long.valueOf(cursor);
        } catch (NumberFormatException e) {
            throw Problem.badRequest(
                    "bad_cursor", "cursor must be a next_cursor of the same list.");
        }
    }

    Optional<Decided> find(UUID workspaceId, long epoch) {
        return database.client()
                .execute()
                .createNamedGet("select-safety-decision")
                .addParam("workspace", workspaceId.toString())
                .addParam("epoch", epoch)
                .execute()
                .map(SafetyLog::decided);
    }

    /** When each board said that it had stopped, ms since the epoch. */
    Map<UUID, Long> confirmations(UUID workspaceId, long epoch, Instant since) {
        var confirmed = new HashMap<UUID, Long>();
        database.client()
                .execute()
                .createNamedQuery("select-stop-confirmations")
                .addParam("workspace", workspaceId.toString())
                .addParam("epoch", epoch)
                .addParam("since", Columns.parameter(since))
                .execute()
                .forEach(row ->
                        confirmed.put(
                                Columns.uuid(row, "device_id"),
                                Columns.instant(row, "at").toEpochMilli()));
        return confirmed;
    }

    private static Decided decided(DbRow row) {
        return new Decided(
                Columns.number(row, "epoch"),
                Columns.instant(row, "at"),
                Columns.flag(row, "armed"),
                ids(Columns.text(row, "device_ids")),
                Columns.instantOrNull(row, "until"),
                Columns.text(row, "caused_by"),
                Columns.text(row, "why"));
    }

    private static List<UUID> ids(String json) {
        try {
            var ids = new ArrayList<UUID>();
            Json.mapper().readTree(json).forEach(id -> ids.add(UUID.fromString(id.asText())));
            return ids;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the database holds JSON", e);
        }
    }
}
