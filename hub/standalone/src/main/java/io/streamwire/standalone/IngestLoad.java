package io.streamwire.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.liveroom.LiveRoom;
import io.streamwire.liveroom.Performance;
import io.streamwire.liveroom.Room;
import io.streamwire.liveroom.Show;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Rooms whose viewers are busy, and ingest connected to each. A frame's time counts from when it
 * was due, however late its room was, to its acknowledgement, which ingest sends once Redis has
 * confirmed its events: both ways over the socket are in it.
 */
final class IngestLoad implements AutoCloseable {

    private static final Duration READY = Duration.ofSeconds(60);
    private static final int WORKSPACES = 8;
    private static final long LONGEST_MICROS = Duration.ofMinutes(5).toNanos() / 1_000;

    private final List<ApiClient> owners = new ArrayList<>();
    private final List<Room> rooms = new ArrayList<>();
    private final List<Performance> shows = new ArrayList<>();

    /** When frames were due that are not acknowledged, by their log ids; one map per room. */
    private final List<Map<Long, Long>> waiting = new ArrayList<>();

    private final ConcurrentHistogram micros = new ConcurrentHistogram(LONGEST_MICROS, 3);
    private volatile long from = Long.MAX_VALUE;
    private volatile long until = Long.MAX_VALUE;

    /** What all livestreams counted. */
    record Counted(long published, long duplicates, long corrupt, long gaps, long reconnects) {}

    private IngestLoad() {}

    /** Connects to so many rooms, of at most eight workspaces. */
    static IngestLoad connect(IngestHub hub, LiveRoom liveRoom, int livestreams, String names) {
        var load = new IngestLoad();
        var url = hub.url();
        for (int n = 0; n < Math.min(livestreams, WORKSPACES); n++) {
            var owner = new ApiClient(url);
            owner.register(names + "_owner" + n, "a long password");
            load.owners.add(owner);
        }
        for (int n = 0; n < livestreams; n++) {
            var room = liveRoom.room(names + n);
            load.rooms.add(room);
            load.owners
                    .get(n % load.owners.size())
                    .post("/api/v1/livestreams/connect", Map.of("username", room.username()));
            load.watch(room);
        }
        Wait.until(
                READY,
                "every room has its listener",
                () -> load.rooms.stream().allMatch(room -> room.connections() == 1));
        return load;
    }

    private void watch(Room room) {
        var due = new ConcurrentHashMap<Long, Long>();
        waiting.add(due);
        room.onSent(sent -> due.putIfAbsent(sent.frame(), sent.dueNanos()));
        room.onAcknowledged(frame -> {
            var then = due.remove(frame);
            if (then != null && then - from >= 0 && then - until < 0) {
                micros.recordValue(
                        Math.clamp((System.nanoTime() - then) / 1_000, 0, LONGEST_MICROS));
            }
        });
    }

    /**
     * Begins, spread over the time between two frames, so that rooms do not beat together.
     *
     * @param rate events per second of all rooms together
     */
    void play(int rate, int perFrame, Duration length) throws InterruptedException {
        var start = System.nanoTime();
        var each = (double) rate / rooms.size();
        var interval = (long) (1e9 * perFrame / each);
        for (int n = 0; n < rooms.size(); n++) {
            Bench.sleepUntil(start + n * interval / rooms.size());
            shows.add(rooms.get(n).play(Show.seeded(n).pace(each, perFrame).lasting(length)));
        }
    }

    /** Counts frames that are due in this time, of {@link System#nanoTime()}. */
    void measure(long begin, long end) {
        until = end;
        from = begin;
    }

    void awaitEnd(Duration patience) throws InterruptedException {
        for (var show : shows) {
            if (!show.await(patience)) {
                throw new IllegalStateException("a show did not end");
            }
        }
    }

    /** Messages so far that somebody was connected to hear. */
    long sent() {
        return rooms.stream()
                .flatMap(room -> room.counts().values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Frames whose events Redis has not confirmed. */
    long unacknowledged() {
        return waiting.stream().mapToLong(Map::size).sum();
    }

    Counted counted() {
        var all = new Counted(0, 0, 0, 0, 0);
        for (var owner : owners) {
            for (var status : owner.get("/api/v1/livestreams/status").path("items")) {
                all = sum(all, status.path("counters"));
            }
        }
        return all;
    }

    private static Counted sum(Counted all, JsonNode one) {
        return new Counted(
                all.published() + one.path("published").asLong(),
                all.duplicates() + one.path("duplicates").asLong(),
                all.corrupt() + one.path("corrupt").asLong(),
                all.gaps() + one.path("gaps").asLong(),
                all.reconnects() + one.path("reconnects").asLong());
    }

    /** From due to acknowledged, microseconds. */
    ConcurrentHistogram micros() {
        return micros;
    }

    /** Owners of the workspaces. */
    List<ApiClient> owners() {
        return List.copyOf(owners);
    }

    /** The livestreams end, so that no later run looks for them. */
    @Override
    public void close() {
        shows.forEach(Performance::close);
        for (var owner : owners) {
            for (var status : owner.get("/api/v1/livestreams/status").path("items")) {
                owner.post("/api/v1/livestreams/" + status.path("id").asText() + "/disconnect");
            }
        }
    }
}
