package io.streamwire.standalone;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Consumer;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Lease;
import io.streamwire.bus.Membership;
import io.streamwire.bus.PartitionListener;
import io.streamwire.bus.Script;
import io.streamwire.contract.Action;
import io.streamwire.contract.Decision;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Stream;
import io.streamwire.ingest.Ingest;
import io.streamwire.liveroom.Audience;
import io.streamwire.liveroom.RuleMix;
import io.streamwire.liveroom.Show;
import io.streamwire.standalone.RulesHub.Workspace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Workspaces with many rules each, whose events are put on the stream as ingest does, at a steady
 * rate whatever becomes of them; and who reads what the rules decide. One thread writes; the rest
 * is thread-safe.
 */
final class RulesLoad implements AutoCloseable {

    private static final String INSTANCE = "bench";

    /** Of the calls of ingest's script, with its durations. */
    private static final String SEEN_MILLIS = Long.toString(Duration.ofMinutes(20).toMillis());

    private static final String GENERATION = "50000";
    private static final String KEEP_STATE_MILLIS = Long.toString(Duration.ofHours(6).toMillis());

    /** Frames that Redis has not confirmed; the next one then waits, and is late. */
    private static final int WINDOW = 1_000;

    /** What others who read events let gather. */
    private static final Duration PAUSE = Duration.ofMillis(250);

    /** What ingest does, and then when it was done. */
    private static final Script PUBLISH =
            new Script(
                    "bench-publish",
                    """
                    local function publish(KEYS, ARGV)
                    %s
                    end
                    local published = publish(KEYS, ARGV)
                    if type(published) == 'table' then return published end
                    local time = redis.call('TIME')
                    return {published, time[1], time[2]}
                    """
                            .formatted(Script.of(Ingest.class, "publish.lua").lua()));

    private final Bus bus;
    private final List<Livestream> livestreams = new ArrayList<>();
    private final int rate;
    private final int perFrame;
    private final Map<UUID, Shot> byEvent = new ConcurrentHashMap<>();
    private final Map<String, Boolean> workspaces = new ConcurrentHashMap<>();
    private final Semaphore window = new Semaphore(WINDOW);
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong unasked = new AtomicLong();
    private final List<Membership> readers = new ArrayList<>();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("bench-load").unstarted(this::run);
    private volatile boolean stopping;

    /** One livestream of a workspace. */
    private static final class Livestream {
        private final UUID workspaceId;
        private final UUID id;
        private final Lease lease;
        private final Audience audience;
        private final List<String> keys;
        private long messages;

        Livestream(UUID workspaceId, UUID id, Lease lease, Audience audience) {
            this.workspaceId = workspaceId;
            this.id = id;
            this.lease = lease;
            this.audience = audience;
            int partition = lease.partition();
            var seen = "seen:" + workspaceId + ":" + id + ":";
            this.keys =
                    List.of(
                            Stream.EVENTS.key(partition),
                            Stream.key(partition, seen + "new"),
                            Stream.key(partition, seen + "old"),
                            Stream.key(partition, seen + "oldest"),
                            Stream.key(partition, "livestream:" + id));
        }
    }

    /** An event that sets off a rule; times are us since the epoch, 0 = not yet. */
    static final class Shot {
        private final String rule;
        private final long due;
        private volatile long onStream;
        private volatile boolean refused;
        private @Nullable Long decided;
        private long seen;
        private int decisions;
        private int actions;
        private boolean wrong;

        Shot(String rule, long due) {
            this.rule = rule;
            this.due = due;
        }

        /** Adds a decision. */
        synchronized void add(Decision decision) {
            decisions++;
            wrong |= !decision.outcome().equals(Decision.FIRED);
        }

        /** Adds an action that was seen just now. */
        synchronized void add(Action action, @Nullable Long decidedMicros, long seenMicros) {
            actions++;
            wrong |= action.cause() == null || !action.cause().ruleName().equals(rule);
            if (seen == 0) {
                decided = decidedMicros;
                seen = seenMicros;
            }
        }

