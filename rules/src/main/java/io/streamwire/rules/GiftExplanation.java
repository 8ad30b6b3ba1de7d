package io.streamwire.rules;

import static io.streamwire.rules.Explanation.json;
import static io.streamwire.rules.Explanation.ofTrigger;

import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.rules.Trigger.GiftMode;
import java.util.Optional;

/** Why a gift does not match: which gift it is, its price, where its streak stands, its worth. */
final class GiftExplanation {

    private GiftExplanation() {}

    static Optional<Explanation> of(Rule rule, Trigger.Gift trigger, GiftSent gift) {
        if (!isListed(trigger, gift)) {
            return ofTrigger(
                    rule,
                    trigger.names().isEmpty() ? "gift_id" : "gift_name",
                    json().put("gift_id", gift.giftId()).put("name", gift.name()),
                    "names",
                    "ids");
        }
        if (!trigger.price().has(gift.diamonds())) {
            return ofTrigger(
                    rule, "price", json().put("price", gift.diamonds()), "min_price", "max_price");
        }
        if (!isMoment(trigger.mode(), gift)) {
            return ofTrigger(
                    rule,
                    "streak",
                    json().put("streak", gift.streak().toString())
                            .put("increment", gift.increment()),
                    "mode");
        }
        long worth = GiftIndex.worth(trigger.mode(), gift);
        if (!trigger.diamonds().has(worth)) {
            return ofTrigger(
                    rule,
                    "diamonds",
                    json().put("diamonds", worth),
                    "min_diamonds",
                    "max_diamonds",
                    "mode");
        }
        return GiftIndex.times(trigger, gift) > 0
                ? Optional.empty()
                : ofTrigger(rule, "cap", json().put("count", gift.count()), "cap");
    }

    private static boolean isListed(Trigger.Gift trigger, GiftSent gift) {
        var name = CommentText.fold(gift.name());
        return (trigger.names().isEmpty() && trigger.ids().isEmpty())
                || trigger.ids().contains(gift.giftId())
                || trigger.names().stream().anyMatch(one -> CommentText.fold(one).equals(name));
    }

    /** Whether the mode looks at gifts of this moment of a streak at all. */
    private static boolean isMoment(GiftMode mode, GiftSent gift) {
        return switch (mode) {
            case STREAK_END -> gift.streak() == Streak.ENDED || gift.streak() == Streak.SINGLE;
            case FIRST -> gift.streak() == Streak.STARTED || gift.streak() == Streak.SINGLE;
            case PER_INCREMENT -> gift.increment() > 0;
        };
    }
}
