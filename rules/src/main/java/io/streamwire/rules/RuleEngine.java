package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Streak;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The enabled rules of one workspace, compiled: which of them does an event set off? Immutable, and
 * without time, randomness or I/O, so that the answer for an event is always the same.
 */
final class RuleEngine {

    static final RuleEngine EMPTY = new RuleEngine(List.of());

    /** Most times that one event fires a {@code per_increment} rule. */
    static final int MAX_TIMES = 100;

    private static final String COMMENT = "tiktok.comment";
    private static final String GIFT = "tiktok.gift";

    private final List<CommentRule> comments = new ArrayList<>();
    private final List<GiftRule> gifts = new ArrayList<>();

    /**
     * Compiles rules; disabled ones are left out.
     *
     * @param rules of one workspace, in the order in which they decide
     */
    RuleEngine(List<Rule> rules) {
        for (var rule : rules) {
            if (rule.definition().enabled()) {
                add(rule);
            }
        }
    }

    private void add(Rule rule) {
        switch (rule.definition().trigger()) {
            case Trigger.CommentContains(var text) -> {
                var part = CommentText.fold(text);
                comments.add(new CommentRule(rule, comment -> comment.folded().contains(part)));
            }
            case Trigger.CommentEquals(var text) -> {
                var whole = CommentText.fold(text).strip();
                comments.add(
                        new CommentRule(rule, comment -> comment.folded().strip().equals(whole)));
            }
            case Trigger.CommentRegex(var regex) ->
                    comments.add(new CommentRule(rule, CommentPattern.compile(regex)::finds));
            case Trigger.Gift gift -> {
                var names = new HashSet<String>();
                gift.names().forEach(name -> names.add(CommentText.fold(name)));
                gifts.add(new GiftRule(rule, names, gift.minDiamonds(), gift.mode()));
            }
        }
    }

    /** Whether any rule listens to events of this type: if not, an event need not be read. */
    boolean listensTo(String type) {
        return switch (type) {
            case COMMENT -> !comments.isEmpty();
            case GIFT -> !gifts.isEmpty();
            default -> false;
        };
    }

    /** The rules that the event sets off, in their order; none for a historical event. */
    List<Match> match(LiveEvent event) {
        if (event.historical()) {
            return List.of();
        }
        return switch (event.payload()) {
            case CommentPosted(var text) -> comments(event, text);
            case GiftSent gift -> gifts(event, gift);
            case LiveEvent.Liked _,
                    LiveEvent.Joined _,
                    LiveEvent.Followed _,
                    LiveEvent.Shared _,
                    LiveEvent.Subscribed _,
                    LiveEvent.ViewersCounted _,
                    LiveEvent.QuestionAsked _,
                    LiveEvent.EmoteSent _,
                    LiveEvent.EnvelopeSent _,
                    LiveEvent.RoomChanged _,
                    LiveEvent.EventsMissed _ ->
                    List.of();
        };
    }

    private List<Match> comments(LiveEvent event, String text) {
        if (comments.isEmpty()) {
            return List.of();
        }
        var comment = CommentText.of(text);
        List<Match> matches = null;
        for (var candidate : comments) {
            if (hears(candidate.rule(), event) && candidate.test().matches(comment)) {
                matches = added(matches, new Match(candidate.rule(), 1));
            }
        }
        return matches == null ? List.of() : matches;
    }

    private List<Match> gifts(LiveEvent event, GiftSent gift) {
        if (gifts.isEmpty()) {
            return List.of();
        }
        var name = CommentText.fold(gift.name());
        List<Match> matches = null;
        for (var candidate : gifts) {
            var times = hears(candidate.rule(), event) ? candidate.times(gift, name) : 0;
            if (times > 0) {
                matches = added(matches, new Match(candidate.rule(), times));
            }
        }
        return matches == null ? List.of() : matches;
    }

    private static boolean hears(Rule rule, LiveEvent event) {
        UUID livestream = rule.definition().livestreamId();
        return livestream == null || livestream.equals(event.livestreamId());
    }

    private static List<Match> added(@Nullable List<Match> matches, Match match) {
        var all = matches == null ? new ArrayList<Match>(2) : matches;
        all.add(match);
        return all;
    }

    /**
     * A rule that an event sets off.
     *
     * @param times how often its actions run, 1 to {@value #MAX_TIMES}
     */
    record Match(Rule rule, int times) {}

    private interface CommentTest {
        boolean matches(CommentText comment);
    }

    private record CommentRule(Rule rule, CommentTest test) {}

    private record GiftRule(Rule rule, Set<String> names, int minDiamonds, Trigger.GiftMode mode) {

        int times(GiftSent gift, String foldedName) {
            if (!names.isEmpty() && !names.contains(foldedName)) {
                return 0;
            }
            return switch (mode) {
                case STREAK_END -> {
                    var over = gift.streak() == Streak.ENDED || gift.streak() == Streak.SINGLE;
                    var value = (long) gift.diamonds() * Math.max(gift.count(), 1);
                    yield over && value >= minDiamonds ? 1 : 0;
                }
                case PER_INCREMENT ->
                        gift.diamonds() >= minDiamonds
                                ? Math.clamp(gift.increment(), 0, MAX_TIMES)
                                : 0;
            };
        }
    }
}
