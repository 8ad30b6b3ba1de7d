package io.streamwire.devices;

import io.helidon.dbclient.DbClientException;
import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Script;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.DeviceEvent.DeviceStatus;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.BoardLog;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.contract.mqtt.OtaReport;
import io.streamwire.contract.mqtt.Telemetry;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.devices.DeviceCache.Known;
import io.streamwire.devices.Presence.Seen;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what boards say. A board is hostile until shown otherwise: too large, malformed, unknown
 * and too many messages are counted and dropped. Called on the threads of the line.
 */
final class Boards implements MqttLine.Receiver {

    private static final Logger LOG = System.getLogger(Boards.class.getName());

    private static final Script STATUS = Script.of(Boards.class, "status.lua");
    private static final Script ALL = new Script("boards", "return redis.call('HGETALL', KEYS[1])");

    private static final int LONGEST_REPORT = 1_024;
    private static final int LONGEST_BATCH = 8 * 1_024;
    private static final int LONGEST_DOCUMENT = 32 * 1_024;
    private static final int MOST_STRANGERS = 1_000;
    private static final int MOST_ARGS = 16;
    private static final long KEEP_AGAIN_MS = 1_000;
    private static final long ANNOUNCE_AGAIN_MS = 500;
    private static final int MOST_ANNOUNCED = 1_000;
    private static final long JUDGE_AFTER_MS = 1_000;

    /** How long after its boards' words that of a bridge may come, ms. */
    private static final long LONGEST_EARLY_MS = 5_000;

