package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.BoardLog;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.OtaReport;
import io.streamwire.contract.mqtt.Telemetry;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.devices.DeviceCache.Known;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what boards say. A board is hostile until shown otherwise: too large, malformed, unknown
 * and too many messages are counted and dropped. Called on the threads of the line.
 */
final class Boards implements MqttLine.Receiver {

    private static final int LONGEST_REPORT = 1_024;
    private static final int LONGEST_BATCH = 8 * 1_024;
    static final int LONGEST_DOCUMENT = 32 * 1_024;
    private static final int MOST_STRANGERS = 1_000;

    /** How long after its boards' words that of a bridge may come, ms. */
    private static final long LONGEST_EARLY_MS = 5_000;

    private final Bus bus;
    private final MqttLine line;
    private final DeviceCache cache;
    private final Presence presence;
    private final Heartbeats heartbeats;
    private final Lanes lanes;
    private final CommandTracker tracker;
    private final SafetySwitch safety;
    private final Rollouts rollouts;
    private final Drops drops;
    private final BoardRecords records;
    private final InstantSource clock;
    private final IntPredicate owned;
    private final RowRates rows;
    private final BoardEnvelopes envelopes;
    private final Disarms disarms;
    private final BoardNews news;

    /** Messages of devices that this instance may learn of in a moment, by topic. */
    private final Map<String, byte[]> strangers = new ConcurrentHashMap<>();

    /** What boards of lost bridges have said. */
    private final Map<UUID, Early> early = new ConcurrentHashMap<>();

    private record Early(BoardState state, long at) {}

    Boards(
            Bus bus,
            MqttLine line,
            DeviceCache cache,
            Presence presence,
            Heartbeats heartbeats,
            Lanes lanes,
            CommandTracker tracker,
            SafetySwitch safety,
            Rollouts rollouts,
            Drops drops,
            BoardRecords records,
            InstantSource clock,
            IntPredicate owned,
            RowRates rows,
            BoardEnvelopes envelopes,
            Disarms disarms,
            BoardNews news) {
        this.bus = bus;
        this.line = line;
        this.cache = cache;
        this.presence = presence;
        this.heartbeats = heartbeats;
        this.lanes = lanes;
        this.tracker = tracker;
        this.safety = safety;
        this.rollouts = rollouts;
        this.drops = drops;
        this.records = records;
        this.clock = clock;
        this.owned = owned;
        this.rows = rows;
        this.envelopes = envelopes;
        this.disarms = disarms;
        this.news = news;
    }

    @Override
    public void connected() {
        envelopes.connected();
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
                case "describe" -> envelopes.described(known, payload);
                case "config" ->
                        envelopes.reported(
                                known, read(payload, LONGEST_DOCUMENT, DeviceConfig.class));
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

    static <T> T read(byte[] payload, int longest, Class<T> type) {
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
                lanes.handedOver(device.id(), ack.id()).stream()
                        .mapToLong(Lanes.HandedOver::at)
                        .findFirst(),
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
        envelopes.acknowledged(known, ack.envelope());
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
        news.announce(change.after());
        disarms.lookForOwnStop(change.after());
        if (!change.after().online()) {
            lost(device);
        } else {
            cache.childrenOf(device).forEach(this::heardAfterAll);
        }
        if (change.appeared()) {
            envelopes.appeared(device.id());
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
            news.announce(
                    presence.accept(bridge.workspaceId(), child, state, clock.millis()).after());
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

    /** What may stand in a log; null stays null. */
    static @Nullable String printable(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return text.matches("[\\x21-\\x7e]{1,64}") ? text : "unreadable";
    }

    /** This instance has got a partition: what it knows of its boards is its to tell now. */
    void acquired(int partition) {
        safety.publishAgain(acquired -> acquired == partition);
        for (var seen : presence.all()) {
            if (bus.partition(seen.workspaceId()) == partition) {
                news.announce(seen);
                disarms.lookForOwnStop(seen);
            }
        }
        envelopes.acquired(partition);
    }

    /** Makes up for what could not be done at once; called many times a second. */
    void tick() {
        envelopes.tick();
        disarms.judgeSuspects();
        news.tick();
    }

    /** New devices were learnt of: perhaps they have said something already. */
    void refreshed() {
        envelopes.refreshed();
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
        tracker.forget(device.id());
        envelopes.forget(device.id());
        disarms.forget(device.id());
        news.forget(device.id());
        early.remove(device.id());
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

    static boolean missing(@Nullable Object value) {
        return value == null;
    }
}
