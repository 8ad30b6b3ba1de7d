package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Bus;
import io.streamwire.contract.Decision;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.Viewer;
import io.streamwire.rules.Crowd.Quantity;
import io.streamwire.rules.Crowd.Tie;
import io.streamwire.rules.Crowd.Weight;
import io.streamwire.rules.Crowd.Window;
import io.streamwire.rules.Trigger.CommentMode;
import io.streamwire.rules.Trigger.GiftMode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Crowds in a dry run: their clock is the events', so that a test says what time it is. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrowdTest {

    private static final long BEGIN = 1_790_000_000_000L;

    private static final Trigger SPIN = new Trigger.Comment(CommentMode.CONTAINS, "spin");
    private static final Trigger SIDES = new Trigger.Comment(CommentMode.WORD, "left", "right");
    private static final Trigger COLOURS =
            new Trigger.Comment(CommentMode.WORD, "red", "green", "blue");

    private final Bus bus = Servers.bus();
    private final LiveEvents events = new LiveEvents();
    private final RuleExamples rules = new RuleExamples(events.workspaceId());

    @AfterAll
    void disconnect() {
        bus.close();
    }

    @Test
    void threeDifferentViewersWithinTenSeconds() {
        var show = show(SPIN, new Crowd.Viewers(3, 10_000, Window.SLIDING));

        assertThat(show.at(0, comment(1, "spin"))).isEqualTo(verdict("crowd_viewers", 1, 3));
        assertThat(show.at(1_000, comment(1, "spin"))).isEqualTo(verdict("crowd_viewers", 1, 3));
        assertThat(show.at(2_000, comment(2, "spin"))).isEqualTo(verdict("crowd_viewers", 2, 3));
        // The first one spoke again after one second, which is ten seconds ago.
        assertThat(show.at(11_000, comment(3, "spin"))).isEqualTo(verdict("crowd_viewers", 2, 3));
        assertThat(show.at(11_500, comment(4, "spin"))).isEqualTo(fired(3, 3));
        assertThat(show.at(11_600, comment(5, "spin"))).isEqualTo(verdict("crowd_viewers", 1, 3));
    }

    @Test
    void aTumblingWindowBeginsWithItsFirstEvent() {
        var show = show(SPIN, new Crowd.Viewers(2, 10_000, Window.TUMBLING));

        assertThat(show.at(0, comment(1, "spin"))).isEqualTo(verdict("crowd_viewers", 1, 2));
        assertThat(show.at(9_000, comment(1, "spin"))).isEqualTo(verdict("crowd_viewers", 1, 2));
        assertThat(show.at(10_000, comment(2, "spin"))).isEqualTo(verdict("crowd_viewers", 1, 2));
        assertThat(show.at(19_999, comment(1, "spin"))).isEqualTo(fired(2, 2));
    }

    @Test
    void whatReachesASumFiresOnceHoweverMuchItBrings() {
        var roses = RuleExamples.gift(List.of("Rose"), GiftMode.PER_INCREMENT);
        var show = show(roses, new Crowd.Sum(Quantity.DIAMONDS, 100, 10_000, Window.SLIDING));

        assertThat(show.at(0, events.gift("Rose", 30, 5, 5, Streak.SINGLE)))
                .isEqualTo(fired(150, 100));
        assertThat(show.actions(1_000, events.gift("Rose", 100, 7, 7, Streak.SINGLE))).isOne();
    }

    @Test
    void aSumOfAChangedWindowBeginsAnew() {
        var show = show(SPIN, new Crowd.Sum(Quantity.EVENTS, 3, 10_000, Window.SLIDING));
        assertThat(show.at(0, comment(1, "spin"))).isEqualTo(verdict("crowd_sum", 1, 3));

        var longer = show.with(new Crowd.Sum(Quantity.EVENTS, 3, 500_000, Window.SLIDING));

        assertThat(longer.at(1_000, comment(1, "spin"))).isEqualTo(verdict("crowd_sum", 1, 3));
        assertThat(longer.at(2_000, comment(1, "spin"))).isEqualTo(verdict("crowd_sum", 2, 3));
    }

    /** Against the plainest way to say what the windows are. */
    @Test
    void windowsOfAnySequenceAreWhatTheySay() {
        for (int seed = 0; seed < 40; seed++) {
            var random = new Random(seed);
            var window = seed % 2 == 0 ? Window.SLIDING : Window.TUMBLING;
            long ms = random.nextLong(1_000, 10_000);
            int needed = 2 + random.nextInt(5);
            var ofViewers = show(SPIN, new Crowd.Viewers(needed, ms, window));
            var ofEvents = show(SPIN, new Crowd.Sum(Quantity.EVENTS, needed, ms, window));
            var viewers = new PlainWindow(window, ms, 1, needed, true);
            var sums =
                    new PlainWindow(window, ms, Math.ceilDiv(ms, Crowd.Sum.SLOTS), needed, false);
            long at = 0;
            for (int i = 0; i < 60; i++) {
                at += random.nextInt(2_000);
                int viewer = random.nextInt(6);
                assertThat(ofViewers.at(at, comment(viewer, "spin")).fired())
                        .as("viewers, seed %d, event %d", seed, i)
                        .isEqualTo(viewers.fires(at, viewer));
                assertThat(ofEvents.at(at, comment(viewer, "spin")).fired())
                        .as("events, seed %d, event %d", seed, i)
                        .isEqualTo(sums.fires(at, viewer));
            }
        }
    }

    /** Remembers everything and counts it again each time. */
    private static final class PlainWindow {
        private final Window window;
        private final long ms;
        private final long slot;
        private final int needed;
        private final boolean different;
        private final ArrayDeque<long[]> seen = new ArrayDeque<>();

        /**
         * @param slot it forgets in steps of so many ms; 1 = exactly
         */
        PlainWindow(Window window, long ms, long slot, int needed, boolean different) {
            this.window = window;
            this.ms = ms;
            this.slot = slot;
            this.needed = needed;
            this.different = different;
        }

        boolean fires(long at, int viewer) {
            if (window == Window.TUMBLING && !seen.isEmpty() && seen.getFirst()[0] + ms <= at) {
                seen.clear();
            }
            seen.removeIf(one -> window == Window.SLIDING && !remembers(one[0], at));
            seen.add(new long[] {at, viewer});
            var all = seen.stream().mapToLong(one -> one[1]);
            if ((different ? all.distinct() : all).count() < needed) {
                return false;
            }
            seen.clear();
            return true;
        }

        private boolean remembers(long then, long at) {
            return slot == 1
                    ? then + ms > at
                    : (BEGIN + then) / slot + Math.ceilDiv(ms, slot) >= (BEGIN + at) / slot;
        }
    }

    @Test
    void aSumOfVeryManyEventsTakesNoMoreRoomThanOneOfFew() {
        var show = show(SPIN, new Crowd.Sum(Quantity.EVENTS, 1_000_000, 60_000, Window.SLIDING));
        for (int i = 0; i < 1_000; i++) {
            var _ = show.at(i * 60L, comment(1, "spin"));
        }

        assertThat(show.at(60_000, comment(1, "spin")))
                .isEqualTo(verdict("crowd_sum", 1_001, 1_000_000));
        assertThat(show.fields("events:sliding:60000")).isLessThanOrEqualTo(Crowd.Sum.SLOTS + 3);
        assertThat(show.at(119_000, comment(1, "spin")).observed()).isBetween(18L, 30L);
        assertThat(show.fields("events:sliding:60000")).isLessThan(10);
    }

    @Test
    void diamondsOfAllIncrementsAreSummed() {
        var roses =
                new Trigger.Gift(
                        List.of(),
                        List.of(),
                        Trigger.Range.ANY,
                        Trigger.Range.ANY,
                        GiftMode.PER_INCREMENT,
                        Trigger.Gift.NO_CAP);
        var show = show(roses, new Crowd.Sum(Quantity.DIAMONDS, 100, 60_000, Window.SLIDING));

        assertThat(show.at(0, events.gift("Rose", 10, 3, 3, Streak.STARTED)))
                .isEqualTo(verdict("crowd_sum", 30, 100));
        assertThat(show.at(100, events.gift("Rose", 10, 9, 6, Streak.RUNNING)))
                .isEqualTo(verdict("crowd_sum", 90, 100));
        var verdict = show.at(200, events.gift("Rose", 10, 11, 2, Streak.RUNNING));
        assertThat(verdict.outcome()).isEqualTo(Decision.FIRED);
        assertThat(verdict.observed()).isEqualTo(110);
    }

    @Test
    void likesOfARoomFireForEachHundred() {
        var show = show(new Trigger.Likes(100, Trigger.LikesPer.ROOM), null);

        assertThat(show.actions(0, likes(1, 15, 1_090, null))).isZero();
        assertThat(show.actions(1, likes(1, 15, 1_105, 1_090L))).isOne();
        assertThat(show.actions(2, likes(1, 15, 1_450, 1_105L))).isEqualTo(3);
        assertThat(show.actions(3, likes(1, 15, 9_999, 1_450L))).isEqualTo(Trigger.Likes.MAX_TIMES);
    }

    @Test
    void likesOfEachViewerAreCountedApart() {
        var show = show(new Trigger.Likes(50, Trigger.LikesPer.VIEWER), null);

        assertThat(show.at(0, likes(1, 40, 40, null))).isEqualTo(verdict("likes", 40, 50));
        assertThat(show.at(1, likes(2, 40, 80, 40L))).isEqualTo(verdict("likes", 40, 50));
        assertThat(show.at(2, likes(1, 15, 95, 80L))).isEqualTo(fired(55, 50));
        assertThat(show.at(3, likes(1, 44, 139, 95L))).isEqualTo(verdict("likes", 49, 50));
        assertThat(show.at(4, likes(1, 1, 140, 139L))).isEqualTo(fired(50, 50));
    }

    @Test
    void whoLeadsATugOfWarWins() {
        var show = show(SIDES, new Crowd.Tug(2, 60_000, Weight.ONE));

        assertThat(show.at(0, comment(1, "left"))).isEqualTo(verdict("crowd_tug", 1, 2));
        assertThat(show.at(1, comment(2, "right"))).isEqualTo(verdict("crowd_tug", 0, 2));
        assertThat(show.at(2, comment(3, "right"))).isEqualTo(verdict("crowd_tug", 1, 2));
        assertThat(show.at(3, comment(3, "right"))).isEqualTo(won(2, 2, "2"));
        assertThat(show.at(4, comment(3, "right"))).isEqualTo(verdict("crowd_tug", 1, 2));
        // Undecided for a minute: it begins again.
        assertThat(show.at(60_004, comment(3, "right"))).isEqualTo(verdict("crowd_tug", 1, 2));
    }

    @Test
    void aVoteIsCountedWhenItEnds() {
        var show = show(COLOURS, new Crowd.Vote(30_000, 3, Tie.FIRST, Weight.ONE));

        assertThat(show.at(0, comment(1, "red")).outcome()).isEqualTo("vote_begun");
        assertThat(show.at(1_000, comment(2, "blue")).outcome()).isEqualTo("vote_counted");
        assertThat(show.at(2_000, comment(3, "blue"))).isEqualTo(verdict("vote_counted", 3, 3));
        assertThat(show.end(30_000)).isEqualTo(won(3, 3, "3"));
        assertThat(show.at(31_000, comment(3, "blue")).outcome()).isEqualTo("vote_begun");
    }

    @Test
    void aVoteThatIsCountedLateIsStillItself() {
        var show = show(SIDES, new Crowd.Vote(10_000, 1, Tie.FIRST, Weight.ONE));

        show.at(0, comment(1, "left"));
        assertThat(show.at(10_000, comment(2, "right")).outcome()).isEqualTo("vote_begun");

        assertThat(show.end(10_001)).isEqualTo(won(1, 1, "1"));
        assertThat(show.at(10_002, comment(3, "right")).outcome()).isEqualTo("vote_counted");
        assertThat(show.end(20_000)).isEqualTo(won(2, 1, "2"));
    }

    @Test
    void streaksPullWithWhatTheyAreWorth() {
        var gifts =
                new Trigger.Gift(
                        List.of("Rose", "Lion"),
                        List.of(),
                        Trigger.Range.ANY,
                        Trigger.Range.ANY,
                        GiftMode.STREAK_END,
                        Trigger.Gift.NO_CAP);
        var show = show(gifts, new Crowd.Tug(100, 60_000, new Weight(true, Map.of())));

        assertThat(show.at(0, events.gift("Rose", 10, 5, 0, Streak.ENDED)))
                .isEqualTo(verdict("crowd_tug", 50, 100));
        assertThat(show.at(1, events.gift("Lion", 0, 1, 1, Streak.SINGLE)))
                .isEqualTo(verdict("crowd_tug", 50, 100));
        assertThat(show.at(2, events.gift("Lion", 50, 3, 0, Streak.ENDED)))
                .isEqualTo(won(100, 100, "2"));
    }

    @Test
    void whoVotesAgainHasChangedTheirMind() {
        var show = show(SIDES, new Crowd.Vote(10_000, 1, Tie.NONE, Weight.ONE));

        show.at(0, comment(1, "left"));
        show.at(1, comment(2, "right"));
        show.at(2, comment(2, "left"));

        // Two for left; had both of the second viewer's counted, it would be a tie at least.
        assertThat(show.end(10_000)).isEqualTo(won(2, 1, "1"));
    }

    @Test
    void tooFewVotersAndTiesDecideNothing() {
        var few = show(SIDES, new Crowd.Vote(10_000, 2, Tie.FIRST, Weight.ONE));
        few.at(0, comment(1, "left"));
        assertThat(few.end(10_000)).isEqualTo(verdict("vote_voters", 1, 2));

        var tied = show(SIDES, new Crowd.Vote(10_000, 2, Tie.NONE, Weight.ONE));
        tied.at(0, comment(1, "left"));
        tied.at(1, comment(2, "right"));
        assertThat(tied.end(10_000)).isEqualTo(verdict("vote_tie", 2, 2));

        var heavier =
                show(
                        SIDES,
                        new Crowd.Vote(
                                10_000, 2, Tie.NONE, new Weight(false, Map.of("moderator", 2L))));
        heavier.at(0, comment(1, "left"));
        heavier.at(1, events.comment(viewer(2, List.of("moderator")), "right"));
        assertThat(heavier.end(10_000)).isEqualTo(won(2, 2, "2"));
    }

    @Test
    void aCrowdIsUsedUpOnlyWhenTheRuleFires() {
        var rule =
                RuleExamples.crowded(
                        rules.rule(SPIN, new Cooldown(5_000, 0), List.of(rules.spin())),
                        new Crowd.Viewers(2, 10_000, Window.SLIDING));
        var show = new Show(rule);

        show.at(0, comment(1, "spin"));
        assertThat(show.at(1, comment(2, "spin"))).isEqualTo(fired(2, 2));
        assertThat(show.at(4_000, comment(3, "spin")))
                .isEqualTo(new Verdict(Decision.COOLDOWN_GLOBAL, 1_001, null, null, 0, ""));
        assertThat(show.at(5_001, comment(4, "spin"))).isEqualTo(verdict("crowd_viewers", 1, 2));
    }

    @Test
    void aLiveVoteEndsByItselfAndOnlyItsWinnerActs() {
        var engines = new HashMap<UUID, RuleEngine>();
        var live = new Live(bus, engines);
        var left = live.rules.spin();
        var lamp = Ids.next();
        var right = DeviceAction.of(lamp, "light_on", Map.of("ms", 500L), 2_000, 0);
        live.has(
                RuleExamples.crowded(
                        live.rules.rule(
                                SIDES,
                                Cooldown.NONE,
                                List.of(
                                        new RuleAction.Winner(
                                                Map.of("left", left, "right", right)))),
                        new Crowd.Vote(1_000, 2, Tie.FIRST, Weight.ONE)));

        try (var _ =
                Deciding.join(bus, "votes", id -> engines.getOrDefault(id, RuleEngine.EMPTY))) {
            live.streams.publish(
                    live.events.comment(viewer(1, List.of()), "right"),
                    live.events.comment(viewer(2, List.of()), "left"),
                    live.events.comment(viewer(3, List.of()), "right"));

            assertThat(live.outcomes(4))
                    .containsExactly("vote_begun", "vote_counted", "vote_counted", Decision.FIRED);
            assertThat(live.streams.actions())
                    .singleElement()
                    .satisfies(action -> {
                        assertThat(action.deviceId()).isEqualTo(lamp);
                        assertThat(action.command()).isEqualTo("light_on");
                    });
            assertThat(live.decisions(4).getLast().actionIds()).hasSize(1);
        }
    }

    private Show show(Trigger trigger, @Nullable Crowd crowd) {
        return new Show(RuleExamples.crowded(rules.rule(trigger), crowd));
    }

    private LiveEvent comment(int viewer, String text) {
        return events.comment(viewer(viewer, List.of()), text);
    }

    private LiveEvent likes(int viewer, int count, long total, @Nullable Long before) {
        return events.by(viewer(viewer, List.of()), new Liked(count, total, 0, null, before));
    }

    private static Viewer viewer(int number, List<String> roles) {
        return new Viewer("70000000000000000" + number, "v" + number, "V", roles, 0, null);
    }

    private static Verdict verdict(String outcome, long observed, long needed) {
        return new Verdict(outcome, 0, observed, needed, 0, "");
    }

    private static Verdict fired(long observed, long needed) {
        return won(observed, needed, "");
    }

    private static Verdict won(long observed, long needed, String choice) {
        return new Verdict(Decision.FIRED, 0, observed, needed, 1, choice);
    }

    /** One rule in a space of its own. */
    private final class Show {
        private final Rule rule;
        private final RuleEngine engine;
        private final Deque<LiveEvent> ends = new ArrayDeque<>();
        private final Space space;

        Show(Rule rule) {
            this(rule, Space.dry(bus.partition(events.workspaceId()), Ids.next()));
        }

        private Show(Rule rule, Space space) {
            this.rule = rule;
            this.engine = new RuleEngine(List.of(rule));
            this.space = space;
        }

        /** The same rule after somebody has changed its crowd. */
        Show with(Crowd crowd) {
            return new Show(RuleExamples.crowded(rule, crowd), space);
        }

        Verdict at(long ms, LiveEvent event) {
            return decide(ms, event).getFirst();
        }

        /** Of the vote that began first and has not been counted yet. */
        Verdict end(long ms) {
            return decide(ms, ends.remove()).getFirst();
        }

        int actions(long ms, LiveEvent event) {
            return decide(ms, event).stream().mapToInt(Verdict::actions).sum();
        }

        /** How many of a crowd's hash there are. */
        int fields(String kind) {
            var streams = new Streams(bus, events.workspaceId());
            var key = space.prefix() + "crowd:" + rule.id() + ":" + kind;
            return Integer.parseInt(streams.redis("HLEN", key));
        }

        private List<Verdict> decide(long ms, LiveEvent event) {
            long micros = (BEGIN + ms) * 1_000;
            var call = new DecisionCall(space, event, micros, micros, "");
            var matches = engine.match(event, Hops.instant(micros));
            matches.forEach(call::add);
            var verdicts =
                    Verdict.all(bus.call(DecisionCall.SCRIPT, call.keys(), call.args()).join());
            if (!verdicts.isEmpty()
                    && verdicts.getFirst().outcome().equals(Gathering.VOTE_BEGUN)
                    && rule.definition().crowd() instanceof Crowd.Vote vote) {
                ends.add(Gathering.end(vote, matches.getFirst(), event));
            }
            return verdicts;
        }
    }
}
