package io.streamwire.standalone;

import io.streamwire.contract.Ids;
import io.streamwire.standalone.SplitHub.Target;
import io.streamwire.virtualboard.BoardAccess;
import io.streamwire.virtualboard.PinRecorder;
import io.streamwire.virtualboard.VirtualBoard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Lets many random faults happen to boards, their links and the hub's processes while commands are
 * under way, and remembers everything that was asked for, to be judged afterwards.
 *
 * <p>Each board lives through its cycles one after another on a thread of its own. Kills come one
 * after another on the calling thread, with a share of the cycles around each.
 */
final class Chaos {

    private static final Duration BACK = Duration.ofSeconds(60);
    private static final Duration READY_BEFORE_CYCLE = Duration.ofSeconds(4);
    private static final double PATIENT = 0.8;
    private static final int CALM_COMMANDS = 2;

    /** Longer than any pulse takes, with its way to the board and back. */
    private static final int CALM_MS = 120;

    private static final double BY_HAND = 0.1;
    private static final int MOST_COMMANDS = 3;
    private static final int LONGEST_DOWN_MS = 1_000;

    private final Plan plan;
    private final SplitHub hub;
    private final Fleet fleet;
    private final ActionWriter writer;
    private final Consumer<String> progress;
    private final Semaphore due = new Semaphore(0);
    private final AtomicInteger begun = new AtomicInteger();
    private final Map<Fault, AtomicInteger> faults = new ConcurrentHashMap<>();
    private final Map<UUID, Asked> asked = new ConcurrentHashMap<>();
    private final Map<UUID, AtomicInteger> switchedOn = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Recovery> recoveries = new ConcurrentLinkedQueue<>();

    /**
     * What is to happen.
     *
     * @param kills of each of hub, broker and Redis
     * @param longestCalm between one that is over and the next
     */
    record Plan(long seed, int cycles, int kills, Duration longestCalm) {}

    /**
     * A command that somebody asked for.
     *
     * @param certain completes with true once it is certain that the hub has the wish: Redis has
     *     the action, or the API answered 202
     */
    record Asked(BoardAccess board, UUID commandId, Future<Boolean> certain) {
        boolean isCertain() {
            return certain.state() == Future.State.SUCCESS && certain.resultNow();
        }
    }

    /** How long it took until every board was ready and armed after a kill. */
    record Recovery(Target target, long ms) {}

    private record Subject(Fleet.Site site, BoardAccess access, VirtualBoard board) {}

    Chaos(Plan plan, SplitHub hub, Fleet fleet, PinRecorder recorder, Consumer<String> progress) {
        this.plan = plan;
        this.hub = hub;
        this.fleet = fleet;
        this.writer = new ActionWriter(hub.bus());
        this.progress = progress;
        recorder.onEdge(edge -> {
            if (edge.on()) {
                switchedOn
                        .computeIfAbsent(edge.commandId(), _ -> new AtomicInteger())
                        .incrementAndGet();
            }
        });
    }

