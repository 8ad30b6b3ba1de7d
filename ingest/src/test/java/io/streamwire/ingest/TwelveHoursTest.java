package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusSettings;
import io.streamwire.bus.Consumer;
import io.streamwire.bus.PartitionListener;
import io.streamwire.bus.Script;
import io.streamwire.contract.Stream;
import io.streamwire.liveroom.Frame;
import io.streamwire.liveroom.Gift;
import io.streamwire.liveroom.ScriptedViewer;
import io.streamwire.liveroom.Sent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A live of twelve hours, passed in seconds by its own clock: quiet and busy minutes, pauses, lost
 * sockets, instances that take over, streaks without ends, messages that come again, likes that go
 * back. Nothing is lost or counted twice, and nothing that is remembered grows without an end.
 */
@Timeout(180)
class TwelveHoursTest {

    private static final int MINUTES = 12 * 60;
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** An end that comes later than that is none: the streak is forgotten by then. */
    private static final Duration LATEST = Duration.ofMinutes(5);

    private static final Duration BEHIND = Duration.ofSeconds(60);

    private static final int GENERATION = 50_000;
    private static final int RECENT = 20_000;
    private static final int STREAKS = 10_000;

    /** Who may be remembered to have given something. */
    private static final int GIVERS = 500;

    /** Single gifts that are known when they come again. */
    private static final int SINGLES = 100;

    private static final Script SIZES =
            new Script(
                    "sizes",
                    "local kept, givers = 0, 0"
                            + " for _, field in ipairs(redis.call('HKEYS', KEYS[4])) do"
                            + " if string.find(field, '^given:') then givers = givers + 1"
                            + " else kept = kept + 1 end end"
                            + " return {redis.call('SCARD', KEYS[1]), redis.call('SCARD', KEYS[2]),"
                            + " redis.call('SCARD', KEYS[3]), kept, givers}");

    /** A streak that is being given. */
    private record Giving(ScriptedViewer viewer, Gift gift, long streak, int count, Instant at) {}

    private final Random random = new Random(12);
    private final List<Giving> streaks = new ArrayList<>();
    private final List<Giving> late = new ArrayList<>();
    private long gaps;

    @Test
    void nothingIsLostCountedTwiceOrPilesUp() throws Exception {
        var start = Instant.now().minus(Duration.ofHours(12));
        try (var bus = Bus.connect(BusSettings.of(Stage.SERVERS.redisUrl()));
                var live = new VirtualLive(bus, start)) {
            var count = new PublishedCount(live.workspaceId);
            // The groups that must have read an event before it may go.
            var readers =
                    List.of(
                            new Consumer(Stream.EVENTS, "rules", count),
                            new Consumer(Stream.EVENTS, "ingest-log", (_, _) -> {}),
                            new Consumer(Stream.EVENTS, "rules-analytics", (_, _) -> {}));
            try (var _ = bus.join("counting", "one", readers, PartitionListener.NONE)) {
                play(live);
                judge(live, count);
            }
        }
    }

    private void play(VirtualLive live) throws Exception {
        live.connect();
        for (int minute = 1; minute <= MINUTES; minute++) {
            if (minute % 180 == 0) {
                live.takeOver();
                gaps++;
            } else if (minute % 97 == 0) {
                pause(live);
            } else {
                minute(live, frames(minute));
            }
            if (minute % 30 == 0) {
                judgeSizes(live);
            }
        }
        live.end();
        live.pass(Duration.ofMinutes(11));
        live.end();
        assertThat(live.remembered()).isLessThanOrEqualTo(RECENT + GIVERS + SINGLES);
        assertThat(sizes(live).get(3)).as("what is kept of no streak").isEqualTo(6);
    }

    /** Most minutes are as usual, some are quiet, some are crowded. */
    private int frames(int minute) {
        return switch (minute % 10) {
            case 0 -> 3;
            case 4, 5 -> 180;
            default -> 36;
        };
    }

    private static void pause(VirtualLive live) throws InterruptedException {
        live.room.send(new Frame().control(1));
        live.read();
        live.pass(Duration.ofMinutes(1));
        live.room.send(new Frame().control(2));
        live.read();
    }

    private void minute(VirtualLive live, int frames) throws InterruptedException {
        boolean outage = random.nextInt(15) == 0;
        int lost = outage ? random.nextInt(frames) : frames;
        int back = Math.min(frames - 1, lost + frames / 3);
        for (int i = 0; i < frames; i++) {
            live.pass(MINUTE.dividedBy(frames));
            if (i == lost) {
                live.lose();
            }
            if (i == back && !live.connected()) {
                live.connect();
                gaps++;
            }
            live.room.send(frame(live));
            live.read();
            if (live.connected() && random.nextInt(50) == 0) {
                live.room.repeatLastFrame();
                live.read();
            }
        }
    }

    private Frame frame(VirtualLive live) {
        var frame = new Frame();
        for (int messages = 1 + random.nextInt(8); messages > 0; messages--) {
            message(frame, live);
        }
        return frame;
    }

