package io.streamwire.devices;

import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Capabilities.ArgSpec;
import io.streamwire.contract.mqtt.Capabilities.CommandSpec;
import io.streamwire.contract.mqtt.Capabilities.LimitsBy;
import io.streamwire.service.Role;
import io.streamwire.virtualboard.BoardAccess;
import io.streamwire.virtualboard.PinRecorder;
import io.streamwire.virtualboard.VirtualBoard;
import io.streamwire.virtualboard.VirtualBoards;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * People of every role, rules and faults at once, on boards that keep their limits and on boards
 * that do all they are told: each caller plays its own seeded sequence against the running service,
 * and a recorder of the storm's own judges what the pins did.
 */
final class EnvelopeStorm implements AutoCloseable {

    private static final int CALLERS = 8;
    private static final int LONGEST_PAUSE_MS = 40;

    /** Of so many moves 25 are no plain command: more of them, and outputs would hardly go on. */
    private static final int MOVES = 400;

    private static final List<String> COMMANDS = List.of("left", "right", "lamp", "dance");

    private final Rig rig;
    private final Member owner;
    private final long seed;
    private final PinRecorder recorder = new PinRecorder();
    private final VirtualBoards boards;
    private final List<Subject> subjects = new ArrayList<>();
    private final Map<Integer, AtomicLong> answers = new ConcurrentHashMap<>();

    /** One board, and who may call for it; its limits and pauses are one caller's at a time. */
    private record Subject(VirtualBoard board, Member agent, ReentrantLock limits) {
        UUID device() {
            return board.deviceId();
        }

        String path(String what) {
            return "/devices/" + device() + what;
        }
    }

    EnvelopeStorm(Rig rig, long seed) throws InterruptedException {
        this.rig = rig;
        this.owner = Member.owner(rig);
        this.seed = seed;
        this.boards = VirtualBoards.start(rig.brokerUrl(), List.of(), recorder);
        for (var limitsBy : List.of(LimitsBy.HUB, LimitsBy.HUB, LimitsBy.BOARD)) {
            var device = owner.device("Stormy");
            var token = owner.token(device);
            var board =
                    boards.add(
                            new BoardAccess(owner.workspace, device, token),
                            capabilities(limitsBy, subjects.size()));
            subjects.add(new Subject(board, owner.as(token), new ReentrantLock()));
        }
        for (var subject : subjects) {
            owner.ready(subject.device());
        }
        owner.arm(boards.all().toArray(VirtualBoard[]::new));
    }

    private static Capabilities capabilities(LimitsBy limitsBy, int number) {
        return new Capabilities(
                1,
                "1.0.0",
                "virtual",
                limitsBy,
                List.of(
                        new CommandSpec("left", args(400), 300, 50, 20, "bridge"),
                        new CommandSpec("right", args(400), 400, 20L * number, 30, "bridge"),
                        new CommandSpec("lamp", args(200), 200, 0, 50 + 50 * (number % 2), null)));
    }

    private static List<ArgSpec> args(long longestMs) {
        return List.of(
                new ArgSpec("level", "int", 0, 100, "%"),
                new ArgSpec("ms", "int", 5, longestMs, "ms"));
    }

    /** Lets everybody call for so long. */
    void rage(Duration length) throws InterruptedException {
        var end = System.nanoTime() + length.toNanos();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<?>>();
            for (int n = 0; n < CALLERS; n++) {
                var caller = new Caller(new Random(seed + n));
                calls.add(
                        threads.submit(() -> {
                            caller.call(end);
                            return caller;
                        }));
            }
            for (var call : calls) {
                call.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError("a caller failed", e.getCause());
        }
    }

    List<PinRecorder.Violation> violations() {
        return recorder.violations();
    }

    PinRecorder.Totals totals() {
        return recorder.totals();
    }

    /** How often the service answered with each status. */
    Map<Integer, Long> answers() {
        var counts = new HashMap<Integer, Long>();
        answers.forEach((status, count) -> counts.put(status, count.get()));
        return counts;
    }

    @Override
    public void close() {
        boards.close();
    }

    private final class Caller {
        private final Random random;
        private final List<Member> people;
        private String last = Ids.next().toString();

        Caller(Random random) {
            this.random = random;
            people =
                    List.of(
                            owner,
                            owner.with(Role.ADMIN),
                            owner.with(Role.MODERATOR),
                            owner.with(Role.MODERATOR),
                            owner.with(Role.VIEWER),
                            owner.as("no-token"));
        }

        private <T> T any(List<T> all) {
            return all.get(random.nextInt(all.size()));
        }

        void call(long end) throws InterruptedException {
            while (System.nanoTime() < end) {
                call(any(subjects));
                Thread.sleep(random.nextInt(LONGEST_PAUSE_MS));
            }
        }

