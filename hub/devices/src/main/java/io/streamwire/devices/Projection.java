package io.streamwire.devices;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbRow;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Lease;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.DeviceEvent;
import io.streamwire.contract.DeviceEvent.CommandChanged;
import io.streamwire.contract.DeviceEvent.DeviceStatus;
import io.streamwire.contract.DeviceEvent.SafetyChanged;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.RuleCause;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What happened to devices and commands, for good, in PostgreSQL: written behind the device stream
 * in batches, so that nothing is lost while PostgreSQL is away.
 */
final class Projection {

    private static final Logger LOG = System.getLogger(Projection.class.getName());

    /** What publication.lua calls the state before the first one. */
    private static final String NEW = "none";

    private final Database database;
    private final List<Consumer<CommandChanged>> ended = new CopyOnWriteArrayList<>();

    /** Who is told of commands that came to their end, once that is written. */
    void onEnd(Consumer<CommandChanged> ended) {
        this.ended.add(ended);
    }

    Projection(Database database) {
        this.database = database;
    }

    private record CommandRow(
            UUID id,
            UUID workspaceId,
            UUID deviceId,
            String source,
            @Nullable UUID actionId,
            @Nullable UUID eventId,
            @Nullable UUID ruleId,
            @Nullable String viewerId,
            @Nullable RuleCause cause,
            String command,
            Map<String, Long> args,
            CommandState state,
            int rank,
            @Nullable String reason,
            Instant issuedAt,
            Instant expiresAt,
            Instant updatedAt,
            long epoch,
            boolean simulated,
            @JsonInclude(JsonInclude.Include.NON_NULL) Hops hops) {

        static CommandRow of(CommandChanged change) {
            return new CommandRow(
                    change.commandId(),
                    change.workspaceId(),
                    change.deviceId(),
                    change.source(),
                    change.actionId(),
                    change.eventId(),
                    change.ruleId(),
                    change.viewerId(),
                    change.cause(),
                    change.command(),
                    change.args(),
                    change.state(),
                    change.state().rank(),
                    change.reason(),
                    Instant.ofEpochMilli(change.issuedAt()),
                    Instant.ofEpochMilli(change.expiresAt()),
                    Instant.ofEpochMilli(change.at()),
                    change.epoch(),
                    change.simulated(),
                    change.hops());
        }
    }

    private record LogRow(
            UUID id,
            UUID workspaceId,
            UUID deviceId,
            Instant at,
            @Nullable String presence,
            String state,
            @Nullable Long boot,
            @Nullable Long epoch,
            @Nullable String firmware,
            @Nullable UUID commandId,
            @Nullable String fromState,
            @Nullable String reason) {

        static LogRow of(Entry entry, DeviceStatus status) {
            return new LogRow(
                    id(entry),
                    status.workspaceId(),
                    status.deviceId(),
                    Instant.ofEpochMilli(status.at()),
                    status.presence(),
                    status.state(),
                    status.boot(),
                    status.epoch(),
                    status.firmware(),
                    null,
                    null,
                    null);
        }

        /** What became of a command. */
        static LogRow of(Entry entry, CommandChanged change) {
            var from = entry.field("from");
            return new LogRow(
                    id(entry),
                    change.workspaceId(),
                    change.deviceId(),
                    Instant.ofEpochMilli(change.at()),
                    null,
                    change.state().toString(),
                    null,
                    null,
                    null,
                    change.commandId(),
                    from.equals(NEW) ? null : from,
                    change.reason());
        }

        private static UUID id(Entry entry) {
            return Ids.derived("device-log", Integer.toString(entry.partition()), entry.id());
        }
    }

    /** Writes a batch; throws while PostgreSQL is away, and then the batch comes again. */
    void write(Lease lease, List<Entry> entries) {
        var commands = new LinkedHashMap<UUID, CommandRow>();
        var finished = new ArrayList<CommandChanged>();
        var logs = new ArrayList<LogRow>();
        var decisions = new ArrayList<SafetyLog.Row>();
        for (var entry : entries) {
            var happened = read(entry);
            switch (happened) {
                case CommandChanged change -> {
                    // The last one of a command says all that the ones before it said.
                    commands.put(change.commandId(), CommandRow.of(change));
                    if (!entry.field("from").isEmpty()) {
                        logs.add(LogRow.of(entry, change));
                    }
                    if (entry.type().equals("command_done")) {
                        finished.add(change);
                    }
                }
                case DeviceStatus status -> logs.add(LogRow.of(entry, status));
                case SafetyChanged change -> decisions.add(SafetyLog.Row.of(change));
                case null -> {}
            }
        }
        write("write-commands", List.copyOf(commands.values()));
        write("write-device-logs", logs);
        write("write-safety-log", decisions);
        finished.forEach(Projection::log);
        finished.forEach(change -> ended.forEach(told -> told.accept(change)));
        logs.forEach(Projection::log);
    }

    /** Writes rows; one that PostgreSQL will never take does not keep the others from it. */
    private void write(String statement, List<?> rows) {
        if (rows.isEmpty()) {
            return;
        }
        try {
            database.batch(statement, Json.writeBytes(rows));
        } catch (DbClientException e) {
            if (!SqlState.isLasting(e)) {
                throw e;
            }
            if (rows.size() > 1) {
                rows.forEach(row -> write(statement, List.of(row)));
                return;
            }
            LOG.log(Level.ERROR, "statement=" + statement + " row=skipped", e);
        }
    }

    private static @Nullable DeviceEvent read(Entry entry) {
        try {
            return Json.read(entry.body(), DeviceEvent.class);
        } catch (Json.MalformedJson e) {
            LOG.log(Level.ERROR, "entry={0} unreadable={1}", entry.id(), e.getMessage());
            return null;
        }
    }

