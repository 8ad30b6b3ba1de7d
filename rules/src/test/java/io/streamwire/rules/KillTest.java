package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.BusSettings;
import io.streamwire.bus.Script;
import io.streamwire.contract.Action;
import io.streamwire.contract.Decision;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Stream;
import io.streamwire.contract.Viewer;
import io.streamwire.embedded.Embedded;
import io.streamwire.embedded.EmbeddedPorts;
import io.streamwire.embedded.EmbeddedSettings;
import io.streamwire.embedded.ServiceProcess;
import io.streamwire.rules.Trigger.CommentMode;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two instances as processes; under load one is killed, then Redis. Every event that matched a rule
 * has one decision, and no action comes twice.
 */
class KillTest {

    private static final Script PUBLISH = Script.of(KillTest.class, "publish-once.lua");

    /** Between two events of a workspace. */
    private static final Duration PACE = Duration.ofMillis(8);

    private static final Duration SETTLED = Duration.ofSeconds(60);
    private static final Trigger SPIN = new Trigger.Comment(CommentMode.CONTAINS, "spin");

    @TempDir private Path directory;

    @Test
    @Timeout(300)
    void everyEventIsDecidedOnOnceThroughKills() throws InterruptedException {
        // A durable Redis forgets what it has confirmed when it is killed while its disk is busy.
        var settings = EmbeddedSettings.in(directory.resolve("data")).notDurable();
        try (var embedded = Embedded.start(settings);
                var bus = Bus.connect(BusSettings.of(embedded.redisUrl()))) {
            var shows = shows(embedded, bus);
            try (var _ = instance(embedded, "one");
                    var dying = instance(embedded, "two")) {
                var playing = new AtomicBoolean(true);
                var loads =
                        shows.stream()
                                .map(show ->
                                        Thread.startVirtualThread(() -> show.play(playing::get)))
                                .toList();
                awaitDecisions(shows, 500);
                dying.kill();
                awaitDecisions(shows, 500);
                killRedis(embedded);
                Await.until(SETTLED, bus::available);
                awaitDecisions(shows, 500);
                playing.set(false);
                for (var load : loads) {
                    load.join();
                }

                shows.forEach(Show::judge);
            }
        }
    }

    /** Who waits in a queue, a vote that has begun and an action that is delayed. */
    @Test
    @Timeout(200)
    void whatWaitsComesOnceThroughAKill() throws InterruptedException {
        try (var embedded = Embedded.start(directory.resolve("data"), EmbeddedPorts.ANY_FREE);
                var bus = Bus.connect(BusSettings.of(embedded.redisUrl()))) {
            var events = new LiveEvents();
            var rules = new RuleExamples(events.workspaceId());
            var streams = new Streams(bus, events.workspaceId());
            var queued = queued(rules);
            var vote = vote(rules);
            var later = later(rules);
            try (var database = database(embedded)) {
                var store = new RuleStore(database);
                for (var rule : List.of(queued, vote, later)) {
                    var _ =
                            store.create(
                                    rule.workspaceId(), rule.id(), rule.definition(), Ids.next());
                }
            }
            try (var dying = instance(embedded, "one")) {
                Await.until(SETTLED, () -> !streams.redis("GET", "lease:rules").isEmpty());
                streams.publish(
                        events.comment(viewer(1), "spin"),
                        events.comment(viewer(2), "spin"),
                        events.comment(viewer(3), "spin"),
                        events.comment(viewer(1), "left"),
                        events.comment(viewer(2), "later"));
                Await.until(SETTLED, () -> streams.decisions().size() >= 5);
                dying.kill();
            }
            assertThat(streams.actions()).hasSizeLessThan(5);

            // Under its own name it has its partitions again at once.
            try (var _ = instance(embedded, "one")) {
                Await.until(SETTLED, () -> streams.actions().size() >= 5);
                Await.until(SETTLED, () -> streams.redis("ZCARD", "delayed").equals("0"));

                assertThat(streams.actions()).extracting(Action::id).doesNotHaveDuplicates();
                assertThat(streams.actions())
                        .extracting(Action::ruleId)
                        .containsExactlyInAnyOrder(
                                queued.id(), queued.id(), queued.id(), vote.id(), later.id());
                assertThat(streams.decisions())
                        .filteredOn(decision -> decision.outcome().equals(Decision.FIRED))
                        .hasSize(5);
            }
        }
    }

    private static Viewer viewer(int number) {
        return new Viewer("700000000000000000" + number, "v" + number, "V", List.of(), 0, null);
    }

    private static Rule queued(RuleExamples rules) {
        return RuleExamples.queued(
                rules.rule(SPIN, new Cooldown(2_000, 0), List.of(rules.spin())),
                new Queueing(Queueing.Mode.QUEUE, 20, 60_000));
    }

    private static Rule vote(RuleExamples rules) {
        return RuleExamples.crowded(
                rules.rule(new Trigger.Comment(CommentMode.WORD, "left", "right")),
                new Crowd.Vote(4_000, 1, Crowd.Tie.FIRST, Crowd.Weight.ONE));
    }

    private static Rule later(RuleExamples rules) {
        return rules.rule(
                new Trigger.Comment(CommentMode.WORD, "later"),
                Cooldown.NONE,
                List.of(rules.spinAfter(4_000)));
    }