        private void call(Subject subject) throws InterruptedException {
            var someone = any(people);
            switch (random.nextInt(MOVES)) {
                case 0 -> {
                    note(any(List.of(someone, subject.agent)).post("/devices/stop", null));
                    armAgain();
                }
                case 1 -> {
                    note(someone.post(subject.path("/stop"), null));
                    armAgain();
                }
                case 2, 3 -> armAgain();
                case 4, 5 -> limit(subject);
                case 6 -> pause(subject);
                case 7 -> note(someone.delete(subject.path("/commands")));
                case 8, 9 -> note(someone.delete(subject.path("/commands/" + last)));
                case 10 -> note(someone.post(subject.path("/commands/" + last + "/stop"), null));
                case 11 -> subject.board.reboot();
                case 12 -> subject.board.dropConnection(Duration.ofMillis(random.nextInt(500)));
                case 13 -> subject.board.duplicateDelivery(random.nextBoolean());
                case 14 -> subject.board.delayDelivery(Duration.ofMillis(random.nextInt(200)));
                case 15, 16 -> subject.board.delayDelivery(Duration.ZERO);
                case 17, 18 -> subject.board.repeatLastCommand();
                case 19, 20, 21, 22, 23, 24 ->
                        note(subject.agent.post(subject.path("/command"), command()));
                default -> {
                    if (random.nextInt(3) == 0) {
                        trigger(subject);
                        return;
                    }
                    var answer = someone.post(subject.path("/command"), command());
                    last = answer.status() == 202 ? answer.text("/id") : last;
                    note(answer);
                }
            }
        }

        private void note(Member.Answer answer) {
            answers.computeIfAbsent(answer.status(), _ -> new AtomicLong()).incrementAndGet();
        }

        private void armAgain() throws InterruptedException {
            Thread.sleep(random.nextInt(100));
            note(any(people).post("/devices/arm", null));
            note(owner.post("/devices/arm", arming()));
        }

        private Map<String, ?> arming() {
            return random.nextInt(3) == 0
                    ? Map.of("device_ids", List.of(any(subjects).device()))
                    : Map.of("for_ms", 60_000);
        }

        private Map<String, ?> command() {
            var args = new HashMap<String, Object>();
            args.put("level", random.nextInt(-5, 106));
            args.put("ms", random.nextInt(4) == 0 ? random.nextInt(600) : random.nextInt(5, 200));
            switch (random.nextInt(16)) {
                case 0 -> args.remove("ms");
                case 1 -> args.put("ms", Long.MAX_VALUE);
                case 2 -> args.put("ms", "100");
                case 3 -> args.put("ms", 99.9);
                case 4 -> args.put("speed", 1);
                default -> {
                    // Plausible.
                }
            }
            return Map.of(
                    "command",
                    any(COMMANDS),
                    "args",
                    args,
                    "ttl_ms",
                    random.nextBoolean() ? random.nextInt(1, 2_000) : random.nextInt(70_000),
                    "priority",
                    random.nextInt(11));
        }

        /** A rule fires; its arguments are moved into the envelope. */
        private void trigger(Subject subject) {
            var args =
                    random.nextInt(8) == 0
                            ? Map.of("ms", 100L)
                            : Map.of(
                                    "level",
                                    random.nextLong(-1_000, 1_000),
                                    "ms",
                                    random.nextInt(4) == 0
                                            ? random.nextLong()
                                            : random.nextLong(5, 300));
            var now = System.currentTimeMillis();
            var action =
                    RuleActions.action(
                            owner.workspace,
                            subject.device(),
                            any(COMMANDS),
                            args,
                            "viewer-" + random.nextInt(20),
                            now + random.nextInt(5_000));
            var _ = RuleActions.publish(rig, action, now + random.nextInt(3) - 1);
        }

        private void pause(Subject subject) throws InterruptedException {
            if (!subject.limits.tryLock()) {
                return;
            }
            try {
                note(any(people).post(subject.path("/pause"), null));
                Thread.sleep(random.nextInt(500));
                note(owner.post(subject.path("/resume"), null));
            } finally {
                subject.limits.unlock();
            }
        }

        /** The owner sets limits, tighter and looser ones, while commands are on their way. */
        private void limit(Subject subject) {
            if (!subject.limits.tryLock()) {
                return;
            }
            try {
                var tag =
                        owner.get(subject.path(""))
                                .raw()
                                .headers()
                                .firstValue("ETag")
                                .orElseThrow();
                note(any(people).put(subject.path("/limits"), limits(), "If-Match", tag));
            } finally {
                subject.limits.unlock();
            }
        }

        private Map<String, ?> limits() {
            var limits = new HashMap<String, Object>();
            for (var command : COMMANDS.subList(0, 3)) {
                switch (random.nextInt(5)) {
                    case 0 -> limits.put(command, Map.of("max_on_ms", random.nextInt(20, 250)));
                    case 1 -> limits.put(command, Map.of("min_gap_ms", random.nextInt(0, 1_000)));
                    case 2 -> limits.put(command, Map.of("max_duty_pct", random.nextInt(0, 25)));
                    case 3 ->
                            limits.put(
                                    command,
                                    Map.of(
                                            "args",
                                            Map.of("level", Map.of("min", 10, "max", 60)),
                                            "max_duty_pct",
                                            random.nextInt(1, 10)));
                    default -> {
                        // As the board says.
                    }
                }
            }
            return limits;
        }
    }
}
