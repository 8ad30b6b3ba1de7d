package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.RoomChanged;
import io.streamwire.contract.LiveEvent.Subscribed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The enabled rules of one workspace, compiled: which of them does an event set off? Immutable, and
 * without randomness or I/O, so that the answer for an event at a time is always the same. Looking
 * up costs by what matches, not by how many rules there are.
 */
final class RuleEngine {

    static final RuleEngine EMPTY = new RuleEngine(List.of());

    /** Most times that one event fires a {@code per_increment} rule. */
    static final int MAX_TIMES = 100;

    private static final String COMMENT = "tiktok.comment";
    private static final String GIFT = "tiktok.gift";
    private static final String SUBSCRIBE = "tiktok.subscribe";
    private static final String CONTROL = "tiktok.control";

    private final List<Rule> rules = new ArrayList<>();
    private final Set<String> types = new HashSet<>();
    private final CommentIndex comments;
    private final GiftIndex gifts = new GiftIndex();
    private final Map<String, BitSet> happenings = new HashMap<>();
    private final BitSet subscriptions = new BitSet();
    private final BitSet rooms = new BitSet();

    /**
     * Compiles rules; disabled ones are left out.
     *
     * @param all of one workspace, in the order in which they decide
     */
    RuleEngine(List<Rule> all) {
        var ofComments = new CommentIndex.Builder();
        for (var rule : all) {
            if (rule.definition().enabled()) {
                add(rule, ofComments);
            }
        }
        comments = ofComments.build();
    }

    private void add(Rule rule, CommentIndex.Builder ofComments) {
        int number = rules.size();
        rules.add(rule);
        switch (rule.definition().trigger()) {
            case Trigger.Comment comment -> {
                ofComments.add(number, comment);
                types.add(COMMENT);
            }
            case Trigger.CommentRegex regex -> {
                ofComments.add(number, regex);
                types.add(COMMENT);
            }
            case Trigger.Gift gift -> {
                gifts.add(number, gift);
                types.add(GIFT);
            }
            case Trigger.Happened(var what) -> {
                happenings.computeIfAbsent(what.eventType(), _ -> new BitSet()).set(number);
                types.add(what.eventType());
            }
            case Trigger.Subscribe _ -> {
                subscriptions.set(number);
                types.add(SUBSCRIBE);
            }
            case Trigger.Live _ -> {
                rooms.set(number);
                types.add(CONTROL);
            }
        }
    }

    /** Whether any rule listens to events of this type: if not, an event need not be read. */
    boolean listensTo(String type) {
        return types.contains(type);
    }

    /**
     * The rules whose trigger the event matches, in their order; none for a historical event.
     *
     * @param now for what depends on the time of day
     */
    List<Match> match(LiveEvent event, Instant now) {
        if (event.historical() || !listensTo(event.type())) {
            return List.of();
        }
        return switch (event.payload()) {
            case CommentPosted(var text) -> comments(event, text, now);
            case GiftSent gift -> gifts(event, gift, now);
            case LiveEvent.Joined _, LiveEvent.Followed _, LiveEvent.Shared _ ->
                    happened(event, now);
            case Subscribed(var months) -> subscribed(event, months, now);
            case RoomChanged(var state) -> changed(event, state, now);
            case LiveEvent.Liked _,
                    LiveEvent.ViewersCounted _,
                    LiveEvent.QuestionAsked _,
                    LiveEvent.EmoteSent _,
                    LiveEvent.EnvelopeSent _,
                    LiveEvent.EventsMissed _ ->
                    List.of();
        };
    }

    private List<Match> comments(LiveEvent event, String text, Instant now) {
        var found = new BitSet();
        comments.match(CommentText.of(text), found);
        return matches(found, event, now);
    }

    private List<Match> gifts(LiveEvent event, GiftSent gift, Instant now) {
        var matches = new Matches(event, now);
        gifts.match(gift, matches::add);
        return matches.all();
    }

    private List<Match> happened(LiveEvent event, Instant now) {
        return matches(happenings.getOrDefault(event.type(), new BitSet()), event, now);
    }

    private List<Match> subscribed(LiveEvent event, long months, Instant now) {
        var matches = new Matches(event, now);
        subscriptions.stream()
                .filter(number ->
                        rules.get(number).definition().trigger() instanceof Trigger.Subscribe given
                                && months >= given.minMonths())
                .forEach(number -> matches.add(number, 1));
        return matches.all();
    }

    private List<Match> changed(LiveEvent event, LiveEvent.RoomState state, Instant now) {
        var matches = new Matches(event, now);
        rooms.stream()
                .filter(number ->
                        rules.get(number).definition().trigger() instanceof Trigger.Live live
                                && live.states().contains(state))
                .forEach(number -> matches.add(number, 1));
        return matches.all();
    }

    private List<Match> matches(BitSet found, LiveEvent event, Instant now) {
        if (found.isEmpty()) {
            return List.of();
        }
        var matches = new Matches(event, now);
        found.stream().forEach(number -> matches.add(number, 1));
        return matches.all();
    }

    /** Collects the matches of one event. */
    private final class Matches {
        private final LiveEvent event;
        private final Instant now;
        private final List<Match> all = new ArrayList<>(2);

        Matches(LiveEvent event, Instant now) {
            this.event = event;
            this.now = now;
        }

        void add(int number, int times) {
            var rule = rules.get(number);
            if (hears(rule, event)) {
                all.add(new Match(rule, times, rule.definition().conditions().unmet(event, now)));
            }
        }

        List<Match> all() {
            return all;
        }
    }

    private static boolean hears(Rule rule, LiveEvent event) {
        UUID livestream = rule.definition().livestreamId();
        return livestream == null || livestream.equals(event.livestreamId());
    }

    /**
     * A rule whose trigger an event matches.
     *
     * @param times how often its actions run, 1 to {@value #MAX_TIMES}
     * @param refusal why they do not run at all, as an outcome; null when nothing speaks against it
     *     yet
     */
    record Match(Rule rule, int times, @Nullable String refusal) {
        /** How many actions it sets in motion, if it fires. */
        int actions() {
            return refusal == null ? times * rule.definition().actions().size() : 0;
        }
    }
}