    private static void log(CommandChanged change) {
        LOG.log(
                Level.INFO,
                "event={0} action={1} command={2} device={3} state={4} reason={5}",
                change.eventId(),
                change.actionId(),
                change.commandId(),
                change.deviceId(),
                change.state(),
                change.reason());
    }

    private static void log(LogRow row) {
        if (row.commandId() != null) {
            return; // its end is logged with its cause
        }
        LOG.log(
                Level.INFO,
                "device={0} presence={1} state={2} boot={3} epoch={4}",
                row.deviceId(),
                row.presence(),
                row.state(),
                row.boot() == null ? null : row.boot().toString(),
                row.epoch() == null ? null : row.epoch().toString());
    }

    /** A command of a workspace. */
    Optional<CommandChanged> command(UUID workspaceId, UUID id) {
        return database.client()
                .execute()
                .createNamedGet("select-command")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(Projection::command);
    }

    /** The commands of a device, the newest first. */
    List<CommandChanged> commandsOfDevice(UUID workspaceId, UUID deviceId, Page page) {
        var before = Position.parse(page.cursor());
        return database.client()
                .execute()
                .createNamedQuery("select-commands-of-device")
                .addParam("workspace", workspaceId.toString())
                .addParam("device", deviceId.toString())
                .addParam("before_id", before == null ? null : before.id().toString())
                .addParam(
                        "before_at",
                        before == null ? null : Instant.ofEpochMilli(before.issuedAt()).toString())
                .addParam("rows", page.rows())
                .execute()
                .map(Projection::command)
                .toList();
    }

    /** The commands that an event caused. */
    List<CommandChanged> commandsOfEvent(UUID workspaceId, UUID eventId, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("select-commands-of-event")
                .addParam("workspace", workspaceId.toString())
                .addParam("event", eventId.toString())
                .addParam("after", page.cursorId().map(UUID::toString).orElse(null))
                .addParam("rows", page.rows())
                .execute()
                .map(Projection::command)
                .toList();
    }

    /** What is known of the ways of many commands. */
    record Ways(long commands, Map<String, Long> states, Latencies latencies) {}

    /**
     * The ways of the newest commands of a time.
     *
     * @param deviceId null = all of the workspace
     */
    Ways ways(UUID workspaceId, @Nullable UUID deviceId, Instant from, Instant to, int most) {
        var states = new TreeMap<String, Long>();
        var latencies = new Latencies();
        database.client()
                .execute()
                .createNamedQuery("select-ways")
                .addParam("workspace", workspaceId.toString())
                .addParam("device", deviceId == null ? null : deviceId.toString())
                .addParam("since", Columns.parameter(from))
                .addParam("before", Columns.parameter(to))
                .addParam("rows", most)
                .execute()
                .forEach(row -> {
                    states.merge(Columns.text(row, "state"), 1L, Long::sum);
                    latencies.add(
                            new Hops(
                                    time(row, "frame"),
                                    time(row, "decided"),
                                    time(row, "published"),
                                    time(row, "received"),
                                    time(row, "switched_on"),
                                    time(row, "switched_off")));
                });
        var commands = states.values().stream().mapToLong(Long::longValue).sum();
        return new Ways(commands, states, latencies);
    }

    private static @Nullable Long time(DbRow row, String name) {
        return row.column(name).get(Long.class);
    }

    /** Where a command stands in its device's list. */
    record Position(long issuedAt, UUID id) {

        static Position of(CommandChanged command) {
            return new Position(command.issuedAt(), command.commandId());
        }

        static @Nullable Position parse(@Nullable String text) {
            if (text == null) {
                return null;
            }
            try {
                var parts = text.split("/", 2);
                return new Position(Long.parseLong(parts[0]), UUID.fromString(parts[1]));
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw io.streamwire.service.Problem.badRequest(
                        "bad_cursor", "cursor must be a next_cursor of the same list.");
            }
        }

        @Override
        public String toString() {
            return issuedAt + "/" + id;
        }
    }

    private static @Nullable RuleCause cause(DbRow row) {
        var json = Columns.textOrNull(row, "cause");
        return json == null ? null : Json.read(json, RuleCause.class);
    }

    private static CommandChanged command(DbRow row) {
        var args = new LinkedHashMap<String, Long>();
        try {
            Json.mapper()
                    .readTree(Columns.text(row, "args"))
                    .properties()
                    .forEach(arg -> args.put(arg.getKey(), arg.getValue().longValue()));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("the database holds JSON", e);
        }
        return new CommandChanged(
                Columns.uuid(row, "id"),
                Columns.uuid(row, "workspace_id"),
                Columns.uuid(row, "device_id"),
                Columns.instant(row, "updated_at").toEpochMilli(),
                CommandState.valueOf(Columns.text(row, "state").toUpperCase(Locale.ROOT)),
                Columns.textOrNull(row, "reason"),
                Columns.text(row, "source"),
                Columns.uuidOrNull(row, "action_id"),
                Columns.uuidOrNull(row, "event_id"),
                Columns.uuidOrNull(row, "rule_id"),
                Columns.textOrNull(row, "viewer_id"),
                cause(row),
                Columns.text(row, "command"),
                args,
                Columns.instant(row, "issued_at").toEpochMilli(),
                Columns.instant(row, "expires_at").toEpochMilli(),
                Columns.number(row, "epoch"),
                Columns.flag(row, "simulated"),
                null,
                Json.read(Columns.text(row, "hops"), Hops.class));
    }
}
