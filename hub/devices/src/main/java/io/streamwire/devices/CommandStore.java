package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Lease;
import io.streamwire.bus.Reply;
import io.streamwire.bus.Script;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.DeviceEvent;
import io.streamwire.contract.DeviceEvent.CommandChanged;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The commands in Redis: their authority while they are pending, and a while longer. Each change is
 * one Lua call that is safe to repeat and writes itself to the device stream. Never blocks.
 */
final class CommandStore {

    private static final Script PUBLICATION = Script.of(CommandStore.class, "publication.lua");
    private static final Script ENQUEUE = publishing("enqueue.lua");
    private static final Script COMMAND =
            new Script("command", "return redis.call('HGETALL', KEYS[1])");
    private static final Script OVERDUE =
            new Script(
                    "overdue",
                    "return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0,"
                            + " ARGV[2])");

    /** A scan returns whatever was there all the time, also while others come and go. */
    private static final Script PENDING =
            new Script(
                    "pending",
                    """
                    local page = redis.call('ZSCAN', KEYS[1], ARGV[1], 'COUNT', ARGV[2])
                    local answer = {page[1]}
                    for i = 1, #page[2], 2 do answer[#answer + 1] = page[2][i] end
                    return answer
                    """);

    /** The first boot that a command is bound to stays; 0 = it can be bound no more. */
    private static final Script BIND =
            new Script(
                    "bind-command",
                    """
                    local now = redis.call('HMGET', KEYS[1], 'state', 'boot')
                    if now[1] ~= 'queued' or now[2] ~= ARGV[1] then return 0 end
                    redis.call('HSET', KEYS[1], 'boot', ARGV[2])
                    return 1
                    """);

    private static final Script FORGET =
            new Script("forget", "return redis.call('ZREM', KEYS[1], ARGV[1])");
    private static final Script LAST_ACK =
            new Script("last-ack", "return redis.call('HGET', KEYS[1], ARGV[1])");

    private static final Script SPENT =
            new Script(
                    "spent",
                    "return redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], '+inf', 'LIMIT', 0,"
                            + " ARGV[2])");

    /** How long a final command can be read from here; later it is read from PostgreSQL. */
    static final Duration KEEP_FINAL = Duration.ofMinutes(10);

    /** The same of one that was refused at once: there may be far more of them. */
    private static final Duration KEEP_REFUSED = Duration.ofMinutes(1);

    /** Commands that a board may have before it and under way, and not finished. */
    static final int MOST_UNFINISHED = 256;

    /** Most that are failed in one round. */
    private static final int MOST_OVERDUE = 10_000;

    /** Pending commands that are read in one call. */
    private static final String PAGE = "1000";

    private static final String MOST_SPENT = "200000";

    private final Bus bus;

    CommandStore(Bus bus) {
        this.bus = bus;
    }

    static Script publishing(String resource) {
        var script = Script.of(CommandStore.class, resource);
        return new Script(resource, PUBLICATION.lua() + script.lua());
    }

    /**
     * A command as it is stored.
     *
     * @param confirmBy ms since the epoch, 0 when it was final from the beginning
     */
    record Stored(
            CommandChanged record,
            int urgency,
            long confirmBy,
            long boot,
            @Nullable String traceparent) {
        Command command() {
            return Command.of(record, urgency, confirmBy, boot, traceparent);
        }
    }

    /**
     * What a command may cost of its output's limits, for a later owner of its partition.
     *
     * @param ms how long it keeps the output on
     */
    record Spending(UUID deviceId, UUID id, String command, long ms, long expiresAt, long until) {

        /** Empty when nothing limits the command. */
        static Optional<Spending> of(Command command, Restraint restraint) {
            if (restraint.free()) {
                return Optional.empty();
            }
            var ms = restraint.onMs(command.args());
            return Optional.of(
                    new Spending(
                            command.deviceId(),
                            command.id(),
                            command.command(),
                            ms,
                            command.expiresAt(),
                            command.expiresAt()
                                    + ms
                                    + DutyLedger.LAG_MS
                                    + Math.max(DutyLedger.WINDOW_MS, restraint.gapMs())));
        }

        private static Spending parse(String text) {
            var parts = text.split(" ", 6);
            return new Spending(
                    UUID.fromString(parts[0]),
                    UUID.fromString(parts[1]),
                    parts[2],
                    Long.parseLong(parts[3]),
                    Long.parseLong(parts[4]),
                    Long.parseLong(parts[5]));
        }

