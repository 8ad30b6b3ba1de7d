package io.streamwire.rules;

import io.streamwire.bus.BusException;
import io.streamwire.bus.Lease;
import io.streamwire.bus.PartitionListener;
import io.streamwire.bus.Script;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.TimePassed;
import io.streamwire.contract.RoomCounters;
import io.streamwire.contract.Stream;
import io.streamwire.contract.Viewer;
import io.streamwire.service.Round;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tells the rules with a timer that time has passed on a livestream, as an event like any other. A
 * livestream is live as long as something happens on it. Times are multiples since the epoch, so
 * that whoever owns the partition tells the same.
 */
final class Timers implements PartitionListener, AutoCloseable {

    /** TikTok tells how many watch every few seconds, also when nobody does anything. */
    static final Duration LIVE = Duration.ofSeconds(60);

    private static final Logger LOG = System.getLogger(Timers.class.getName());
    private static final Script TICK = Script.of(Timers.class, "tick.lua");
    private static final Duration ROUND = Duration.ofSeconds(1);

    private final Function<UUID, RuleEngine> engines;
    private final InstantSource clock;
    private final Map<Integer, Lease> leases = new ConcurrentHashMap<>();
    private final Map<UUID, Seen> livestreams = new ConcurrentHashMap<>();
    private @Nullable Round round;
    private long toldUntil;

    /**
     * When something happened on a livestream.
     *
     * @param counters when its viewers were counted last
     */
    private record Seen(
            int partition,
            UUID workspaceId,
            UUID livestreamId,
            Instant at,
            @Nullable RoomCounters counters) {}

    Timers(Function<UUID, RuleEngine> engines, InstantSource clock) {
        this.engines = engines;
        this.clock = clock;
    }

    void start() {
        toldUntil = clock.instant().getEpochSecond();
        round = Round.every(ROUND, "rules-timers", this::tell);
    }

    /**
     * Something happened on a livestream of a workspace that has timers.
     *
     * @param counters null when its viewers were not counted just now
     */
    void seen(
            int partition, UUID workspaceId, String livestreamId, @Nullable RoomCounters counters) {
        try {
            var id = UUID.fromString(livestreamId);
            var before = livestreams.get(id);
            var counted = counters != null || before == null ? counters : before.counters();
            livestreams.put(id, new Seen(partition, workspaceId, id, clock.instant(), counted));
        } catch (IllegalArgumentException e) {
            LOG.log(Level.DEBUG, "livestream=\"{0}\" ignored=no_id", livestreamId);
        }
    }

    @Override
    public void acquired(Lease lease) {
        leases.put(lease.partition(), lease);
    }

    @Override
    public void released(int partition) {
        leases.remove(partition);
        livestreams.values().removeIf(seen -> seen.partition() == partition);
    }

    private void tell() {
        var now = clock.instant();
        var before = toldUntil;
        toldUntil = now.getEpochSecond();
        livestreams.values().removeIf(seen -> seen.at().isBefore(now.minus(LIVE)));
        var time = new TimePassed(toldUntil, before);
        for (var seen : livestreams.values()) {
            var lease = leases.get(seen.partition());
            if (lease != null && engines.apply(seen.workspaceId()).hasTimerDue(time)) {
                publish(lease, seen, time, now);
            }
        }
    }

    private static void publish(Lease lease, Seen seen, TimePassed time, Instant now) {
        var second = Long.toString(time.seconds());
        var event = tick(seen.workspaceId(), seen.livestreamId(), seen.counters(), time, now);
        try {
            var _ =
                    lease.call(
                                    TICK,
                                    List.of(
                                            Stream.EVENTS.key(lease.partition()),
                                            Stream.key(
                                                    lease.partition(),
                                                    "tick:" + seen.livestreamId())),
                                    List.of(
                                            second,
                                            event.id().toString(),
                                            seen.workspaceId().toString(),
                                            seen.livestreamId().toString(),
                                            Long.toString(Hops.micros(now)),
                                            event.type(),
                                            Json.write(event),
                                            Long.toString(2 * LIVE.toMillis())))
                            .join();
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof BusException)) {
                throw e;
            }
            LOG.log(Level.DEBUG, "livestream={0} tick=left_out", seen.livestreamId());
        }
    }

    /** The event that tells of it. */
    static LiveEvent tick(
            UUID workspaceId,
            UUID livestreamId,
            @Nullable RoomCounters counters,
            TimePassed time,
            Instant now) {
        return new LiveEvent(
                Ids.derived("tick", livestreamId.toString(), Long.toString(time.seconds())),
                livestreamId,
                workspaceId,
                "0",
                now,
                now,
                false,
                false,
                Viewer.NOBODY,
                counters,
                time);
    }

    @Override
    public void close() {
        if (round != null) {
            round.close();
        }
    }
}
