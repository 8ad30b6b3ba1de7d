package io.streamwire.rules;

import io.streamwire.contract.Json;
import io.streamwire.service.Problem;
import java.util.Collection;
import java.util.List;

/**
 * How much room rules take: all of a workspace lie in the memory of every instance, and an event
 * may be compared with all of them.
 *
 * @param characters of the rules as JSON
 * @param texts characters of what comments and gifts are compared with, as they are compared
 * @param steps of the compiled patterns
 */
record RuleWeight(long characters, long texts, long steps) {

    static final RuleWeight NONE = new RuleWeight(0, 0, 0);

    /** What the rules of one workspace may weigh in all. */
    static final RuleWeight MOST = new RuleWeight(1_000_000, 100_000, 5_000);

    static RuleWeight of(RuleDefinition rule) {
        long characters = Json.write(RuleJson.write(rule)).length();
        return switch (rule.trigger()) {
            case Trigger.Comment(var _, var texts) -> new RuleWeight(characters, folded(texts), 0);
            case Trigger.Gift gift -> new RuleWeight(characters, folded(gift.names()), 0);
            case Trigger.CommentRegex(var regex) ->
                    new RuleWeight(characters, 0, CommentPattern.compile(regex).steps());
            case Trigger.Happened _,
                    Trigger.Subscribe _,
                    Trigger.Likes _,
                    Trigger.ViewerCount _,
                    Trigger.Timer _,
                    Trigger.Live _,
                    Trigger.Manual _,
                    Trigger.Webhook _ ->
                    new RuleWeight(characters, 0, 0);
        };
    }

    /** Of all of them together. */
    static RuleWeight of(Collection<RuleDefinition> rules) {
        return rules.stream().map(RuleWeight::of).reduce(NONE, RuleWeight::plus);
    }

    private static long folded(List<String> texts) {
        return texts.stream().mapToLong(text -> CommentText.fold(text).length()).sum();
    }

    RuleWeight plus(RuleWeight other) {
        return new RuleWeight(
                characters + other.characters, texts + other.texts, steps + other.steps);
    }

    /**
     * Makes sure that a workspace may have rules of this weight.
     *
     * @param before what it has now: as much it may keep
     * @throws Problem 409 {@code rules_too_large}
     */
    void requireRoom(RuleWeight before) {
        if (characters > Math.max(MOST.characters, before.characters)
                || texts > Math.max(MOST.texts, before.texts)
                || steps > Math.max(MOST.steps, before.steps)) {
            throw Problem.conflict(
                    "rules_too_large",
                    "The rules of a workspace may have %s in all, but would have %s."
                            .formatted(MOST, this));
        }
    }

    @Override
    public String toString() {
        return "%d characters of JSON, %d of texts to look for and patterns of %d steps"
                .formatted(characters, texts, steps);
    }
}