        @Override
        public String toString() {
            return String.join(
                    " ",
                    deviceId.toString(),
                    id.toString(),
                    command,
                    Long.toString(ms),
                    Long.toString(expiresAt),
                    Long.toString(until));
        }
    }

    /** What became of an attempt to store a command: new or not, and the state it is in. */
    record Enqueued(boolean created, CommandState state) {}

    /** Stores a command that the owner of its partition decided on. */
    CompletableFuture<Enqueued> enqueue(
            Lease lease,
            Command command,
            CommandState state,
            @Nullable String reason,
            Optional<Spending> spending,
            long at) {
        return lease.call(
                        ENQUEUE,
                        enqueueKeys(lease.partition(), command),
                        enqueueArgs(command, state, reason, spending, at, true))
                .thenApply(CommandStore::enqueued);
    }

    /**
     * Stores a command that a person gave. It fails with a {@link io.streamwire.service.Problem}
     * when the board has too many before it already.
     */
    CompletableFuture<Enqueued> enqueue(Command command, Optional<Spending> spending, long at) {
        return bus.call(
                        ENQUEUE,
                        enqueueKeys(bus.partition(command.workspaceId()), command),
                        enqueueArgs(command, CommandState.QUEUED, null, spending, at, false))
                .thenApply(CommandStore::enqueued);
    }

    private static List<String> enqueueKeys(int partition, Command command) {
        return List.of(
                key(partition, command.id()),
                pendingKey(partition),
                Stream.DEVICE.key(partition),
                spentKey(partition),
                unfinishedKey(partition, command.deviceId()));
    }

    private static List<String> enqueueArgs(
            Command command,
            CommandState state,
            @Nullable String reason,
            Optional<Spending> spending,
            long at,
            boolean recorded) {
        return List.of(
                command.id().toString(),
                command.workspaceId().toString(),
                command.deviceId().toString(),
                command.head(),
                state.toString(),
                json(reason),
                Long.toString(at),
                state.isFinal() ? "" : Long.toString(command.confirmBy()),
                Long.toString(command.boot()),
                command.traceparent() == null ? "" : command.traceparent(),
                text(command.frame()),
                text(command.decided()),
                Long.toString(KEEP_REFUSED.toMillis()),
                spending.map(Spending::toString).orElse(""),
                spending.map(one -> Long.toString(one.until())).orElse(""),
                command.urgency() == Command.RULE_URGENCY
                        ? ""
                        : Integer.toString(command.urgency()),
                Integer.toString(MOST_UNFINISHED),
                recorded ? json(Admission.Reason.TOO_MANY_UNFINISHED.code()) : "");
    }

    private static Enqueued enqueued(Reply reply) {
        if (reply.text(0).equals("refused")) {
            throw ManualCommands.tooManyUnfinished();
        }
        return new Enqueued(reply.text(0).equals("created"), state(reply.text(1)));
    }

    /** Binds a command to a boot, before it is sent to it; false when somebody else has. */
    CompletableFuture<Boolean> bind(Command command, long boot) {
        return bus.call(
                        BIND,
                        List.of(key(bus.partition(command.workspaceId()), command.id())),
                        List.of(Long.toString(Command.ANY_BOOT), Long.toString(boot)))
                .thenApply(reply -> reply.number(0) == 1);
    }

    /** A command; empty when it is unknown here or was final for a while. */
    CompletableFuture<Optional<Stored>> find(UUID workspaceId, UUID id) {
        return find(bus.partition(workspaceId), id)
                .thenApply(stored ->
                        stored.filter(found -> found.record().workspaceId().equals(workspaceId)));
    }

    CompletableFuture<Optional<Stored>> find(int partition, UUID id) {
        return bus.call(COMMAND, List.of(key(partition, id)), List.of())
                .thenApply(CommandStore::stored);
    }

