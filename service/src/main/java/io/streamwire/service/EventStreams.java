package io.streamwire.service;

import io.helidon.config.Config;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The event streams that one service has open. A comment goes out whenever nothing else did for 15
 * s, so that proxies keep the connection and a client that has gone is noticed; then the source's
 * thread is interrupted. A reader that takes nothing for too long is cut off. Counting is guarded
 * by this object's lock.
 */
public final class EventStreams {

    private static final Duration SILENCE = Duration.ofSeconds(15);
    private static final Duration LONGEST_TICK = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofSeconds(10);

    /** What all readers of an instance together may cost: so many wake-ups per second. */
    private static final int WAKES_PER_SECOND = 20_000;

    private static final Duration SHORTEST_REST = Duration.ofMillis(1);

    private final int most;
    private final int mostOfWorkspace;
    private final Duration patience;
    private final Duration silence;
    private final Map<UUID, Integer> ofWorkspace = new ConcurrentHashMap<>();
    private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
    private volatile int count;
    private boolean tending;

    private EventStreams(int most, int mostOfWorkspace, Duration patience, Duration silence) {
        this.most = most;
        this.mostOfWorkspace = mostOfWorkspace;
        this.patience = patience;
        this.silence = silence;
    }

    /** With the limits of {@code http.event-streams} and what follows it. */
    public static EventStreams of(Config config) {
        return of(config, SILENCE);
    }

    static EventStreams of(Config config, Duration silence) {
        return new EventStreams(
                (int) Configuration.number(config, "http.event-streams", 1, 1_000_000),
                (int)
                        Configuration.number(
                                config, "http.event-streams-per-workspace", 1, 1_000_000),
                Configuration.duration(
                        config,
                        "http.event-stream-patience",
                        Duration.ofMillis(100),
                        Duration.ofHours(1)),
                silence);
    }

    /**
     * Answers with a stream that lasts as long as the source runs.
     *
     * @throws Problem 429 too_many_event_streams of the workspace, 503 of the instance
     */
    public void stream(ServerResponse response, UUID workspaceId, EventSource source) {
        enter(workspaceId);
        try {
            EventStream.run(response, source, new Tended());
        } finally {
            leave(workspaceId);
        }
    }

    /** How many are open. */
    public int open() {
        return count;
    }

    /**
     * Lets others work, between two batches of one reader: the more readers there are, the more
     * events each takes at a time.
     */
    public void rest() throws InterruptedException {
        var rest = Duration.ofSeconds(count).dividedBy(WAKES_PER_SECOND);
        if (rest.compareTo(SHORTEST_REST) > 0) {
            Thread.sleep(rest);
        }
    }

    private synchronized void enter(UUID workspaceId) {
        if (count >= most) {
            throw Problem.of(
                            Status.SERVICE_UNAVAILABLE_503,
                            "too_many_event_streams",
                            "Too many event streams are open here.")
                    .header("Retry-After", Long.toString(RETRY.toSeconds()));
        }
        int others = ofWorkspace.getOrDefault(workspaceId, 0);
        if (others >= mostOfWorkspace) {
            throw Problem.tooManyRequests(
                    "too_many_event_streams",
                    "The workspace has %d event streams open: close one.".formatted(others),
                    RETRY);
        }
        ofWorkspace.put(workspaceId, others + 1);
        count++;
        if (!tending) {
            tending = true;
            Thread.ofVirtual().name("event-streams").start(this::tend);
        }
    }

    private synchronized void leave(UUID workspaceId) {
        count--;
        ofWorkspace.computeIfPresent(workspaceId, (_, others) -> others > 1 ? others - 1 : null);
    }

    private final class Tended implements EventStream.Care {
        @Override
        public void begin(EventStream stream) {
            open.add(stream);
        }

        @Override
        public void end(EventStream stream) {
            open.remove(stream);
        }
    }

    /** As long as there are streams. */
    private void tend() {
        var shorter = silence.compareTo(patience) < 0 ? silence : patience;
        var tick = shorter.dividedBy(4);
        try {
            while (goOn()) {
                Thread.sleep(tick.compareTo(LONGEST_TICK) < 0 ? tick : LONGEST_TICK);
                for (var stream : open) {
                    stream.tend(silence, patience);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean goOn() {
        tending = count > 0;
        return tending;
    }
}