    private static Database database(Embedded embedded) {
        return Database.open(
                Configuration.load(
                        Map.of(
                                "database.url", embedded.jdbcUrl("rules_db"),
                                "database.user", embedded.databaseUser(),
                                "database.password", embedded.databasePassword()),
                        null),
                "rules");
    }

    /** A workspace in each partition. */
    private static List<Show> shows(Embedded embedded, Bus bus) {
        var shows = new HashMap<Integer, Show>();
        try (var database = database(embedded)) {
            var store = new RuleStore(database);
            while (shows.size() < bus.partitions()) {
                var events = new LiveEvents();
                var partition = bus.partition(events.workspaceId());
                shows.computeIfAbsent(partition, _ -> Show.of(bus, events, store));
            }
        }
        return List.copyOf(shows.values());
    }

    private ServiceProcess instance(Embedded embedded, String name) {
        var settings =
                Map.of(
                        "instance.id", name,
                        "rules.port", "0",
                        "auth.jwks-url", "http://127.0.0.1:1/",
                        "bus.url", embedded.redisUrl().toString(),
                        "database.url", embedded.jdbcUrl("rules_db"),
                        "database.user", embedded.databaseUser(),
                        "database.password", embedded.databasePassword());
        return ServiceProcess.start(
                "io.streamwire.rules.Main",
                "256m",
                settings.entrySet().stream()
                        .collect(
                                Collectors.toMap(
                                        entry -> Configuration.environmentName(entry.getKey()),
                                        Map.Entry::getValue)),
                directory.resolve(name + ".log"));
    }

    /** Waits for so many more. */
    private static void awaitDecisions(List<Show> shows, long more) {
        var before = decisions(shows);
        Await.until(SETTLED, () -> decisions(shows) > before + more);
    }

    private static long decisions(List<Show> shows) {
        return shows.stream().mapToLong(Show::decided).sum();
    }

    /** Whoever runs it starts it again by itself. */
    private static void killRedis(Embedded embedded) {
        var killed = redis(embedded).orElseThrow();
        killed.destroyForcibly();
        Await.until(
                SETTLED,
                () -> redis(embedded).filter(again -> again.pid() != killed.pid()).isPresent());
    }

    private static Optional<ProcessHandle> redis(Embedded embedded) {
        var pid = embedded.dataDirectory().resolve("redis").resolve("redis.pid");
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty(); // it is just being written
        }
    }

    /** One workspace with a rule that always fires, and one that fires once. */
    private record Show(
            Bus bus, LiveEvents events, Streams streams, UUID always, UUID once, Set<UUID> played) {

        static Show of(Bus bus, LiveEvents events, RuleStore store) {
            var workspaceId = events.workspaceId();
            var rules = new RuleExamples(workspaceId);
            var resting = new Cooldown(Cooldown.MAX_MS, 0);
            var always =
                    store.create(
                            workspaceId, Ids.next(), rules.rule(SPIN).definition(), Ids.next());
            var once =
                    store.create(
                            workspaceId,
                            Ids.next(),
                            rules.rule(SPIN, resting, List.of(rules.spin())).definition(),
                            Ids.next());
            return new Show(
                    bus,
                    events,
                    new Streams(bus, workspaceId),
                    always.id(),
                    once.id(),
                    new HashSet<>());
        }

        void play(BooleanSupplier playing) {
            while (playing.getAsBoolean()) {
                var event = events.comment("spin");
                played.add(event.id());
                publish(event);
                LockSupport.parkNanos(PACE.toNanos());
            }
        }

        /** As soon as Redis can be asked. */
        long decided() {
            var decided = new AtomicLong();
            Await.until(
                    SETTLED,
                    () -> {
                        try {
                            decided.set(Long.parseLong(streams.redis("XLEN", "decisions")));
                            return true;
                        } catch (CompletionException e) {
                            assertThat(e.getCause()).isInstanceOf(BusException.class);
                            return false;
                        }
                    });
            return decided.get();
        }

        private void publish(LiveEvent event) {
            int partition = streams.partition();
            var keys = List.of(Stream.EVENTS.key(partition), Stream.key(partition, "test-seen"));
            var args =
                    List.of(
                            event.id().toString(),
                            event.workspaceId().toString(),
                            event.type(),
                            Long.toString(Hops.now()),
                            Json.write(event));
            Await.until(
                    SETTLED,
                    () -> {
                        try {
                            bus.call(PUBLISH, keys, args).join();
                            return true;
                        } catch (CompletionException e) {
                            assertThat(e.getCause()).isInstanceOf(BusException.class);
                            return false;
                        }
                    });
        }

        void judge() {
            Await.until(SETTLED, () -> decided() >= 2L * played.size());

            var decisions = streams.decisions();
            assertThat(decisions).extracting(Decision::id).doesNotHaveDuplicates();
            for (var rule : List.of(always, once)) {
                assertThat(decisions)
                        .filteredOn(Decision::ruleId, rule)
                        .extracting(Decision::eventId)
                        .containsExactlyInAnyOrderElementsOf(played);
            }
            var fired = new ArrayList<UUID>();
            decisions.forEach(decision -> fired.addAll(decision.actionIds()));
            assertThat(fired).hasSize(played.size() + 1);
            assertThat(streams.actions())
                    .extracting(Action::id)
                    .containsExactlyInAnyOrderElementsOf(fired);
        }
    }
}