    private static final long LONGEST_ON_MS = 3_600_000;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,31}");

    private final Bus bus;
    private final MqttLine line;
    private final DeviceStore store;
    private final DeviceCache cache;
    private final Presence presence;
    private final Heartbeats heartbeats;
    private final ConfigEcho echo;
    private final Lanes lanes;
    private final CommandTracker tracker;
    private final SafetySwitch safety;
    private final Rollouts rollouts;
    private final Drops drops;
    private final BoardRecords records;
    private final InstantSource clock;
    private final IntPredicate owned;

    /** Messages of devices that this instance may learn of in a moment, by topic. */
    private final Map<String, byte[]> strangers = new ConcurrentHashMap<>();

    /** Boards whose capabilities PostgreSQL does not have yet. */
    private final Set<UUID> undescribed = ConcurrentHashMap.newKeySet();

    /** The presence that was last announced of a board. */
    private final Map<UUID, String> announced = new ConcurrentHashMap<>();

    /** Boards whose state the stream does not have yet. */
    private final Set<UUID> unannounced = ConcurrentHashMap.newKeySet();

    /** What boards of lost bridges have said. */
    private final Map<UUID, Early> early = new ConcurrentHashMap<>();

    private record Early(BoardState state, long at) {}

    /** Boards that may have stopped by themselves, and since when, ms since the epoch. */
    private final Map<UUID, Long> suspects = new ConcurrentHashMap<>();

    /** Boards whose own stop is being taken in. */
    private final Set<UUID> stopping = ConcurrentHashMap.newKeySet();

    /** When Redis, which may be full, may be tried again, ms; only of the repairing thread. */
    private long announceAgainAt;

    /** When the database may be tried again, ms since the epoch; only of the repairing thread. */
    private long keepAgainAt;

    /** SHA-256 of the capability document that was taken in last. */
    private final Map<UUID, String> documents = new ConcurrentHashMap<>();

    private final RowRates rows;

    /** The envelope that was published to a board since the line was last connected. */
    private final Map<UUID, String> configured = new ConcurrentHashMap<>();

    Boards(
            Bus bus,
            MqttLine line,
            DeviceStore store,
            DeviceCache cache,
            Presence presence,
            Heartbeats heartbeats,
            ConfigEcho echo,
            Lanes lanes,
            CommandTracker tracker,
            SafetySwitch safety,
            Rollouts rollouts,
            Drops drops,
            BoardRecords records,
            InstantSource clock,
            IntPredicate owned) {
        this.bus = bus;
        this.line = line;
        this.store = store;
        this.cache = cache;
        this.presence = presence;
        this.heartbeats = heartbeats;
        this.echo = echo;
        this.lanes = lanes;
        this.tracker = tracker;
        this.safety = safety;
        this.rollouts = rollouts;
        this.drops = drops;
        this.records = records;
        this.clock = clock;
        this.owned = owned;
        this.rows = new RowRates(clock);
    }

    @Override
    public void connected() {
        configured.clear();
        echo.restart(clock.millis());
        safety.publishAgain(owned);
        lanes.returnedAll();
    }

    @Override
    public void arrived(String topic, byte[] payload) {
        var arrivedUs = Hops.now();
        var up = Topics.parseUp(topic).orElse(null);
        if (up == null || payload.length == 0) {
            return; // an empty one only clears what was retained
        }
        var known = cache.find(up.workspaceId(), up.deviceId()).orElse(null);
        if (known == null) {
            if (strangers.size() < MOST_STRANGERS && payload.length <= LONGEST_DOCUMENT) {
                strangers.put(topic, payload);
            }
            return;
        }
        if (!drops.admits(up.deviceId())) {
            return;
        }
        heartbeats.heard(up.deviceId());
        try {
            switch (up.name()) {
                case "ack" ->
                        acknowledged(known, read(payload, LONGEST_REPORT, Ack.class), arrivedUs);
                case "state" -> state(known, read(payload, LONGEST_REPORT, BoardState.class));
                case "describe" -> described(known, payload);
                case "config" ->
                        configured(known, read(payload, LONGEST_DOCUMENT, DeviceConfig.class));
                case "telemetry" ->
                        records.accept(
                                known.device(), read(payload, LONGEST_BATCH, Telemetry.class));
                case "log" ->
                        records.accept(
                                known.device(), read(payload, LONGEST_BATCH, BoardLog.class));
                case "ota" -> firmware(known, read(payload, LONGEST_REPORT, OtaReport.class));
                default -> drops.count(up.deviceId(), "unknown_topic");
            }
        } catch (Json.MalformedJson e) {
            drops.count(up.deviceId(), "malformed_" + up.name());
        } catch (Oversize e) {
            drops.count(up.deviceId(), "oversize_" + up.name());
        }
    }

    private static final class Oversize extends RuntimeException {
        Oversize(int bytes) {
            super(bytes + " bytes", null, false, false);
        }
    }

    private static <T> T read(byte[] payload, int longest, Class<T> type) {
        if (payload.length > longest) {
            throw new Oversize(payload.length);
        }
        return Json.read(payload, type);
    }

    private void acknowledged(Known known, Ack ack, long arrivedUs) {
        var device = known.device();
        if (missing(ack.id()) || missing(ack.st())) {
            drops.count(device.id(), "malformed_ack");
            return;
        }
        tracker.acknowledged(
                device.workspaceId(),
                device.id(),
                ack,
                lanes.handedOver(device.id(), ack.id()),
                arrivedUs);
        var state = CommandTracker.state(ack);
        if (state != null) {
            lanes.heard(device.id(), ack.id(), state);
        }
        lanes.answered(device.id(), ack.id());
        if (!owned.test(bus.partition(device.workspaceId()))) {
            var told = state == null ? CommandState.SENT : state;
            bus.announce(Lanes.ANSWERED, device.id() + " " + ack.id() + " " + told);
        }
        if (mismatch(known, ack.envelope()) && safety.armed(device.workspaceId(), device.id())) {
            LOG.log(
                    Level.WARNING,
                    "device={0} envelope=mismatch reported={1} event=disarmed",
                    device.id(),
                    ack.envelope() == null ? "none" : "another");
            disarm(device.workspaceId(), device.id(), "envelope_mismatch");
        }
    }

    /** Whether a board that keeps the limits itself keeps other ones than the hub's. */
    private boolean mismatch(Known known, @Nullable String reported) {
        var capabilities = known.capabilities();
        var envelope = known.envelope();
        if (capabilities == null
                || envelope == null
                || capabilities.limits() == LimitsBy.HUB
                || envelope.hash().equals(reported)) {
            return false;
        }
        return !echo.wasPresent(known.device().id(), reported, clock.millis());
    }

    private void disarm(UUID workspaceId, UUID deviceId, String why) {
        disarm(workspaceId, deviceId, Cause.hub(why, clock.millis()));
    }

    private void disarm(UUID workspaceId, UUID deviceId, Cause cause) {
        Thread.ofVirtual()
                .name("disarm-" + deviceId)
                .start(() -> {
                    try {
                        var _ = safety.disarm(workspaceId, List.of(deviceId), cause);
                    } finally {
                        stopping.remove(deviceId);
                    }
                    lanes.pump(deviceId);
                });
    }

    private void state(Known known, BoardState state) {
        var device = known.device();
        if (missing(state.s())) {
            drops.count(device.id(), "malformed_state");
            return;
        }
        var said = sane(state);
        if (bridgeIsLost(device)) {
            early.put(device.id(), new Early(said, clock.millis()));
            said = lostAs(said);
        }
        var change = presence.accept(device.workspaceId(), device.id(), said, clock.millis());
        safety.reported(device.workspaceId(), device.id(), change.after().state());
        announce(change.after());
        lookForOwnStop(change.after());
        if (!change.after().online()) {
            lost(device);
        } else {
            cache.childrenOf(device).forEach(this::heardAfterAll);
        }
        if (change.appeared() && echo.holds(device.id())) {
            undescribed.add(device.id()); // now it counts how long it takes to echo
        }
        if (change.appeared()) {
            safety.appeared(device.workspaceId(), device.id(), change.after().state());
        }
        if (change.returned() || change.rebooted()) {
            lanes.returned(device.id());
            return;
        }
        lanes.pump(device.id());
    }

    /** Without its bridge nobody hears of a board; it says so itself when it is back. */
    private void lost(Device bridge) {
        for (var child : cache.childrenOf(bridge)) {
            var seen = presence.of(bridge.workspaceId(), child).orElse(null);
            if (seen == null || !seen.online()) {
                continue;
            }
            var state = lostAs(seen.state());
            announce(presence.accept(bridge.workspaceId(), child, state, clock.millis()).after());
        }
    }

    /** What a lost bridge's board has said is from before: the broker tells it in any order. */
    private boolean bridgeIsLost(Device device) {
        return device.parentId() != null
                && presence.of(device.workspaceId(), device.parentId())
                        .filter(bridge -> !bridge.online())
                        .isPresent();
    }

    /** A bridge is back: what its board said a moment before it is from now, too. */
    private void heardAfterAll(UUID child) {
        var word = early.remove(child);
        if (word != null && clock.millis() - word.at() <= LONGEST_EARLY_MS) {
            cache.known(child).ifPresent(known -> state(known, word.state()));
        }
    }

    private static BoardState lostAs(BoardState last) {
        return new BoardState(
                BoardState.Phase.LOST, last.boot(), last.epoch(), last.fw(), last.envelope(), null);
    }

    private static BoardState sane(BoardState state) {
        return new BoardState(
                state.s(),
                state.boot(),
                state.epoch(),
                printable(state.fw()),
                printable(state.envelope()),
                printable(state.why()));
    }

    /** A board that has stopped by itself stays stopped until somebody arms it by hand. */
    private void lookForOwnStop(Seen seen) {
        if (!owned.test(bus.partition(seen.workspaceId()))) {
            return;
        }
        switch (safety.ownStop(seen.workspaceId(), seen.deviceId(), seen.state())) {
            case NONE -> suspects.remove(seen.deviceId());
            case SAID -> stoppedByItself(seen);
            case SUSPECTED -> suspects.putIfAbsent(seen.deviceId(), clock.millis());
        }
    }

    /** The stop of another instance is in Redis by now, or never will be. */
    private void judgeSuspects() {
        var before = clock.millis() - JUDGE_AFTER_MS;
        for (var suspect : List.copyOf(suspects.keySet())) {
            var since = suspects.get(suspect);
            var seen = presence.of(suspect).orElse(null);
            if (since == null || seen == null || since > before) {
                continue;
            }
            suspects.remove(suspect);
            try {
                SafetySwitch.joined(safety.load(bus.partition(seen.workspaceId())));
            } catch (BusException e) {
                LOG.log(Level.DEBUG, "device={0} arming=unknown reason={1}", suspect, e);
            }
            if (safety.ownStop(seen.workspaceId(), suspect, seen.state()) != OwnStop.NONE) {
                stoppedByItself(seen);
            }
        }
    }

    private void stoppedByItself(Seen seen) {
        if (!stopping.add(seen.deviceId())) {
            return;
        }
        LOG.log(
                Level.WARNING,
                "device={0} event=stopped_by_itself epoch={1}",
                seen.deviceId(),
                Long.toString(seen.state().epoch()));
        disarm(seen.workspaceId(), seen.deviceId(), Cause.board(seen.deviceId(), clock.millis()));
    }

    private static @Nullable String printable(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return text.matches("[\\x21-\\x7e]{1,64}") ? text : "unreadable";
    }

    /** Boards say it again with each connection, and the broker when ours is back. */
    private void described(Known known, byte[] payload) {
        var device = known.device();
        var sha256 = DeviceCache.sha256(payload);
        if (sha256.equals(documents.get(device.id())) && known.capabilities() != null) {
            if (owned.test(bus.partition(device.workspaceId()))) {
                undescribed.add(device.id());
            }
            return;
        }
        described(known, read(payload, LONGEST_DOCUMENT, Capabilities.class));
        documents.put(device.id(), sha256);
    }

    private void described(Known known, Capabilities capabilities) {
        var device = known.device();
        if (!acceptable(capabilities)) {
            drops.count(device.id(), "malformed_describe");
            return;
        }
        var now = cache.describe(device.id(), capabilities).orElse(null);
        if (now == null || now.envelope() == null) {
            return;
        }
        var envelope = now.envelope().hash();
        if (!envelope.equals(device.envelope()) && capabilities.limits() == LimitsBy.BOARD) {
            echo.expect(
                    device.workspaceId(), device.id(), envelope, device.envelope(), clock.millis());
        }
        if (owned.test(bus.partition(device.workspaceId()))) {
            undescribed.add(device.id());
        }
    }

    /** Whether a capability document makes sense; its names go into a canonical JSON. */
    private static boolean acceptable(Capabilities capabilities) {
        return !missing(capabilities.limits())
                && capabilities.commands().stream().allMatch(Boards::acceptable);
    }

    private static boolean acceptable(Capabilities.CommandSpec command) {
        return isName(command.name())
                && command.args().size() <= MOST_ARGS
                && command.args().stream()
                        .allMatch(arg -> isName(arg.name()) && arg.min() <= most(command, arg))
                && command.maxOnMs() >= 0
                && command.maxOnMs() <= LONGEST_ON_MS
                && command.minGapMs() >= 0
                && command.maxDutyPct() >= 0
                && command.maxDutyPct() <= 100
                && (command.group() == null || isName(command.group()));
    }

    private static long most(Capabilities.CommandSpec command, Capabilities.ArgSpec arg) {
        return arg.name().equals(Envelope.DURATION)
                ? Math.min(arg.max(), command.maxOnMs())
                : arg.max();
    }

    private static boolean isName(@Nullable String name) {
        return name != null && NAME.matcher(name).matches();
    }

    /** Stores what boards can do and tells them their envelope, off the line's threads. */
    private void keepDescribed() {
        if (undescribed.isEmpty() || clock.millis() < keepAgainAt) {
            return;
        }
        for (var device : List.copyOf(undescribed)) {
            undescribed.remove(device);
            try {
                cache.known(device).ifPresent(this::keep);
            } catch (DbClientException e) {
                if (SqlState.isLasting(e)) {
                    drops.count(device, "describe_not_stored");
                    continue;
                }
                LOG.log(
                        Level.DEBUG,
                        "device={0} capabilities=stored_later reason={1}",
                        device,
                        e.getMessage());
                undescribed.add(device);
                keepAgainAt = clock.millis() + KEEP_AGAIN_MS;
                return;
            }
        }
    }

    private void keep(Known known) {
        var device = known.device();
        var capabilities = known.capabilities();
        var envelope = known.envelope();
        if (capabilities == null || envelope == null) {
            return;
        }
        if (!capabilities.equals(device.capabilities())
                || !envelope.hash().equals(device.envelope())) {
            if (!rows.document(device.id())) {
                undescribed.add(device.id());
                return;
            }
            store.describe(device.workspaceId(), device.id(), capabilities, envelope.hash());
            var stored = store.device(device.workspaceId(), device.id());
            if (stored.isEmpty()) {
                return;
            }
            device = stored.get();
            cache.put(new DeviceStore.Change(device, false));
            bus.announce(Devices.CHANGED, device.id().toString());
        }
        configure(device, envelope.hash());
    }

    private void configure(Device device, String envelope) {
        if (envelope.equals(configured.get(device.id())) && !echo.holds(device.id())) {
            return;
        }
        var config = new DeviceConfig(device.configVersion(), envelope, device.limits());
        var _ =
                line.publish(
                                MqttLine.Outgoing.retained(
                                        Topics.desiredConfig(device.workspaceId(), device.id()),
                                        Json.write(config)))
                        .whenComplete((_, failure) -> {
                            if (failure == null) {
                                configured.put(device.id(), envelope);
                                if (presence.of(device.id()).filter(Seen::online).isPresent()) {
                                    echo.published(device.id(), envelope, clock.millis());
                                }
                            } else {
                                undescribed.add(device.id());
                            }
                        });
    }

    private void configured(Known known, DeviceConfig config) {
        var device = known.device();
        if (missing(config.envelope())) {
            drops.count(device.id(), "malformed_config");
            return;
        }
        var reported = printable(config.envelope());
        echo.reported(device.id(), config.v(), reported, clock.millis());
        if (echo.echoed(device.id(), config.envelope())) {
            lanes.pump(device.id());
        }
    }

    /** Puts a board's state on the stream, if this instance is the one to do it. */
    private void announce(Seen seen) {
        var partition = bus.partition(seen.workspaceId());
        if (!owned.test(partition)) {
            return;
        }
        if (!rows.state(seen.deviceId())) {
            unannounced.add(seen.deviceId());
            return;
        }
        var standing = presence.standing(seen, clock.millis());
        announced.put(seen.deviceId(), standing.presence());
        var state = seen.state();
        var firmware = state.fw() == null ? "" : state.fw();
        var signature =
                "%s %s %d %d %s"
                        .formatted(
                                standing.presence(),
                                state.s(),
                                state.boot(),
                                state.epoch(),
                                firmware);
        var status =
                new DeviceStatus(
                        seen.workspaceId(),
                        seen.deviceId(),
                        Math.max(seen.at(), standing.since()),
                        standing.presence(),
                        state.s().toString(),
                        state.boot(),
                        state.epoch(),
                        state.fw());
        var _ =
                bus.call(
                                STATUS,
                                List.of(boardsKey(partition), Stream.DEVICE.key(partition)),
                                List.of(
                                        seen.deviceId().toString(),
                                        seen.workspaceId().toString(),
                                        signature,
                                        Json.write(status),
                                        Long.toString(standing.since())))
                        .whenComplete((_, failure) -> {
                            if (failure != null) {
                                unannounced.add(seen.deviceId());
                            }
                        });
    }

    /** Reads what was known of a partition's boards before this instance started. */
    CompletableFuture<Void> load(int partition) {
        return bus.call(ALL, List.of(boardsKey(partition)), List.of())
                .thenAccept(reply ->
                        CommandStore.fields(reply)
                                .forEach((device, text) -> remember(device, text)));
    }

    private void remember(String device, String text) {
        var parts = text.split(" ", 6);
        var id = UUID.fromString(device);
        var known = cache.known(id);
        if (parts.length != 6 || known.isEmpty()) {
            return;
        }
        var since = Long.parseLong(parts[0]);
        presence.remember(
                new Seen(
                        known.get().device().workspaceId(),
                        id,
                        new BoardState(
                                BoardState.Phase.valueOf(parts[2].toUpperCase(Locale.ROOT)),
                                Long.parseLong(parts[3]),
                                Long.parseLong(parts[4]),
                                parts[5].isEmpty() ? null : parts[5],
                                null),
                        since,
                        since),
                clock.millis());
    }

    /** This instance has got a partition: what it knows of its boards is its to tell now. */
    void acquired(int partition) {
        safety.publishAgain(acquired -> acquired == partition);
        for (var seen : presence.all()) {
            if (bus.partition(seen.workspaceId()) == partition) {
                announce(seen);
                lookForOwnStop(seen);
            }
        }
        for (var known : cache.all()) {
            var envelope = known.envelope();
            if (envelope != null
                    && bus.partition(known.device().workspaceId()) == partition
                    && !envelope.hash().equals(known.device().envelope())) {
                undescribed.add(known.device().id());
            }
        }
    }

    /** Stores and publishes what is waiting for it; called many times a second. */
    void tick() {
        if (!line.connected()) {
            echo.restart(clock.millis());
        }
        for (var overdue : echo.overdue(clock.millis())) {
            LOG.log(
                    Level.WARNING,
                    "device={0} config=not_echoed event=disarmed",
                    overdue.deviceId());
            disarm(overdue.workspaceId(), overdue.deviceId(), "config_unconfirmed");
        }
        judgeSuspects();
        keepDescribed();
        if (bus.available() && clock.millis() >= announceAgainAt) {
            announceAgainAt = clock.millis() + ANNOUNCE_AGAIN_MS;
            for (var device : unannounced.stream().limit(MOST_ANNOUNCED).toList()) {
                unannounced.remove(device);
                presence.of(device).ifPresent(this::announce);
            }
        }
    }

    /** Announces the boards that went quiet or are heard again. */
    void watch() {
        var now = clock.millis();
        for (var seen : presence.all()) {
            var before = announced.get(seen.deviceId());
            if (before != null
                    && !before.equals(presence.standing(seen, now).presence())
                    && owned.test(bus.partition(seen.workspaceId()))) {
                announce(seen);
            }
        }
    }

    /** The owner's limits were changed: the board's commands wait until it has echoed them. */
    void reconfigure(Known known) {
        var device = known.device();
        var envelope = known.envelope();
        var capabilities = known.capabilities();
        if (envelope == null
                || capabilities == null
                || !owned.test(bus.partition(device.workspaceId()))
                || envelope.hash().equals(configured.get(device.id()))) {
            return;
        }
        if (capabilities.limits() == LimitsBy.BOARD) {
            echo.expect(
                    device.workspaceId(),
                    device.id(),
                    envelope.hash(),
                    configured.get(device.id()),
                    clock.millis());
        }
        undescribed.add(device.id());
    }

    /** New devices were learnt of: perhaps they have said something already. */
    void refreshed() {
        for (var device : List.copyOf(configured.keySet())) {
            cache.known(device).ifPresent(this::reconfigure);
        }
        for (var topic : List.copyOf(strangers.keySet())) {
            var payload = strangers.remove(topic);
            if (payload == null) {
                continue;
            }
            var known =
                    Topics.parseUp(topic)
                            .flatMap(up -> cache.find(up.workspaceId(), up.deviceId()));
            if (known.isPresent()) {
                arrived(topic, payload);
            } else {
                Topics.parseUp(topic).ifPresent(up -> drops.count(up.deviceId(), "unknown_device"));
            }
        }
    }

    /** A device is no more: nothing of it stays here or in the broker. */
    void forget(Device device) {
        var workspace = device.workspaceId();
        clear(Topics.safety(workspace, device.id()));
        clear(Topics.desiredConfig(workspace, device.id()));
        presence.forget(device.id());
        echo.forget(device.id());
        tracker.forget(device.id());
        configured.remove(device.id());
        announced.remove(device.id());
        undescribed.remove(device.id());
        unannounced.remove(device.id());
        suspects.remove(device.id());
        early.remove(device.id());
        documents.remove(device.id());
        rows.forget(device.id());
    }

    private void clear(String topic) {
        var _ = line.publish(MqttLine.Outgoing.retained(topic, ""));
    }

    private void firmware(Known known, OtaReport report) {
        var device = known.device();
        if (missing(report.version()) || missing(report.st())) {
            drops.count(device.id(), "malformed_ota");
        } else if (!rollouts.reported(device, report)) {
            drops.count(device.id(), "full_ota");
        }
    }

    private static boolean missing(@Nullable Object value) {
        return value == null;
    }

    static String boardsKey(int partition) {
        return Stream.key(partition, "boards");
    }
}
