package io.streamwire.rules;

import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Streak;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which rules does a gift set off, and how often? Unchanged once all rules are added. */
final class GiftIndex {

    private final Map<String, List<GiftRule>> byName = new HashMap<>();
    private final Map<Long, List<GiftRule>> byId = new HashMap<>();
    private final List<GiftRule> ofAny = new ArrayList<>();

    /**
     * @param choice which of the rule's gifts it is, from 1; 0 = any will do
     */
    private record GiftRule(int number, Trigger.Gift trigger, int choice) {}

    void add(int number, Trigger.Gift trigger) {
        int choice = 0;
        for (var name : trigger.names()) {
            byName.computeIfAbsent(CommentText.fold(name), _ -> new ArrayList<>())
                    .add(new GiftRule(number, trigger, ++choice));
        }
        for (var id : trigger.ids()) {
            byId.computeIfAbsent(id, _ -> new ArrayList<>())
                    .add(new GiftRule(number, trigger, ++choice));
        }
        if (choice == 0) {
            ofAny.add(new GiftRule(number, trigger, choice));
        }
    }

    /** Adds the rules that the gift sets off. */
    void match(GiftSent gift, Hits hits) {
        collect(ofAny, gift, hits);
        if (!byName.isEmpty()) {
            collect(byName.get(CommentText.fold(gift.name())), gift, hits);
        }
        collect(byId.get(gift.giftId()), gift, hits);
    }

    private static void collect(@Nullable List<GiftRule> candidates, GiftSent gift, Hits hits) {
        if (candidates == null) {
            return;
        }
        for (var candidate : candidates) {
            int often = times(candidate.trigger(), gift);
            if (often > 0) {
                hits.add(candidate.number(), often, candidate.choice());
            }
        }
    }

    /** How often a gift with the right name or id sets a rule off. */
    static int times(Trigger.Gift trigger, GiftSent gift) {
        var streak = gift.streak();
        if (!trigger.price().has(gift.diamonds())
                || !trigger.diamonds().has(worth(trigger.mode(), gift))) {
            return 0;
        }
        return switch (trigger.mode()) {
            case STREAK_END -> streak == Streak.ENDED || streak == Streak.SINGLE ? 1 : 0;
            case FIRST -> streak == Streak.STARTED || streak == Streak.SINGLE ? 1 : 0;
            case PER_INCREMENT -> steps(trigger, gift);
        };
    }

    /** What counts as the value of a gift, in diamonds: of the whole streak, or of one. */
    static long worth(Trigger.GiftMode mode, GiftSent gift) {
        return mode == Trigger.GiftMode.STREAK_END
                ? (long) gift.diamonds() * Math.max(gift.count(), 1)
                : gift.diamonds();
    }

    /** How many of the new gifts of a streak are below the cap. */
    private static int steps(Trigger.Gift trigger, GiftSent gift) {
        long before = Math.max(0, (long) gift.count() - gift.increment());
        long left = Math.max(0, trigger.cap() - before);
        return Math.clamp(Math.min(left, gift.increment()), 0, RuleEngine.MAX_TIMES);
    }
}
