package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Script;
import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.RoomCounters;
import io.streamwire.contract.Viewer;
import io.streamwire.rules.Trigger.CommentMode;
import io.streamwire.service.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** Dry runs on a real Redis. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DryRunsTest {

    private static final Instant BEGIN = Instant.parse("2020-01-01T00:00:00Z");
    private static final Script KEYS = new Script("keys", "return redis.call('KEYS', ARGV[1])");
    private static final Trigger SPIN = new Trigger.Comment(CommentMode.CONTAINS, "spin");

    private final Bus bus = Servers.bus();
    private final DryRuns runs = new DryRuns(bus);
    private final LiveEvents events = new LiveEvents();
    private final RuleExamples rules = new RuleExamples(events.workspaceId());

    @AfterAll
    void stop() {
        bus.close();
    }

    /** An event of long ago. */
    private LiveEvent at(long ms, Viewer viewer, Payload payload) {
        var event = events.by(viewer, payload);
        var at = BEGIN.plusMillis(ms);
        return new LiveEvent(
                event.id(),
                event.livestreamId(),
                event.workspaceId(),
                event.msgId(),
                at,
                at,
                false,
                false,
                viewer,
                payload);
    }

    private LiveEvent comment(long ms, Viewer viewer, String text) {
        return at(ms, viewer, new LiveEvent.CommentPosted(text));
    }

    private List<DryDecision> run(List<Rule> rules, LiveEvent... events) {
        var decisions = new ArrayList<DryDecision>();
        runs.run(
                this.events.workspaceId(),
                rules,
                List.of(events),
                DryRuns.Deadline.begin(),
                decisions::add);
        return decisions;
    }

    private static List<String> outcomes(List<DryDecision> decisions) {
        return decisions.stream().map(DryDecision::outcome).toList();
    }

    private List<String> keys(String pattern) {
        var all = bus.call(KEYS, List.of(), List.of(pattern)).join();
        return IntStream.range(0, all.size()).mapToObj(all::text).toList();
    }

    @Test
    void everyDeviceIsTakenForOnline() {
        var rule = RuleExamples.whileOnline(rules.rule(SPIN), Ids.next());

        assertThat(outcomes(run(List.of(rule), comment(0, LiveEvents.ANNA, "spin"))))
                .containsExactly("fired");
    }

    @Test
    void whatIsForATagSaysSo() {
        var lights =
                new DeviceAction(
                        new DeviceAction.Target.Tag("lights"), "light_on", Map.of(), 2_000, 0);
        var rule = rules.rule(SPIN, Cooldown.NONE, List.of(lights));

        var action = run(List.of(rule), comment(0, LiveEvents.ANNA, "spin")).getFirst().actions();

        assertThat(action.getFirst().path("tag").asText()).isEqualTo("lights");
        assertThat(action.getFirst().has("device_id")).isFalse();
    }

    @Test
    void timeIsThatOfTheEvents() {
        var rule = rules.rule(SPIN, new Cooldown(1_000, 5_000), List.of(rules.spinAfter(300)));

        var decisions =
                run(
                        List.of(rule),
                        comment(0, LiveEvents.ANNA, "spin"),
                        comment(400, LiveEvents.BEN, "spin"),
                        comment(1_000, LiveEvents.BEN, "spin"),
                        comment(2_000, LiveEvents.ANNA, "spin"),
                        comment(5_000, LiveEvents.ANNA, "spin"));

        assertThat(outcomes(decisions))
                .containsExactly("fired", "cooldown_global", "fired", "cooldown_viewer", "fired");
        assertThat(decisions.get(1).remainingMs()).isEqualTo(600);
        assertThat(decisions.get(3).remainingMs()).isEqualTo(3_000);
        assertThat(decisions.get(0).at()).isEqualTo(BEGIN);
        var action = decisions.get(0).actions().getFirst();
        assertThat(action.path("command").asText()).isEqualTo("motor_spin");
        assertThat(action.path("delay_ms").asLong()).isEqualTo(300);
        assertThat(action.at("/args/level").asLong()).isEqualTo(60);
        assertThat(action.has("hops")).isFalse();
        assertThat(decisions.get(1).actions()).isEmpty();
    }

    @Test
    void nothingIsPublishedTouchedOrLeft() {
        var rule = rules.rule(SPIN, new Cooldown(60_000, 60_000), List.of(rules.spinAfter(9)));
        var streams = new Streams(bus, events.workspaceId());

        var first = run(List.of(rule), comment(0, LiveEvents.ANNA, "spin"));
        var second = run(List.of(rule), comment(0, LiveEvents.ANNA, "spin"));

        assertThat(outcomes(first)).containsExactly("fired");
        assertThat(outcomes(second)).containsExactly("fired");
        assertThat(streams.decisions()).isEmpty();
        assertThat(streams.actions()).isEmpty();
        assertThat(keys("*" + rule.id() + "*")).isEmpty();
        assertThat(streams.redis("HEXISTS", "delayed:of", events.workspaceId().toString()))
                .isEqualTo("0");
    }

    @Test
    void theSameEventsHaveTheSameHash() {
        var rule =
                RuleExamples.limited(rules.rule(SPIN), new UseLimit(3, 10_000, UseLimit.Per.ALL));
        var some =
                IntStream.range(0, 500)
                        .mapToObj(
                                i -> comment(i * 100L, LiveEvents.ANNA, i % 3 == 0 ? "no" : "spin"))
                        .toArray(LiveEvent[]::new);

        var hashes =
                IntStream.range(0, 3)
                        .mapToObj(_ -> {
                            var totals = new DryTotals(List.of(rule));
                            run(List.of(rule), some).forEach(totals::add);
                            return totals.summary(new DryEvents(List.of(some)), List.of(rule));
                        })
                        .toList();

        assertThat(hashes).containsOnly(hashes.getFirst());
        assertThat(hashes.getFirst().outcomes()).containsEntry("fired", 15);
        assertThat(hashes.getFirst().decided()).isEqualTo(333);
        assertThat(hashes.getFirst().events()).isEqualTo(500);
    }

    @Test
    void aVoteEndsInItsTime() {
        var vote = new Crowd.Vote(5_000, 2, Crowd.Tie.FIRST, Crowd.Weight.ONE);
        var rule =
                RuleExamples.crowded(
                        rules.rule(new Trigger.Comment(CommentMode.EQUALS, "left", "right")), vote);

        var decisions =
                run(
                        List.of(rule),
                        comment(0, LiveEvents.ANNA, "left"),
                        comment(1_000, LiveEvents.BEN, "left"),
                        comment(6_000, LiveEvents.BEN, "right"));

        assertThat(outcomes(decisions))
                .containsExactly(
                        "vote_begun", "vote_counted", "fired", "vote_begun", "vote_voters");
        assertThat(decisions.get(2).at()).isEqualTo(BEGIN.plusMillis(5_000));
        assertThat(decisions.get(4).at()).isEqualTo(BEGIN.plusMillis(11_000));
        assertThat(decisions.get(4).observed()).isEqualTo(1);
    }

    @Test
    void timersTickAsLongAsSomethingHappens() {
        var rule = rules.rule(new Trigger.Timer(20));

        var decisions =
                run(
                        List.of(rule),
                        comment(500, LiveEvents.ANNA, "hello"),
                        comment(45_000, LiveEvents.ANNA, "still here"),
                        comment(3_600_000, LiveEvents.ANNA, "later"));

        assertThat(decisions)
                .extracting(decision -> Duration.between(BEGIN, decision.at()).toSeconds())
                .containsExactly(20L, 40L, 60L, 80L, 100L);
        assertThat(outcomes(decisions)).containsOnly("fired");
    }

    @Test
    void timersKnowHowManyWatchedAtTheLastCount() {
        var full = Expression.of(Expression.Kind.CONDITION, "counters.viewers >= 10");
        var rule =
                RuleExamples.only(
                        rules.rule(new Trigger.Timer(20)),
                        new Conditions(
                                Set.of(), Set.of(), Set.of(), Set.of(), 0, null, full, Set.of()));
        var count = new LiveEvent.ViewersCounted(12, 90, null);

        var decisions =
                run(
                        List.of(rule),
                        comment(500, LiveEvents.ANNA, "hello"),
                        LiveEvents.counted(
                                at(30_000, Viewer.NOBODY, count), new RoomCounters(12, 0, 0, 0)),
                        comment(45_000, LiveEvents.ANNA, "still here"),
                        comment(70_000, LiveEvents.ANNA, "later"));

        assertThat(outcomes(decisions)).startsWith("condition_error", "fired", "fired");
    }

    @Test
    void whatTakesTooLongEnds() {
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() ->
                        runs.run(
                                events.workspaceId(),
                                List.of(rules.rule(SPIN)),
                                List.of(comment(0, LiveEvents.ANNA, "spin")),
                                new DryRuns.Deadline(System.nanoTime()),
                                _ -> {}))
                .satisfies(problem -> assertThat(problem.code()).isEqualTo("dry_run_too_long"));
    }

    @Test
    void whatTakesTooLongEndsAlsoWhenNothingMatches() {
        assertThatExceptionOfType(Problem.class)
                .isThrownBy(() ->
                        runs.run(
                                events.workspaceId(),
                                List.of(rules.rule(SPIN)),
                                List.of(comment(0, LiveEvents.ANNA, "hello")),
                                new DryRuns.Deadline(System.nanoTime()),
                                _ -> {}))
                .satisfies(problem -> assertThat(problem.code()).isEqualTo("dry_run_too_long"));
    }

    @Test
    void aResetOutlivesADryRun() {
        var streams = new Streams(bus, events.workspaceId());
        var rule = rules.rule(SPIN, new Cooldown(60_000, 0), List.of(rules.spin()));
        var field = rule.id().toString();
        streams.redis("HSET", "resets", field, "1790000000000");

        run(List.of(rule), comment(0, LiveEvents.ANNA, "spin"));

        assertThat(streams.redis("HGET", "resets", field)).isEqualTo("1790000000000");
        streams.redis("HDEL", "resets", field);
    }

    @Test
    void aWorkspaceHasTwoPlaces() {
        var places = new DryRunPlaces(bus);
        var workspaceId = Ids.next();

        try (var _ = places.take(workspaceId);
                var _ = places.take(Ids.next())) {
            try (var _ = places.take(workspaceId)) {
                assertThatExceptionOfType(Problem.class)
                        .isThrownBy(() -> places.take(workspaceId))
                        .satisfies(problem -> {
                            assertThat(problem.code()).isEqualTo("too_many_dry_runs");
                            assertThat(problem.status().code()).isEqualTo(429);
                        });
            }
            places.take(workspaceId).close(); // one is free again
        }
    }

    @Test
    void anInstanceHasFourPlaces() {
        var places = new DryRunPlaces(bus);

        try (var _ = places.take(Ids.next());
                var _ = places.take(Ids.next());
                var _ = places.take(Ids.next())) {
            try (var _ = places.take(Ids.next())) {
                assertThatExceptionOfType(Problem.class)
                        .isThrownBy(() -> places.take(Ids.next()))
                        .satisfies(it -> assertThat(it.code()).isEqualTo("too_many_dry_runs"));
            }
            places.take(Ids.next()).close(); // one is free again
        }
    }
}