    private void message(Frame frame, VirtualLive live) {
        var viewer = ScriptedViewer.ofCrowd(random.nextInt(500));
        int draw = random.nextInt(100);
        if (draw < 30) {
            frame.comment(viewer, "comment " + draw);
        } else if (draw < 50) {
            frame.like(viewer, 1 + random.nextInt(15));
        } else if (draw < 60) {
            frame.like(viewer, 1 + random.nextInt(15), random.nextLong(live.room.likes() + 1));
        } else if (draw < 75) {
            frame.join(viewer);
        } else if (draw < 95) {
            gift(frame, viewer, live);
        } else {
            frame.follow(viewer).share(viewer).viewers(draw, 1_000).subscription(viewer, 2);
        }
    }

    /** Begins a streak, or goes on with one: up by one or more, to its end, late, or to none. */
    private void gift(Frame frame, ScriptedViewer viewer, VirtualLive live) {
        int draw = random.nextInt(100);
        if (draw < 5) {
            frame.gift(viewer, Gift.GALAXY);
            return;
        }
        late.removeIf(giving -> giving.at().isBefore(live.now().minus(LATEST)));
        if (draw < 8 && !late.isEmpty()) {
            var ended = late.removeFirst();
            frame.giftStep(ended.viewer(), ended.gift(), ended.streak(), ended.count(), true);
            return;
        }
        if (streaks.size() < 10 || draw < 40) {
            var gift = draw % 2 == 0 ? Gift.ROSE : Gift.FINGER_HEART;
            step(frame, new Giving(viewer, gift, live.room.newGroupId(), 1, live.now()));
            return;
        }
        var giving = streaks.removeFirst();
        if (draw < 90) {
            int count = giving.count() + 1 + random.nextInt(3);
            step(
                    frame,
                    new Giving(giving.viewer(), giving.gift(), giving.streak(), count, live.now()));
        } else if (draw < 97) {
            frame.giftStep(giving.viewer(), giving.gift(), giving.streak(), giving.count(), true);
        } else if (late.size() < 3) {
            late.add(giving);
        }
    }

    private void step(Frame frame, Giving giving) {
        frame.giftStep(giving.viewer(), giving.gift(), giving.streak(), giving.count(), false);
        streaks.add(giving);
        if (streaks.size() > 30) {
            streaks.removeFirst(); // never ends
        }
    }

    private static void judgeSizes(VirtualLive live) throws Exception {
        assertThat(live.remembered()).isLessThanOrEqualTo(RECENT + STREAKS + GIVERS + SINGLES);
        var sizes = sizes(live);
        assertThat(sizes.subList(0, 3)).allMatch(size -> size < GENERATION + 100);
        assertThat(sizes.get(3)).isLessThanOrEqualTo(STREAKS + 5);
        assertThat(sizes.get(4)).isLessThanOrEqualTo(GIVERS);
    }

    /** Of the three generations of message ids, and of the livestream's state. */
    private static List<Long> sizes(VirtualLive live)
            throws InterruptedException, ExecutionException {
        int partition = live.lease().partition();
        var seen = "seen:" + live.workspaceId + ":" + live.room.roomId() + ":";
        var reply =
                live.lease()
                        .call(
                                SIZES,
                                List.of(
                                        Stream.key(partition, seen + "new"),
                                        Stream.key(partition, seen + "old"),
                                        Stream.key(partition, seen + "oldest"),
                                        Stream.key(partition, "livestream:" + live.livestreamId)),
                                List.of())
                        .get();
        return List.of(
                reply.number(0),
                reply.number(1),
                reply.number(2),
                reply.number(3),
                reply.number(4));
    }

    private void judge(VirtualLive live, PublishedCount count) throws Exception {
        live.awaitAcknowledged();
        var sent = live.room.sent();
        Await.until(BEHIND, () -> messages(count) >= live.told.size());
        Await.until(BEHIND, () -> count.ends().equals(live.room.gifts()));

        assertThat(count.ids().containsAll(live.told)).isTrue();
        assertThat(sent).hasSizeGreaterThan(200_000);
        assertThat(sizes(live).get(2)).as("three generations").isGreaterThan(0);
        assertThat(count.twice()).isZero();
        assertThat(count.increments()).isEqualTo(live.room.gifts());
        assertThat(count.worth()).isPositive();
        assertThat(count.miscounted()).isZero();
        assertThat(count.backwards()).isZero();
        assertThat(count.taps()).isEqualTo(count.sum()).isEqualTo(taps(sent));
        assertThat(count.total()).isEqualTo(live.room.likes());
        assertThat(count.of("gap")).isEqualTo(gaps).isGreaterThan(30);
        assertThat(messages(count)).isEqualTo(live.told.size());
        assertThat(live.room.wrongFrames()).isZero();
    }

    /** Events that are one message each. */
    private static long messages(PublishedCount count) {
        return count.size() - count.of("gift") - count.of("gap");
    }

    private static long taps(List<Sent> sent) {
        return sent.stream()
                .filter(message -> message.type().equals("like") && message.receivers() > 0)
                .collect(Collectors.toMap(Sent::msgId, Sent::what, (one, _) -> one))
                .values()
                .stream()
                .mapToLong(what -> Long.parseLong(what.substring(1)))
                .sum();
    }
}
