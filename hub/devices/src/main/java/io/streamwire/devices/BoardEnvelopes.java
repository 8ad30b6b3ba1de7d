package io.streamwire.devices;

import io.helidon.dbclient.DbClientException;
import io.streamwire.bus.Bus;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.devices.DeviceCache.Known;
import io.streamwire.devices.Presence.Seen;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what boards can do, keeps it, and tells each board the safety envelope that follows from
 * it and its owner's limits. Thread-safe.
 */
final class BoardEnvelopes {

    private static final Logger LOG = System.getLogger(BoardEnvelopes.class.getName());

    /** Hands on what a board acknowledged with to the owner, who alone knows what is expected. */
    static final String ACKNOWLEDGED = "envelope";

    private static final String NONE = "none";

    private static final long KEEP_AGAIN_MS = 1_000;

    private final Bus bus;
    private final MqttLine line;
    private final DeviceStore store;
    private final DeviceCache cache;
    private final Presence presence;
    private final ConfigEcho echo;
    private final Lanes lanes;
    private final Disarms disarms;
    private final Drops drops;
    private final RowRates rows;
    private final InstantSource clock;
    private final IntPredicate owned;

    /** Boards whose capabilities PostgreSQL does not have yet, or that wait for their envelope. */
    private final Set<UUID> undescribed = ConcurrentHashMap.newKeySet();

    /** SHA-256 of the capability document that was taken in last. */
    private final Map<UUID, String> documents = new ConcurrentHashMap<>();

    /** The envelope that was published to a board since the line was last connected. */
    private final Map<UUID, String> configured = new ConcurrentHashMap<>();

    /** The boards that a bridge was told of since the line was last connected. */
    private final Map<UUID, List<DeviceConfig.Child>> mapped = new ConcurrentHashMap<>();

    /** The hash of each board's envelope when it was last looked at. */
    private final Map<UUID, String> noticed = new ConcurrentHashMap<>();

    /** When the database may be tried again, ms since the epoch; only of the repairing thread. */
    private long keepAgainAt;

    /**
     * @param owned which partitions are this instance's
     */
    BoardEnvelopes(
            Bus bus,
            MqttLine line,
            DeviceStore store,
            DeviceCache cache,
            Presence presence,
            ConfigEcho echo,
            Lanes lanes,
            Disarms disarms,
            Drops drops,
            RowRates rows,
            InstantSource clock,
            IntPredicate owned) {
        this.bus = bus;
        this.line = line;
        this.store = store;
        this.cache = cache;
        this.presence = presence;
        this.echo = echo;
        this.lanes = lanes;
        this.disarms = disarms;
        this.drops = drops;
        this.rows = rows;
        this.clock = clock;
        this.owned = owned;
    }

    /** The line to the broker came back: what it was told before may be lost. */
    void connected() {
        configured.clear();
        mapped.clear();
        echo.restart(clock.millis());
        for (var known : cache.all()) {
            notice(known);
            tellLimits(known);
        }
    }

    /** Whoever changed an envelope: commands that were sent before may still carry its hash. */
    private void notice(Known known) {
        var envelope = known.envelope();
        if (envelope == null) {
            return;
        }
        var before = noticed.put(known.device().id(), envelope.hash());
        if (before != null && !before.equals(envelope.hash())) {
            echo.replaced(known.device().id(), before, clock.millis());
        }
    }

    /** The commands of a board that leaves its limits to the hub wait until it was told them. */
    private void tellLimits(Known known) {
        if (limitsAreOurs(known) && owned.test(bus.partition(known.device().workspaceId()))) {
            undescribed.add(known.device().id());
        }
    }

    private static boolean limitsAreOurs(Known known) {
        return known.envelope() != null
                && known.capabilities() != null
                && known.capabilities().limits() == LimitsBy.HUB;
    }

    /**
     * Whether a board that leaves its limits to the hub was told the ones in force. Tighter limits
     * count as soon as they are known here; looser ones must not count before that. Of a board that
     * keeps its limits itself {@link ConfigEcho} says more.
     */
    boolean told(Known known) {
        return !limitsAreOurs(known)
                || Objects.requireNonNull(known.envelope())
                        .hash()
                        .equals(configured.get(known.device().id()));
    }

