package io.streamwire.ingest;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Lease;
import io.streamwire.contract.Ids;
import io.streamwire.ingest.webcast.FrameReader;
import io.streamwire.ingest.webcast.Inbound;
import io.streamwire.liveroom.LiveRoom;
import io.streamwire.liveroom.Room;
import io.streamwire.liveroom.Sent;
import io.streamwire.liveroom.Tap;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A live whose time is moved by hand: a real room, read by what a session reads with, published on
 * the real bus. Only the socket between them is left out. For one thread.
 */
final class VirtualLive implements AutoCloseable {

    private static final Duration STREAK_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration TICK = Duration.ofMillis(500);

    /** TikTok gives so many comments again to who connects. */
    private static final int HISTORY = 6;

    final UUID livestreamId = Ids.next();
    final Room room;

    /** Messages that are to be on the bus: those that were heard, and comments told of later. */
    final Set<UUID> told = new HashSet<>();

    final UUID workspaceId = Ids.next();
    private final Bus bus;
    private final InstantSource clock = this::now;
    private final LiveRoom liveRoom;
    private final Deque<byte[]> frames = new ArrayDeque<>();
    private final Deque<Sent> comments = new ArrayDeque<>();
    private Lease lease;
    private LivestreamFlow flow;
    private LivestreamHealth health;
    private @Nullable Tap tap;
    private int owners;
    private volatile Instant now;

    VirtualLive(Bus bus, Instant start) {
        this.bus = bus;
        this.now = start;
        this.liveRoom = LiveRoom.start(0, clock);
        this.room = liveRoom.room("maker");
        this.lease = hold();
        this.health = new LivestreamHealth(clock, () -> {});
        this.flow = flow();
        room.onSent(this::sent);
    }

    private void sent(Sent message) {
        if (message.receivers() > 0 && !message.type().equals("gift")) {
            told.add(id(message));
        }
        if (message.type().equals("comment")) {
            comments.addLast(message);
            if (comments.size() > HISTORY) {
                comments.removeFirst();
            }
        }
    }

    private static UUID id(Sent message) {
        return Ids.event(message.roomId(), message.msgId());
    }

    private Lease hold() {
        var name = "virtual:" + livestreamId;
        return bus.hold(workspaceId, name, "owner-" + owners++, () -> {}).orElseThrow();
    }

    private LivestreamFlow flow() {
        var livestream =
                new Livestream(
                        livestreamId,
                        workspaceId,
                        room.username(),
                        room.roomId(),
                        Livestream.Status.LIVE,
                        now,
                        now,
                        null,
                        null,
                        Livestream.Kind.LIVE,
                        1);
        return new LivestreamFlow(
                livestream, lease, STREAK_TIMEOUT, clock, health, UnknownMessages.NONE);
    }

    /** A socket opens. */
    void connect() throws InterruptedException {
        comments.forEach(comment -> told.add(id(comment)));
        tap = room.tap(frames::addLast);
        flow.opened(now);
        read();
    }

    /** The socket is gone. */
    void lose() {
        if (tap != null) {
            tap.close();
        }
        tap = null;
    }

    boolean connected() {
        return tap != null;
    }

    /** Reads all that came. */
    void read() throws InterruptedException {
        var to = tap;
        for (var bytes = frames.poll(); bytes != null; bytes = frames.poll()) {
            switch (FrameReader.read(bytes, now)) {
                case Inbound.Messages frame -> {
                    var reply = FrameReader.acknowledgement(frame);
                    flow.messages(frame, () -> say(to, reply));
                }
                case Inbound.Damaged it -> flow.damaged(it.damage(), now);
                case Inbound.Sign _ -> flow.sign(now);
                case Inbound.Nothing _, Inbound.Closed _ -> throw new AssertionError("no frame");
            }
        }
    }

    private static void say(@Nullable Tap to, byte[] reply) {
        if (to != null) {
            to.say(reply);
        }
    }

    /** Time passes, in which what happens by itself happens. */
    void pass(Duration time) throws InterruptedException {
        var until = now.plus(time);
        for (var next = now.plus(TICK); next.isBefore(until); next = next.plus(TICK)) {
            now = next;
            flow.settle();
            flow.tick(next);
        }
        now = until;
    }

    Instant now() {
        return now;
    }

    /** Another instance goes on with what Redis keeps, once everything is acknowledged. */
    void takeOver() throws InterruptedException {
        awaitAcknowledged();
        lose();
        lease.close();
        lease = hold();
        health = new LivestreamHealth(clock, () -> {});
        flow = flow();
        flow.restore();
        connect();
    }

    void awaitAcknowledged() {
        Await.until(() ->
                room.sent().stream()
                        .filter(message -> message.receivers() > 0)
                        .allMatch(room::acknowledged));
    }

    /** Nothing comes any more. */
    void end() throws InterruptedException {
        flow.over(now);
    }

    Lease lease() {
        return lease;
    }

    int remembered() {
        return flow.remembered();
    }

    @Override
    public void close() {
        lose();
        lease.close();
        liveRoom.close();
    }
}
