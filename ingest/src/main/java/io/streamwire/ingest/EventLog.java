package io.streamwire.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbRow;
import io.streamwire.bus.BatchHandler;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Lease;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Round;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes every event into PostgreSQL, behind the stream and in batches, and reads them again. An
 * event that comes twice is written once. Old days are dropped.
 */
final class EventLog implements BatchHandler, AutoCloseable {

    static final String GROUP = "ingest-log";

    private static final Logger LOG = System.getLogger(EventLog.class.getName());
    private static final Duration MAINTENANCE = Duration.ofHours(1);
    private static final int EXPORT_ROWS = 1_000;
    private static final UUID FIRST = new UUID(0, 0);

    private final Database database;
    private final Duration retention;
    private @Nullable Round maintenance;

    /**
     * @param retention how long events are kept, whole days
     */
    EventLog(Database database, Duration retention) {
        this.database = database;
        this.retention = retention;
    }

    /** Makes the partitions of the next days and drops old ones, now and every hour. */
    void start() {
        maintenance = Round.every(MAINTENANCE, "event-log-maintenance", this::maintain);
    }

    /** One statement for the whole batch; a row that PostgreSQL does not take costs only itself. */
    @Override
    public void handle(Lease lease, List<Entry> entries) {
        try {
            write(entries);
        } catch (DbClientException e) {
            if (!isAboutData(e)) {
                throw e;
            }
            entries.forEach(this::writeAlone);
        }
    }

    private void writeAlone(Entry entry) {
        try {
            write(List.of(entry));
        } catch (DbClientException e) {
            if (!isAboutData(e)) {
                throw e;
            }
            LOG.log(
                    Level.WARNING,
                    "event={0} entry={1} skipped=unwritable reason=\"{2}\"",
                    entry.field("id"),
                    entry.id(),
                    e.getMessage());
        }
    }

    private void write(List<Entry> entries) {
        var _ = database.batch("insert-events", rows(entries));
        LOG.log(Level.DEBUG, "events={0} stored=yes", entries.size());
    }

    /** A JSON array of their bodies. */
    private static byte[] rows(List<Entry> entries) {
        var bodies =
                entries.stream()
                        .map(entry -> entry.body().getBytes(StandardCharsets.UTF_8))
                        .toList();
        int size = bodies.stream().mapToInt(body -> body.length + 1).sum() + 1;
        var rows = ByteBuffer.allocate(size);
        for (int i = 0; i < bodies.size(); i++) {
            rows.put((byte) (i == 0 ? '[' : ',')).put(bodies.get(i));
        }
        return rows.put((byte) ']').array();
    }

    /** SQLSTATE classes 22 (data) and 23 (constraints), and JSON that is none. */
    private static boolean isAboutData(DbClientException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                var state = sql.getSQLState();
                return state.startsWith("22") || state.startsWith("23");
            }
        }
        return false;
    }

    /** Takes events one by one. */
    interface Sink {
        void accept(LiveEvent event) throws IOException;
    }

    /** Every stored event of a livestream, the oldest first. */
    void export(UUID workspaceId, UUID livestreamId, Sink sink) throws IOException {
        var after = Instant.EPOCH;
        var id = FIRST;
        while (true) {
            var events =
                    database.client()
                            .execute()
                            .createNamedQuery("export-events")
                            .addParam("workspace", workspaceId.toString())
                            .addParam("livestream", livestreamId.toString())
                            .addParam("after", Columns.parameter(after))
                            .addParam("id", id.toString())
                            .addParam("rows", EXPORT_ROWS)
                            .execute()
                            .map(EventLog::event)
                            .toList();
            for (var event : events) {
                sink.accept(event);
            }
            if (events.size() < EXPORT_ROWS) {
                return;
            }
            after = events.getLast().ts();
            id = events.getLast().id();
        }
    }

    /** One stored event. */
    Optional<LiveEvent> find(UUID workspaceId, UUID id) {
        return database.client()
                .execute()
                .createNamedQuery("find-event")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(EventLog::event)
                .findFirst();
    }

    /**
     * Which stored events, and in which order; see {@link EventPosition}.
     *
     * @param livestreamId only of this livestream; null for all
     * @param from nothing older
     * @param until nothing as new or newer
     * @param newestFirst else the oldest first
     * @param after where to go on
     */
    record Range(
            @Nullable UUID livestreamId,
            Instant from,
            Instant until,
            boolean newestFirst,
            EventPosition after) {}

    /** Stored events by the time at which they happened. */
    List<LiveEvent> list(UUID workspaceId, Range range, int rows) {
        @Nullable UUID livestreamId = range.livestreamId();
        return database.client()
                .execute()
                .createNamedQuery(range.newestFirst() ? "newest-events" : "oldest-events")
                .addParam("workspace", workspaceId.toString())
                .addParam("simulated", SimulationsApi.livestream(workspaceId).toString())
                .addParam("livestream", livestreamId == null ? "" : livestreamId.toString())
                .addParam("from", Columns.parameter(range.from()))
                .addParam("until", Columns.parameter(range.until()))
                .addParam("after", Columns.parameter(range.after().ts()))
                .addParam("id", range.after().id().toString())
                .addParam("rows", rows)
                .execute()
                .map(EventLog::event)
                .toList();
    }

    /** Deletes every stored event of a viewer. */
    void forget(UUID workspaceId, String viewer) {
        long events =
                database.client()
                        .execute()
                        .createNamedDmlStatement("forget-viewer")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("viewer", viewer)
                        .execute();
        LOG.log(
                Level.INFO,
                "workspace={0} viewer=forgotten events={1,number,#}",
                workspaceId,
                events);
    }

    private static LiveEvent event(DbRow row) {
        var json = Json.mapper().createObjectNode();
        json.put("id", Columns.uuid(row, "id").toString());
        json.put("type", Columns.text(row, "event_type"));
        json.put("livestream_id", Columns.uuid(row, "livestream_id").toString());
        json.put("workspace_id", Columns.uuid(row, "workspace_id").toString());
        json.put("msg_id", Columns.text(row, "msg_id"));
        json.put("ts", Columns.instant(row, "timestamp").toString());
        json.put("received_at", Columns.instant(row, "received_at").toString());
        json.put("historical", Columns.flag(row, "historical"));
        json.put("simulated", Columns.flag(row, "simulated"));
        var user = json.putObject("user");
        user.put("id", Columns.text(row, "user_id"));
        user.put("handle", Columns.text(row, "username"));
        user.put("nickname", Columns.text(row, "nickname"));
        user.set("roles", Json.read(Columns.text(row, "roles"), JsonNode.class));
        user.put("team_level", Columns.number(row, "team_level"));
        var counters = Columns.textOrNull(row, "counters");
        if (counters != null) {
            json.set("counters", Json.read(counters, JsonNode.class));
        }
        json.set("payload", Json.read(Columns.text(row, "payload"), JsonNode.class));
        try {
            return Json.mapper().treeToValue(json, LiveEvent.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored event is none: " + json.get("id"), e);
        }
    }

    private void maintain() {
        var _ =
                database.client()
                        .execute()
                        .createNamedGet("maintain-events")
                        .addParam("days", (int) retention.toDays())
                        .execute();
    }

    @Override
    public void close() {
        if (maintenance != null) {
            maintenance.close();
        }
    }
}