    /** A board came back: now it counts how long it takes to echo. */
    void appeared(UUID deviceId) {
        if (echo.holds(deviceId)) {
            undescribed.add(deviceId);
        }
    }

    /** This instance has got a partition. */
    void acquired(int partition) {
        for (var known : cache.all()) {
            if (bus.partition(known.device().workspaceId()) != partition) {
                continue;
            }
            var device = known.device();
            var envelope = known.envelope();
            if (device.board().equals(Device.BRIDGE)) {
                // Whom the owner before told it of is not known here.
                mapped.remove(device.id());
                configured.remove(device.id());
                undescribed.add(device.id());
            } else if (envelope != null && !envelope.hash().equals(device.envelope())) {
                undescribed.add(device.id());
            }
            if (!told(known)) {
                undescribed.add(device.id());
            }
            expectAnew(known);
        }
    }

    /** What this instance waited for when another one owned the board may be outdated. */
    private void expectAnew(Known known) {
        var device = known.device();
        var envelope = known.envelope();
        if (envelope == null || !echo.holds(device.id())) {
            return;
        }
        var hash = envelope.hash();
        var echoed = echo.report(device.id()).filter(said -> hash.equals(said.envelope()));
        echo.expect(device.workspaceId(), device.id(), hash, null, clock.millis());
        if (echoed.isPresent()) {
            var _ = echo.echoed(device.id(), hash);
        } else {
            undescribed.add(device.id());
        }
    }

    /** Boards say it again with each connection, and the broker when ours is back. */
    void described(Known known, byte[] payload) {
        var device = known.device();
        var sha256 = DeviceCache.sha256(payload);
        if (sha256.equals(documents.get(device.id())) && known.capabilities() != null) {
            if (owned.test(bus.partition(device.workspaceId()))) {
                undescribed.add(device.id());
            }
            return;
        }
        described(known, Boards.read(payload, Boards.LONGEST_DOCUMENT, Capabilities.class));
        documents.put(device.id(), sha256);
    }

    private void described(Known known, Capabilities capabilities) {
        var device = known.device();
        if (!CapabilityCheck.acceptable(capabilities)) {
            drops.count(device.id(), "malformed_describe");
            return;
        }
        var now = cache.describe(device.id(), capabilities).orElse(null);
        if (now == null || now.envelope() == null) {
            return;
        }
        notice(now);
        var envelope = now.envelope().hash();
        if (!envelope.equals(device.envelope()) && capabilities.limits() == LimitsBy.BOARD) {
            echo.expect(
                    device.workspaceId(), device.id(), envelope, device.envelope(), clock.millis());
        }
        if (owned.test(bus.partition(device.workspaceId()))) {
            undescribed.add(device.id());
        }
    }

    /** Stores and publishes what waits for it; called many times a second. */
    void tick() {
        var now = clock.millis();
        if (!line.connected()) {
            echo.restart(now);
        }
        for (var waiting : echo.untold()) {
            if (isOurs(waiting.workspaceId()) && isThere(waiting.deviceId())) {
                undescribed.add(waiting.deviceId());
            }
        }
        for (var overdue : echo.overdue(now, this::isOurs)) {
            LOG.log(
                    Level.WARNING,
                    "device={0} config=not_echoed event=disarmed",
                    overdue.deviceId());
            disarms.disarm(overdue.workspaceId(), overdue.deviceId(), "config_unconfirmed");
        }
        keepDescribed();
    }

    private boolean isOurs(UUID workspaceId) {
        return owned.test(bus.partition(workspaceId));
    }

    /** Whether a board was heard since our line was down, by whichever instance. */
    private boolean isThere(UUID deviceId) {
        return presence.of(deviceId).filter(Seen::online).isPresent()
                && echo.isBack(presence.heardAt(deviceId));
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
                configure(device, envelope.hash()); // which need not wait for the row
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
        var children = children(device);
        if (envelope.equals(configured.get(device.id()))
                && !echo.holds(device.id())
                && children.equals(mapped.getOrDefault(device.id(), List.of()))) {
            return;
        }
        configured.remove(device.id()); // until the broker has it
        var config =
                new DeviceConfig(
                        device.configVersion(),
                        envelope,
                        device.limits(),
                        device.board().equals(Device.BRIDGE) ? children : null);
        var _ =
                line.publish(
                                MqttLine.Outgoing.retained(
                                        Topics.desiredConfig(device.workspaceId(), device.id()),
                                        Json.write(config)))
                        .whenComplete((_, failure) -> {
                            if (failure == null) {
                                configured.put(device.id(), envelope);
                                mapped.put(device.id(), children);
                                cache.known(device.id()).ifPresent(this::reconfigure);
                                lanes.pump(device.id());
                                if (isThere(device.id())) {
                                    echo.published(device.id(), envelope, clock.millis());
                                }
                            } else {
                                undescribed.add(device.id());
                            }
                        });
    }

