package io.streamwire.devices;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.dbclient.DbClientException;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.BoardLog;
import io.streamwire.contract.mqtt.Telemetry;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import io.streamwire.service.Problem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What boards measure and write, kept in PostgreSQL behind bounded queues: it is dropped, not
 * waited for, when PostgreSQL is away for long. Taking in is thread-safe; one thread writes.
 */
final class BoardRecords implements AutoCloseable {

    /** Items of one message. */
    static final int MOST_ITEMS = 64;

    /** Items of one board in a minute, telemetry and lines each. */
    static final int MOST_PER_MINUTE = 240;

    private static final Logger LOG = System.getLogger(BoardRecords.class.getName());

    private static final int MOST_VALUES = 32;
    private static final int LONGEST_TEXT = 500;
    private static final double LARGEST = 1e15;
    private static final int QUEUE = 20_000;
    private static final int BATCH = 1_000;
    private static final int MOST_MINUTES = 50_000;
    private static final long OLDEST_MS = TimeUnit.DAYS.toMillis(1);
    private static final long NEWEST_MS = TimeUnit.MINUTES.toMillis(5);
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,31}");
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\p{Cs}]+");

    private final Database database;
    private final Drops drops;
    private final InstantSource clock;
    private final Queue telemetry = new Queue("write-telemetry", "telemetry");
    private final Queue lines = new Queue("write-board-lines", "log");

    BoardRecords(Database database, Drops drops, InstantSource clock) {
        this.database = database;
        this.drops = drops;
        this.clock = clock;
    }

    private record Row(
            UUID id,
            UUID workspaceId,
            UUID deviceId,
            Instant at,
            @Nullable Map<String, Double> measured,
            @Nullable String level,
            @Nullable String line) {}

    private record Minute(long minute, int items) {}

    /** A sample as it is listed. */
    record Sample(UUID id, Instant at, JsonNode values) {}

    /**
     * A line of a device's log: a status that the hub saw, a command's change of state, or what the
     * board wrote.
     *
     * @param kind status, command or board
     * @param command its name; null when its record is gone
     * @param from the command's state before; null when it was new
     * @param reason why the command is in its state
     */
    record Line(
            UUID id,
            Instant at,
            String kind,
            @Nullable String presence,
            @Nullable String state,
            @Nullable Long boot,
            @Nullable Long epoch,
            @Nullable String firmware,
            @Nullable String level,
            @Nullable String text,
            @Nullable UUID commandId,
            @Nullable String command,
            @Nullable String from,
            @Nullable String reason) {}

    void accept(Device device, Telemetry message) {
        if (!telemetry.admits(device.id(), message.items().size())) {
            return;
        }
        var now = clock.instant();
        for (var sample : message.items()) {
            if (!acceptable(sample.values())) {
                drops.count(device.id(), "malformed_telemetry");
                return;
            }
            telemetry.offer(
                    new Row(
                            Ids.next(),
                            device.workspaceId(),
                            device.id(),
                            time(sample.at(), now),
                            sample.values(),
                            null,
                            null));
        }
    }

    private static boolean acceptable(Map<String, Double> values) {
        return !values.isEmpty()
                && values.size() <= MOST_VALUES
                && values.entrySet().stream()
                        .allMatch(value ->
                                NAME.matcher(value.getKey()).matches()
                                        && Math.abs(value.getValue()) <= LARGEST);
    }

    void accept(Device device, BoardLog message) {
        if (!lines.admits(device.id(), message.items().size())) {
            return;
        }
        var now = clock.instant();
        for (var line : message.items()) {
            if (missing(line.level()) || missing(line.text())) {
                drops.count(device.id(), "malformed_log");
                return;
            }
            var text = CONTROL.matcher(cut(line.text())).replaceAll(" ").strip();
            lines.offer(
                    new Row(
                            Ids.next(),
                            device.workspaceId(),
                            device.id(),
                            time(line.at(), now),
                            null,
                            line.level().toString(),
                            text));
        }
    }

    /** Before it is cleaned: half a pair of surrogates may be left at its end. */
    private static String cut(String text) {
        return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) : text;
    }

    /** A board's own clock is believed as far as it makes sense. */
    private static Instant time(@Nullable Long at, Instant now) {
        if (at == null
                || at < now.toEpochMilli() - OLDEST_MS
                || at > now.toEpochMilli() + NEWEST_MS) {
            return now;
        }
        return Instant.ofEpochMilli(at);
    }

    /** Writes what has gathered. */
    void write() {
        telemetry.write();
        lines.write();
    }

    /** Writes what came since the last time; nothing comes any more. */
    @Override
    public void close() {
        write();
    }

    /** What a board measured, the newest first. */
    List<Sample> telemetry(UUID workspaceId, UUID deviceId, Page page) {
        var before = Position.parse(page.cursor());
        return database.client()
                .execute()
                .createNamedQuery("select-telemetry")
                .addParam("workspace", workspaceId.toString())
                .addParam("device", deviceId.toString())
                .addParam("before_id", before == null ? null : before.id().toString())
                .addParam("before_at", before == null ? null : before.at().toString())
                .addParam("rows", page.rows())
                .execute()
                .map(row ->
                        new Sample(
                                Columns.uuid(row, "id"),
                                Columns.instant(row, "at"),
                                Json.read(Columns.text(row, "measured"), JsonNode.class)))
                .toList();
    }

    /** What happened to a device and what its board wrote, the newest first. */
    List<Line> lines(UUID workspaceId, UUID deviceId, Page page) {
        var before = Position.parse(page.cursor());
        return database.client()
                .execute()
                .createNamedQuery("select-device-logs")
                .addParam("workspace", workspaceId.toString())
                .addParam("device", deviceId.toString())
                .addParam("before_id", before == null ? null : before.id().toString())
                .addParam("before_at", before == null ? null : before.at().toString())
                .addParam("rows", page.rows())
                .execute()
                .map(row -> {
                    var level = Columns.textOrNull(row, "level");
                    var command = Columns.uuidOrNull(row, "command_id");
                    var status = level == null && command == null;
                    return new Line(
                            Columns.uuid(row, "id"),
                            Columns.instant(row, "at"),
                            status ? "status" : command == null ? "board" : "command",
                            Columns.textOrNull(row, "presence"),
                            Columns.textOrNull(row, "state"),
                            status ? Columns.number(row, "boot") : null,
                            status ? Columns.number(row, "epoch") : null,
                            Columns.textOrNull(row, "firmware"),
                            level,
                            Columns.textOrNull(row, "line"),
                            command,
                            Columns.textOrNull(row, "command"),
                            Columns.textOrNull(row, "from_state"),
                            Columns.textOrNull(row, "reason"));
                })
                .toList();
    }

    /** Where a row stands in its device's list. */
    record Position(Instant at, UUID id) {

        static @Nullable Position parse(@Nullable String text) {
            if (text == null) {
                return null;
            }
            try {
                var parts = text.split("/", 2);
                return new Position(Instant.parse(parts[0]), UUID.fromString(parts[1]));
            } catch (IllegalArgumentException
                    | DateTimeParseException
                    | ArrayIndexOutOfBoundsException e) {
                throw Problem.badRequest(
                        "bad_cursor", "cursor must be a next_cursor of the same list.");
            }
        }

        @Override
        public String toString() {
            return at + "/" + id;
        }
    }

    private static boolean missing(@Nullable Object value) {
        return value == null;
    }

    /** Rows of one table on their way. */
    private final class Queue {

        private final String statement;
        private final String name;
        private final BlockingQueue<Row> rows = new ArrayBlockingQueue<>(QUEUE);
        private final Map<UUID, Minute> minutes = new ConcurrentHashMap<>();

        /** Taken from the queue and not written yet; guarded by this. */
        private final List<Row> batch = new ArrayList<>();

        Queue(String statement, String name) {
            this.statement = statement;
            this.name = name;
        }

        boolean admits(UUID device, int items) {
            if (items > MOST_ITEMS) {
                drops.count(device, "oversize_" + name);
                return false;
            }
            var minute = clock.millis() / 60_000;
            if (minutes.size() > MOST_MINUTES) {
                minutes.clear();
            }
            var sum =
                    minutes.merge(
                            device,
                            new Minute(minute, items),
                            (old, fresh) ->
                                    old.minute() == minute
                                            ? new Minute(minute, old.items() + items)
                                            : fresh);
            if (sum.items() > MOST_PER_MINUTE) {
                drops.count(device, "flood_" + name);
                return false;
            }
            return true;
        }

        void offer(Row row) {
            if (!rows.offer(row)) {
                drops.count(row.deviceId(), "unwritten_" + name);
            }
        }

        synchronized void write() {
            while (!batch.isEmpty() || !rows.isEmpty()) {
                var _ = rows.drainTo(batch, BATCH - batch.size());
                write(List.copyOf(batch));
                batch.clear();
            }
        }

        /** A row that PostgreSQL will never take does not keep the others from it. */
        private void write(List<Row> together) {
            try {
                var _ = database.batch(statement, Json.writeBytes(together));
            } catch (DbClientException e) {
                if (!SqlState.isLasting(e)) {
                    throw e;
                }
                if (together.size() > 1) {
                    together.forEach(row -> write(List.of(row)));
                    return;
                }
                LOG.log(Level.ERROR, "statement=" + statement + " row=skipped", e);
            }
        }
    }
}