        long due() {
            return due;
        }

        /** When Redis had it, by its own clock, which is this machine's. */
        long onStream() {
            return onStream;
        }

        /** Redis did not take it. */
        boolean refused() {
            return refused;
        }

        synchronized @Nullable Long decided() {
            return decided;
        }

        /** When the action was seen. */
        synchronized long seen() {
            return seen;
        }

        synchronized int decisions() {
            return decisions;
        }

        synchronized int actions() {
            return actions;
        }

        /** Another rule has fired, or this one was stopped. */
        synchronized boolean wrong() {
            return wrong;
        }
    }

    private RulesLoad(Bus bus, int rate, int perFrame) {
        this.bus = bus;
        this.rate = rate;
        this.perFrame = perFrame;
    }

    /** Gives each workspace its rules, and a device that nobody has. */
    static void write(RuleMix mix, List<Workspace> workspaces) {
        var rules = new ArrayList<Map<String, Object>>();
        for (int rule = 0; rule < mix.size(); rule++) {
            rules.add(
                    Map.of(
                            "name",
                            name(rule),
                            "trigger",
                            mix.trigger(rule),
                            "actions",
                            List.of(
                                    Map.of(
                                            "type",
                                            "device",
                                            "device_id",
                                            "board",
                                            "command",
                                            "motor_spin",
                                            "args",
                                            Map.of("level", 60, "ms", 800)))));
        }
        replace(workspaces, rules);
    }

    /** Without rules no later run has to read them. */
    static void clear(List<Workspace> workspaces) {
        replace(workspaces, List.of());
    }

    private static void replace(List<Workspace> workspaces, List<Map<String, Object>> rules) {
        for (var workspace : workspaces) {
            workspace
                    .owner()
                    .post(
                            "/api/v1/rules/import?mode=replace",
                            Map.of(
                                    "format",
                                    "streamwire-rules",
                                    "version",
                                    1,
                                    "devices",
                                    Map.of("board", Ids.next()),
                                    "rules",
                                    rules));
        }
    }

    private static String name(int rule) {
        return "Rule " + rule;
    }

    /**
     * Begins at once, and ends when it is closed.
     *
     * @param rate events per second of all workspaces together
     * @param matching share of them, 0.0 to 1.0, that set off a rule
     */
    static RulesLoad start(
            Bus bus,
            List<Workspace> workspaces,
            RuleMix mix,
            int rate,
            int perFrame,
            double matching) {
        var load = new RulesLoad(bus, rate, perFrame);
        for (var workspace : workspaces) {
            load.add(workspace.id(), mix, matching);
        }
        load.read();
        load.thread.start();
        return load;
    }

    private void add(UUID workspaceId, RuleMix mix, double matching) {
        var id = Ids.next();
        var lease =
                bus.hold(workspaceId, "livestream:" + id, INSTANCE, () -> {})
                        .orElseThrow(() -> new IllegalStateException("a new livestream is taken"));
        livestreams.add(
                new Livestream(
                        workspaceId,
                        id,
                        lease,
                        new Audience(livestreams.size(), Show.Mix.USUAL, mix, matching)));
        workspaces.put(workspaceId.toString(), true);
    }

    /** Reads actions as the devices service does, events as ingest does, and every decision. */
    private void read() {
        readers.add(join("devices", new Consumer(Stream.ACTIONS, "devices", this::acted)));
        readers.add(join("ingest", new Consumer(Stream.EVENTS, "ingest-log", (_, _) -> {}, PAUSE)));
        readers.add(
                join(
                        "bench",
                        new Consumer(Stream.DECISIONS, "bench", (_, all) -> decided(all), PAUSE)));
    }

    private Membership join(String service, Consumer consumer) {
        return bus.join(service, INSTANCE, List.of(consumer), PartitionListener.NONE);
    }

