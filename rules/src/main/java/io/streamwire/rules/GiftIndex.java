package io.streamwire.rules;

import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Streak;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which rules does a gift set off, and how often? Unchanged once all rules are added. */
final class GiftIndex {

    private final Map<String, List<GiftRule>> byName = new HashMap<>();
    private final Map<Long, List<GiftRule>> byId = new HashMap<>();
    private final List<GiftRule> ofAny = new ArrayList<>();

    private record GiftRule(int number, Trigger.Gift trigger) {}

    /** Is told what a gift sets off. */
    interface Found {
        void rule(int number, int times);
    }

    void add(int number, Trigger.Gift trigger) {
        var rule = new GiftRule(number, trigger);
        if (trigger.names().isEmpty() && trigger.ids().isEmpty()) {
            ofAny.add(rule);
        }
        for (var name : trigger.names()) {
            byName.computeIfAbsent(CommentText.fold(name), _ -> new ArrayList<>()).add(rule);
        }
        for (var id : trigger.ids()) {
            byId.computeIfAbsent(id, _ -> new ArrayList<>()).add(rule);
        }
    }

    /** Tells which rules the gift sets off, in their order. */
    void match(GiftSent gift, Found found) {
        var times = new TreeMap<Integer, Integer>();
        collect(ofAny, gift, times);
        if (!byName.isEmpty()) {
            collect(byName.getOrDefault(CommentText.fold(gift.name()), List.of()), gift, times);
        }
        collect(byId.getOrDefault(gift.giftId(), List.of()), gift, times);
        times.forEach(found::rule);
    }

    private static void collect(
            List<GiftRule> candidates, GiftSent gift, Map<Integer, Integer> times) {
        for (var candidate : candidates) {
            int often = times(candidate.trigger(), gift);
            if (often > 0) {
                times.put(candidate.number(), often);
            }
        }
    }

    private static int times(Trigger.Gift trigger, GiftSent gift) {
        if (!trigger.price().has(gift.diamonds())) {
            return 0;
        }
        return switch (trigger.mode()) {
            case STREAK_END -> {
                var over = gift.streak() == Streak.ENDED || gift.streak() == Streak.SINGLE;
                var value = (long) gift.diamonds() * Math.max(gift.count(), 1);
                yield over && trigger.diamonds().has(value) ? 1 : 0;
            }
            case FIRST -> {
                var first = gift.streak() == Streak.STARTED || gift.streak() == Streak.SINGLE;
                yield first && trigger.diamonds().has(gift.diamonds()) ? 1 : 0;
            }
            case PER_INCREMENT ->
                    trigger.diamonds().has(gift.diamonds()) ? steps(trigger, gift) : 0;
        };
    }

    /** How many of the new gifts of a streak are below the cap. */
    private static int steps(Trigger.Gift trigger, GiftSent gift) {
        long before = Math.max(0, (long) gift.count() - gift.increment());
        long left = Math.max(0, trigger.cap() - before);
        return Math.clamp(Math.min(left, gift.increment()), 0, RuleEngine.MAX_TIMES);
    }
}
