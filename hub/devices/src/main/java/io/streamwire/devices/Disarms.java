package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.devices.Presence.Seen;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Disarms boards without anybody's call: one that has stopped by itself stays stopped until
 * somebody arms it by hand, and so does one that does not keep its limits. Thread-safe.
 */
final class Disarms {

    private static final Logger LOG = System.getLogger(Disarms.class.getName());

    private static final long JUDGE_AFTER_MS = 1_000;

    private final Bus bus;
    private final Presence presence;
    private final SafetySwitch safety;
    private final Lanes lanes;
    private final InstantSource clock;
    private final IntPredicate owned;

    /** Boards that may have stopped by themselves, and since when, ms since the epoch. */
    private final Map<UUID, Long> suspects = new ConcurrentHashMap<>();

    /** Boards whose own stop is being taken in. */
    private final Set<UUID> stopping = ConcurrentHashMap.newKeySet();

    /**
     * @param owned which partitions are this instance's
     */
    Disarms(
            Bus bus,
            Presence presence,
            SafetySwitch safety,
            Lanes lanes,
            InstantSource clock,
            IntPredicate owned) {
        this.bus = bus;
        this.presence = presence;
        this.safety = safety;
        this.lanes = lanes;
        this.clock = clock;
        this.owned = owned;
    }

    /** Disarms a board for what the hub has noticed, without waiting. */
    void disarm(UUID workspaceId, UUID deviceId, String why) {
        disarm(workspaceId, deviceId, Cause.hub(why, clock.millis()));
    }

    /** A board that keeps its limits itself keeps other ones than the hub's. */
    void envelopeMismatch(UUID workspaceId, UUID deviceId, @Nullable String reported) {
        if (!safety.armed(workspaceId, deviceId)) {
            return;
        }
        LOG.log(
                Level.WARNING,
                "device={0} envelope=mismatch reported={1} event=disarmed",
                deviceId,
                reported == null ? "none" : "another");
        disarm(workspaceId, deviceId, "envelope_mismatch");
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

    /** Looks whether a board says that it has stopped by itself. */
    void lookForOwnStop(Seen seen) {
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
    void judgeSuspects() {
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

    void forget(UUID deviceId) {
        suspects.remove(deviceId);
    }
}
