package io.streamwire.rules;

import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.rules.RuleEngine.Match;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * An event that waits in a rule's queue, and how it set the rule off.
 *
 * @param times see {@link Match}
 * @param choice see {@link Match}
 */
record Waiting(LiveEvent event, int times, int choice) {

    static Waiting of(LiveEvent event, Match match) {
        return new Waiting(event, match.times(), match.choice());
    }

    static Waiting read(String json) {
        return Json.read(json, Waiting.class);
    }

    String json() {
        return Json.write(this);
    }

    /** It has its turn now; the conditions must hold now, too. */
    Match match(Rule rule, Instant now) {
        return new Match(rule, times, choice, rule.definition().conditions().unmet(event, now));
    }

    /**
     * The keys of a rule's queue: turns, counts, and what each viewer's waiting keys begin with.
     */
    static List<String> keys(Space space, UUID ruleId) {
        var key = space.key("queue:" + ruleId);
        return List.of(key, key + ":counts", key + ":of:");
    }
}