    private static Optional<Stored> stored(Reply reply) {
        if (reply.size() == 0) {
            return Optional.empty();
        }
        var fields = fields(reply);
        var hops = new ArrayList<String>();
        for (var hop : List.of("frame", "decided", "published", "received", "on", "off")) {
            var time = fields.get(hop);
            if (time != null) {
                hops.add('"' + hop + "\":" + time);
            }
        }
        var json =
                fields.get("head")
                        + ",\"at\":"
                        + fields.get("at")
                        + ",\"state\":\""
                        + fields.get("state")
                        + "\",\"reason\":"
                        + fields.get("reason")
                        + ",\"hops\":{"
                        + String.join(",", hops)
                        + "}}";
        var trace = fields.getOrDefault("traceparent", "");
        return Optional.of(
                new Stored(
                        (CommandChanged) Json.read(json, DeviceEvent.class),
                        Integer.parseInt(
                                fields.getOrDefault(
                                        "urgency", Integer.toString(Command.RULE_URGENCY))),
                        Long.parseLong(fields.getOrDefault("confirm_by", "0")),
                        Long.parseLong(fields.getOrDefault("boot", "0")),
                        trace.isEmpty() ? null : trace));
    }

    /** All commands of a partition that no board has finished. Waits for Redis. */
    Set<UUID> pending(int partition) {
        var ids = new LinkedHashSet<UUID>();
        var cursor = "0";
        do {
            var page =
                    SafetySwitch.joined(
                            bus.call(
                                    PENDING,
                                    List.of(pendingKey(partition)),
                                    List.of(cursor, PAGE)));
            for (int i = 1; i < page.size(); i++) {
                ids.add(UUID.fromString(page.text(i)));
            }
            cursor = page.text(0);
        } while (!cursor.equals("0"));
        return ids;
    }

    /** The commands of a partition that a board should have finished by now. */
    CompletableFuture<List<UUID>> overdue(int partition, long now) {
        return bus.call(
                        OVERDUE,
                        List.of(pendingKey(partition)),
                        List.of(Long.toString(now), Integer.toString(MOST_OVERDUE)))
                .thenApply(reply ->
                        reply.values().stream()
                                .map(id -> UUID.fromString(String.valueOf(id)))
                                .toList());
    }

    /** What the commands of a partition may have cost that still counts. */
    CompletableFuture<List<Spending>> spent(int partition, long now) {
        return bus.call(
                        SPENT,
                        List.of(spentKey(partition)),
                        List.of(Long.toString(now), MOST_SPENT))
                .thenApply(reply ->
                        reply.values().stream()
                                .map(text -> Spending.parse(String.valueOf(text)))
                                .toList());
    }

    /** Drops pending ids whose command is gone. */
    CompletableFuture<Reply> forget(int partition, UUID id) {
        return bus.call(FORGET, List.of(pendingKey(partition)), List.of(id.toString()));
    }

    /** When a device last acknowledged anything, ms since the epoch. */
    CompletableFuture<Optional<Long>> lastAck(UUID workspaceId, UUID deviceId) {
        var key = lastAcksKey(bus.partition(workspaceId));
        return bus.call(LAST_ACK, List.of(key), List.of(deviceId.toString()))
                .thenApply(reply ->
                        Optional.of(reply.text(0))
                                .filter(text -> !text.isEmpty())
                                .map(Long::parseLong));
    }

    /** The fields and values of a HGETALL. */
    static Map<String, String> fields(Reply reply) {
        var fields = new HashMap<String, String>();
        for (int i = 0; i + 1 < reply.size(); i += 2) {
            fields.put(reply.text(i), reply.text(i + 1));
        }
        return fields;
    }

    static String key(int partition, UUID id) {
        return Stream.key(partition, "command:" + id);
    }

    static String pendingKey(int partition) {
        return Stream.key(partition, "pending");
    }

    /** What a board has not finished, by when that is to be confirmed. */
    static String unfinishedKey(int partition, UUID device) {
        return Stream.key(partition, "unfinished:" + device);
    }

    /** What was not confirmed of a board and may still be corrected, the oldest first. */
    static String failedKey(int partition, UUID device) {
        return Stream.key(partition, "failed:" + device);
    }

    static String spentKey(int partition) {
        return Stream.key(partition, "spent");
    }

    static String lastAcksKey(int partition) {
        return Stream.key(partition, "last-acks");
    }

    static String json(@Nullable String text) {
        return text == null ? "null" : Json.write(text);
    }

    static String text(@Nullable Long number) {
        return number == null ? "" : number.toString();
    }

    static CommandState state(String text) {
        return CommandState.valueOf(text.toUpperCase(Locale.ROOT));
    }
}