    /** Runs all of it, and leaves every board connected and armed. */
    void run() throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                var lives = begin(threads);
                killAll();
                due.release(plan.cycles()); // what the shares left over, and more: nobody waits
                for (var life : lives) {
                    life.get();
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException("a cycle failed", e.getCause());
            } finally {
                threads.shutdownNow();
            }
        }
        fleet.boards()
                .all()
                .forEach(board -> {
                    for (var fault : Fault.values()) {
                        fault.end(board);
                    }
                });
        awaitBack();
    }

    private List<Future<Object>> begin(ExecutorService threads) {
        var lives = new ArrayList<Future<Object>>();
        for (var site : fleet.sites()) {
            for (var access : site.boards()) {
                var board = fleet.boards().board(access.deviceId()).orElseThrow();
                lives.add(threads.submit(live(new Subject(site, access, board))));
            }
        }
        return lives;
    }

    private Callable<Object> live(Subject subject) {
        return () -> {
            for (var n = begun.getAndIncrement(); n < plan.cycles(); n = begun.getAndIncrement()) {
                due.acquire();
                cycle(subject, new SplittableRandom(plan.seed() * 1_000_003 + n));
            }
            return subject;
        };
    }

    // Kills.

    private void killAll() throws InterruptedException {
        var random = new Random(plan.seed());
        var targets = new ArrayList<Target>();
        for (var target : Target.values()) {
            targets.addAll(Collections.nCopies(plan.kills(), target));
        }
        Collections.shuffle(targets, random);
        var share = targets.isEmpty() ? plan.cycles() : plan.cycles() / (targets.size() + 1);
        due.release(share);
        for (int n = 0; n < targets.size(); n++) {
            due.release(share / 2);
            Thread.sleep(random.nextLong(plan.longestCalm().toMillis()));
            due.release(share - share / 2);
            kill(targets.get(n), Duration.ofMillis(random.nextInt(LONGEST_DOWN_MS)));
            if ((n + 1) % 10 == 0) {
                progress.accept(
                        "%d of %d kills, %d of %d cycles"
                                .formatted(
                                        n + 1,
                                        targets.size(),
                                        Math.min(begun.get(), plan.cycles()),
                                        plan.cycles()));
            }
        }
    }

    private void kill(Target target, Duration down) throws InterruptedException {
        var begin = System.nanoTime();
        hub.kill(target, down);
        hub.awaitAnswers();
        if (target == Target.REDIS) {
            writer.repeat();
        }
        awaitSomeoneArmed();
        recoveries.add(new Recovery(target, (System.nanoTime() - begin) / 1_000_000));
    }

    /** While cycles go on, some boards are always away; half of them back is the hub back. */
    private void awaitSomeoneArmed() {
        Wait.until(
                BACK,
                "half of the boards are armed again",
                () ->
                        fleet.boards().statuses().values().stream()
                                        .filter(VirtualBoard.Status::armed)
                                        .count()
                                >= fleet.size() / 2);
    }

    private void awaitBack() throws InterruptedException {
        fleet.atEachSite(site -> rearm(site, Map.of()));
        fleet.awaitArmed();
    }

    // One cycle.

    private void cycle(Subject subject, RandomGenerator random) throws InterruptedException {
        if (random.nextDouble() < PATIENT) {
            makeReady(subject);
        }
        var fault = Fault.pick(random);
        faults.computeIfAbsent(fault, _ -> new AtomicInteger()).incrementAndGet();
        var commands = 1 + random.nextInt(MOST_COMMANDS);
        var before = random.nextInt(commands + 1);
        for (int n = 0; n < commands; n++) {
            if (n == before) {
                happen(fault, subject, random);
            }
            ask(subject, random);
            Thread.sleep(random.nextInt(30));
        }
        if (before == commands) {
            happen(fault, subject, random);
        }
        Thread.sleep(random.nextInt(400));
        fault.end(subject.board());
        if (fault == Fault.STOP) {
            rearm(subject.site(), devices(subject));
        } else if (fault == Fault.STOP_WORKSPACE) {
            rearm(subject.site(), Map.of());
        }
        calm(subject, random);
    }

    private static void makeReady(Subject subject) {
        var ready = Wait.happens(READY_BEFORE_CYCLE, () -> subject.board().status().armed());
        if (!ready && subject.board().status().connected()) {
            rearm(subject.site(), devices(subject));
        }
    }

    /** A while without a fault of the board's own: most of what is asked for then gets done. */
    private void calm(Subject subject, RandomGenerator random) throws InterruptedException {
        makeReady(subject);
        for (int n = 0; n < CALM_COMMANDS; n++) {
            ask(subject, random);
            Thread.sleep(CALM_MS);
        }
    }

    private static Map<String, ?> devices(Subject subject) {
        return Map.of("device_ids", List.of(subject.access().deviceId().toString()));
    }

    private void happen(Fault fault, Subject subject, RandomGenerator random) {
        switch (fault) {
            case STOP -> attempt(subject.site(), "/api/v1/devices/stop", devices(subject));
            case STOP_WORKSPACE -> attempt(subject.site(), "/api/v1/devices/stop", Map.of());
            case ARM_AGAIN -> attempt(subject.site(), "/api/v1/devices/arm", devices(subject));
            default -> fault.happen(subject.board(), random);
        }
    }

    /** Whether the hub answered well; it may just be dead. */
    private static boolean attempt(Fleet.Site site, String path, Map<String, ?> body) {
        try {
            site.api().post(path, body);
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    /** A person arms, as often as it takes. */
    private static boolean rearm(Fleet.Site site, Map<String, ?> whom) {
        return Wait.happens(BACK, () -> attempt(site, "/api/v1/devices/arm", whom));
    }

    private void ask(Subject subject, RandomGenerator random) {
        var args = Map.of("ms", random.nextLong(5, 40));
        var ttl = Duration.ofMillis(random.nextInt(300, 2_500));
        if (random.nextDouble() < BY_HAND) {
            askByHand(subject, args, ttl, random.nextBoolean());
            return;
        }
        var action = writer.action(subject.access(), "light_on", args, ttl);
        var id = ActionWriter.commandOf(action);
        asked.put(
                id,
                new Asked(
                        subject.access(), id, writer.write(action).thenApply(onBus -> onBus > 0)));
    }

    private void askByHand(Subject subject, Map<String, Long> args, Duration ttl, boolean again) {
        var key = "chaos-" + Ids.next();
        var device = subject.access().deviceId();
        var id = Ids.keyed(subject.access().workspaceId(), "command " + device, key);
        var body = Map.of("command", "light_on", "args", args, "ttl_ms", ttl.toMillis());
        var path = "/api/v1/devices/" + device + "/command";
        var certain = false;
        for (int n = 0; n < (again ? 2 : 1); n++) {
            try {
                var answer = subject.site().api().post(path, body, key);
                certain |= answer.required("id").asText().equals(id.toString());
            } catch (IllegalStateException e) {
                // Disarmed, offline, or nobody there to ask.
            }
        }
        asked.put(id, new Asked(subject.access(), id, CompletableFuture.completedFuture(certain)));
    }

    // What there is to judge.

    List<Asked> asked() {
        return List.copyOf(asked.values());
    }

    /** How often the output went on for a command. */
    int switchedOn(UUID commandId) {
        var count = switchedOn.get(commandId);
        return count == null ? 0 : count.get();
    }

    List<Recovery> recoveries() {
        return List.copyOf(recoveries);
    }

    Map<Fault, Integer> faults() {
        var counts = new EnumMap<Fault, Integer>(Fault.class);
        faults.forEach((fault, count) -> counts.put(fault, count.get()));
        return counts;
    }
}
