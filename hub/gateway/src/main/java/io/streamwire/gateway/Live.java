package io.streamwire.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.micrometer.core.instrument.MeterRegistry;
import io.streamwire.bus.Bus;
import io.streamwire.contract.Stream;
import io.streamwire.service.Problem;
import io.streamwire.service.TokenVerifier;
import io.streamwire.service.WebSocketEndpoint;
import io.streamwire.service.WebSocketHandshake;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** The live sockets of this gateway: who may open one, and what all of them share. */
final class Live implements AutoCloseable {

    static final String PATH = "/api/v1/live";

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration FAREWELL = Duration.ofSeconds(1);
    private static final Duration GLANCE = Duration.ofMillis(10);

    /** Clients that read from Redis at a time to catch up. */
    private static final int READS = 16;

    /** What all writers together may cost: so many wake-ups per second. */
    private static final int WAKES_PER_SECOND = 20_000;

    private static final Duration BUDGET_PERIOD = Duration.ofMinutes(1);
    private static final Duration SHORTEST_REST = Duration.ofMillis(1);

    private final Bus bus;
    private final TokenVerifier verifier;
    private final LiveSettings settings;
    private final LiveStatuses statuses;
    private final Function<WebSocketHandshake, LiveCaller> callers;
    private final LiveMetrics metrics;
    private final Semaphore reads = new Semaphore(READS);
    private final Map<Source, LiveChannel> channels = new ConcurrentHashMap<>();
    private final Set<LiveSocket> sockets = ConcurrentHashMap.newKeySet();
    private final LiveCounts counts;
    private final Cache<UUID, Bucket> budgets =
            Caffeine.newBuilder().expireAfterAccess(BUDGET_PERIOD.plusMinutes(1)).build();
    private final Thread tender = Thread.ofVirtual().name("live-tender").unstarted(this::tend);
    private volatile boolean closing;

    private record Source(Stream stream, int partition) {}

    /**
     * @param callers who asks for a socket; throws a {@link Problem} when nobody may know
     */
    Live(
            Bus bus,
            TokenVerifier verifier,
            LiveSettings settings,
            LiveStatuses statuses,
            Function<WebSocketHandshake, LiveCaller> callers,
            MeterRegistry registry) {
        this.bus = bus;
        this.verifier = verifier;
        this.settings = settings;
        this.statuses = statuses;
        this.callers = callers;
        this.counts = new LiveCounts(settings);
        this.metrics = new LiveMetrics(registry, this);
    }

    void start() {
        tender.start();
    }

    /** Where clients connect. */
    WebSocketEndpoint endpoint() {
        return new WebSocketEndpoint(PATH, settings.largestMessage(), this::accept);
    }

    private LiveSocket accept(WebSocketHandshake handshake) {
        try {
            if (closing) {
                throw Problem.unavailable("going_away", "The gateway stops.");
            }
            return new LiveSocket(this, callers.apply(handshake));
        } catch (Problem e) {
            metrics.refused();
            throw e;
        }
    }

    LiveSettings settings() {
        return settings;
    }

    LiveStatuses statuses() {
        return statuses;
    }

    LiveMetrics metrics() {
        return metrics;
    }

    int count() {
        return sockets.size();
    }

    int subscriptions() {
        return sockets.stream().mapToInt(LiveSocket::subscriptions).sum();
    }

    /** A browser cannot see an HTTP status, so that it is told by a close code. */
    void opened(LiveSocket socket) {
        sockets.add(socket);
        if (!counts.enter(socket)) {
            socket.end(LiveEnd.TOO_MANY_SOCKETS);
        }
        if (closing) {
            socket.end(LiveEnd.GOING_AWAY);
        }
    }

    void closed(LiveSocket socket) {
        if (sockets.remove(socket)) {
            counts.leave(socket);
        }
    }

    /** Whether so many entries more may be read for clients of one owner that resume. */
    boolean mayLookThrough(UUID owner, int entries) {
        long most = settings.resumeEntriesPerMinute();
        return budgets.get(
                        owner,
                        _ ->
                                Bucket.builder()
                                        .addLimit(limit ->
                                                limit.capacity(most)
                                                        .refillGreedy(most, BUDGET_PERIOD))
                                        .build())
                .tryConsume(entries);
    }

    /** What one partition of a stream says. */
    LiveChannel channel(Stream stream, UUID workspaceId) {
        return channels.computeIfAbsent(
                new Source(stream, bus.partition(workspaceId)),
                source -> new LiveChannel(bus.feed(source.stream(), source.partition()), reads));
    }

    /**
     * Lets others work, between two frames to one client: the more clients there are, the more goes
     * into each frame.
     */
    void rest() throws InterruptedException {
        var rest = Duration.ofSeconds(count()).dividedBy(WAKES_PER_SECOND);
        if (rest.compareTo(SHORTEST_REST) >= 0) {
            Thread.sleep(rest);
        }
    }

    private void tend() {
        try {
            while (!closing) {
                Thread.sleep(TICK);
                for (var socket : sockets) {
                    if (!verifier.accepts(socket.identity().token())) {
                        socket.renew();
                    }
                    socket.tend(System.nanoTime());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells every client that it goes away, and ends those that do not listen. */
    @Override
    public void close() {
        closing = true;
        tender.interrupt();
        sockets.forEach(socket -> socket.end(LiveEnd.GOING_AWAY));
        var deadline = System.nanoTime() + FAREWELL.toNanos();
        while (!sockets.isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(GLANCE.toNanos());
        }
        sockets.forEach(LiveSocket::abort);
    }
}