    /** The boards that hang on a bridge; none of any other device. */
    private List<DeviceConfig.Child> children(Device bridge) {
        return cache.childrenOf(bridge).stream()
                .sorted()
                .flatMap(id -> cache.known(id).stream())
                .map(Known::device)
                .map(child ->
                        new DeviceConfig.Child(child.id(), child.board(), child.hardwareUuid()))
                .toList();
    }

    /** A board says which limits it keeps. */
    void reported(Known known, DeviceConfig config) {
        var device = known.device();
        if (Boards.missing(config.envelope())) {
            drops.count(device.id(), "malformed_config");
            return;
        }
        var reported = Boards.printable(config.envelope());
        echo.reported(device.id(), config.v(), reported, clock.millis());
        if (echo.echoed(device.id(), config.envelope())) {
            lanes.pump(device.id());
        }
    }

    /**
     * The owner's limits were changed: the board's commands wait until it has echoed them. Or the
     * boards of a bridge were.
     */
    void reconfigure(Known known) {
        notice(known);
        var device = known.device();
        var envelope = known.envelope();
        var capabilities = known.capabilities();
        if (envelope == null
                || capabilities == null
                || !owned.test(bus.partition(device.workspaceId()))) {
            return;
        }
        var unchanged = envelope.hash().equals(configured.get(device.id()));
        if (unchanged && children(device).equals(mapped.getOrDefault(device.id(), List.of()))) {
            return;
        }
        if (!unchanged && capabilities.limits() == LimitsBy.BOARD) {
            echo.expect(
                    device.workspaceId(),
                    device.id(),
                    envelope.hash(),
                    configured.get(device.id()),
                    clock.millis());
        }
        undescribed.add(device.id());
    }

    /** Other instances may have changed limits. */
    void refreshed() {
        cache.all().forEach(this::notice);
        for (var device : List.copyOf(configured.keySet())) {
            cache.known(device).ifPresent(this::reconfigure);
        }
    }

    /**
     * A board has acknowledged something under an envelope; it is disarmed when that is not the
     * hub's. An instance that does not own it may know the next envelope before the board does, or
     * after it: it asks the owner.
     */
    void acknowledged(Known known, @Nullable String reported) {
        var device = known.device();
        if (!mismatch(known, reported)) {
            return;
        }
        if (owned.test(bus.partition(device.workspaceId()))) {
            disarms.envelopeMismatch(device.workspaceId(), device.id(), reported);
            return;
        }
        var hash = reported == null ? NONE : Boards.printable(reported);
        bus.announce(ACKNOWLEDGED, device.id() + " " + hash);
    }

    /** Takes in the news of {@link #ACKNOWLEDGED}. */
    void acknowledgedElsewhere(String news) {
        var words = news.split(" ", 2);
        if (words.length < 2) {
            return;
        }
        cache.known(UUID.fromString(words[0]))
                .filter(known -> owned.test(bus.partition(known.device().workspaceId())))
                .ifPresent(known -> acknowledged(known, words[1].equals(NONE) ? null : words[1]));
    }

    private boolean mismatch(Known known, @Nullable String reported) {
        var capabilities = known.capabilities();
        var envelope = known.envelope();
        if (capabilities == null
                || envelope == null
                || capabilities.limits() == LimitsBy.HUB
                || envelope.hash().equals(reported)) {
            return false;
        }
        notice(known);
        return !echo.wasPresent(known.device().id(), reported, clock.millis());
    }

    void forget(UUID deviceId) {
        echo.forget(deviceId);
        configured.remove(deviceId);
        mapped.remove(deviceId);
        undescribed.remove(deviceId);
        documents.remove(deviceId);
        noticed.remove(deviceId);
    }
}
