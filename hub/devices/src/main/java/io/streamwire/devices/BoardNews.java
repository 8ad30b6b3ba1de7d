package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Script;
import io.streamwire.contract.DeviceEvent.DeviceStatus;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.devices.Presence.Seen;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;

/**
 * Tells the device stream, and so everybody, what becomes of boards: only the owner of a partition
 * does, once for each change. Thread-safe.
 */
final class BoardNews {

    private static final Script STATUS = Script.of(BoardNews.class, "status.lua");
    private static final Script ALL = new Script("boards", "return redis.call('HGETALL', KEYS[1])");

    private static final long ANNOUNCE_AGAIN_MS = 500;
    private static final int MOST_ANNOUNCED = 1_000;

    private final Bus bus;
    private final DeviceCache cache;
    private final Presence presence;
    private final RowRates rows;
    private final InstantSource clock;
    private final IntPredicate owned;

    /** The presence that was last announced of a board. */
    private final Map<UUID, String> announced = new ConcurrentHashMap<>();

    /** Boards whose state the stream does not have yet. */
    private final Set<UUID> unannounced = ConcurrentHashMap.newKeySet();

    /** When Redis, which may be full, may be tried again, ms; only of the repairing thread. */
    private long announceAgainAt;

    private int losses;

    /**
     * @param owned which partitions are this instance's
     */
    BoardNews(
            Bus bus,
            DeviceCache cache,
            Presence presence,
            RowRates rows,
            InstantSource clock,
            IntPredicate owned) {
        this.bus = bus;
        this.cache = cache;
        this.presence = presence;
        this.rows = rows;
        this.clock = clock;
        this.owned = owned;
    }

    /** Puts a board's state on the stream, if this instance is the one to do it. */
    void announce(Seen seen) {
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
                                List.of(
                                        boardsKey(partition),
                                        Stream.DEVICE.key(partition),
                                        onlineKey(partition, seen.workspaceId())),
                                List.of(
                                        seen.deviceId().toString(),
                                        seen.workspaceId().toString(),
                                        signature,
                                        Json.write(status),
                                        Long.toString(standing.since()),
                                        standing.presence()))
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

    /** Announces what could not be announced before; called many times a second. */
    void tick() {
        if (bus.losses() != losses && bus.available()) {
            losses = bus.losses(); // Redis may have forgotten what it confirmed last
            presence.all().forEach(seen -> unannounced.add(seen.deviceId()));
        }
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

    void forget(UUID deviceId) {
        announced.remove(deviceId);
        unannounced.remove(deviceId);
    }

    static String boardsKey(int partition) {
        return Stream.key(partition, "boards");
    }

    /** The devices of a workspace that are online, for the rules. */
    static String onlineKey(int partition, UUID workspaceId) {
        return Stream.key(partition, "online:" + workspaceId);
    }
}