    private void acted(Lease lease, List<Entry> entries) {
        var now = Hops.now();
        for (var entry : entries) {
            var action = ours(entry) ? Json.read(entry.body(), Action.class) : null;
            if (action != null) {
                var shot = byEvent.get(action.eventId());
                if (shot == null) {
                    unasked.incrementAndGet();
                } else {
                    shot.add(action, Long.valueOf(entry.field("decided_us")), now);
                }
            }
        }
    }

    private void decided(List<Entry> entries) {
        for (var entry : entries) {
            var decision = ours(entry) ? Json.read(entry.body(), Decision.class) : null;
            if (decision != null) {
                var shot = byEvent.get(decision.eventId());
                if (shot == null) {
                    unasked.incrementAndGet();
                } else {
                    shot.add(decision);
                }
            }
        }
    }

    /** What an earlier run has left is not. */
    private boolean ours(Entry entry) {
        return workspaces.containsKey(entry.field("workspace_id"));
    }

    private void run() {
        var start = System.nanoTime();
        var epoch = Hops.now();
        for (long n = 0; !stopping; n++) {
            var after = (long) (n * 1e9 * perFrame / rate);
            var early = start + after - System.nanoTime();
            while (early > 0 && !stopping) {
                LockSupport.parkNanos(early);
                early = start + after - System.nanoTime();
            }
            window.acquireUninterruptibly();
            // Its latency counts from when it was due, however late this thread is.
            publish(livestreams.get((int) (n % livestreams.size())), epoch + after / 1_000);
        }
    }

    private void publish(Livestream livestream, long due) {
        var frame = Hops.now();
        var args = new ArrayList<String>(7 + 4 * perFrame);
        args.add(livestream.workspaceId.toString());
        args.add(livestream.id.toString());
        args.add(Long.toString(frame));
        args.add(SEEN_MILLIS);
        args.add(GENERATION);
        args.add(KEEP_STATE_MILLIS);
        args.add(Integer.toString(perFrame));
        args.add(""); // no call is traced
        var shots = new HashMap<UUID, Shot>();
        for (int i = 0; i < perFrame; i++) {
            var doing = livestream.audience.next();
            var message = ++livestream.messages;
            var event =
                    doing.event(
                            livestream.workspaceId, livestream.id, message, Hops.instant(frame));
            add(args, event);
            if (doing.rule() != Audience.NO_RULE) {
                shots.put(event.id(), new Shot(name(doing.rule()), due));
            }
        }
        byEvent.putAll(shots);
        var _ =
                livestream
                        .lease
                        .call(PUBLISH, livestream.keys, args)
                        .whenComplete((reply, failure) -> {
                            window.release();
                            if (failure != null) {
                                refused.addAndGet(perFrame);
                                shots.values().forEach(shot -> shot.refused = true);
                                return;
                            }
                            var onStream = reply.number(1) * 1_000_000 + reply.number(2);
                            shots.values().forEach(shot -> shot.onStream = onStream);
                            published.addAndGet(reply.number(0));
                        });
    }

    private static void add(List<String> args, LiveEvent event) {
        args.add(event.msgId());
        args.add(event.id().toString());
        args.add(event.type());
        args.add(Json.write(event));
    }

    /** Events that Redis has taken. */
    long published() {
        return published.get();
    }

    /** Events that it has not. */
    long refused() {
        return refused.get();
    }

    /** Decisions and actions for events that set off nothing. */
    long unasked() {
        return unasked.get();
    }

    /** What set off a rule so far. */
    List<Shot> shots() {
        return List.copyOf(byEvent.values());
    }

    /** Whether everything that set off a rule has its decision and its action. */
    boolean complete() {
        return window.availablePermits() == WINDOW
                && shots().stream()
                        .allMatch(shot ->
                                shot.refused() || (shot.decisions() > 0 && shot.actions() > 0));
    }

    /** Writes no more. */
    void end() {
        stopping = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end();
        readers.forEach(Membership::close);
        livestreams.forEach(livestream -> livestream.lease.close());
    }
}
