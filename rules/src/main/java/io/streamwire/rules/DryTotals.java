package io.streamwire.rules;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Counts what rules would have decided, and hashes it. For one thread. */
final class DryTotals {

    private final Map<UUID, Counts> byRule = new LinkedHashMap<>();
    private final Counts all = new Counts();
    private final MessageDigest hash = sha256();

    /**
     * @param rules all that could decide, in their order
     */
    DryTotals(List<Rule> rules) {
        rules.forEach(rule -> byRule.put(rule.id(), new Counts()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static final class Counts {
        final Map<String, Integer> outcomes = new TreeMap<>();
        int decisions;
        int actions;

        void add(DryDecision decision) {
            outcomes.merge(decision.outcome(), 1, Integer::sum);
            decisions++;
            actions += decision.actions().size();
        }
    }

    /** Adds the next one: the order is part of the hash. */
    void add(DryDecision decision) {
        all.add(decision);
        byRule.computeIfAbsent(decision.ruleId(), _ -> new Counts()).add(decision);
        hash.update(decision.canonical());
        hash.update((byte) '\n');
    }

    int decided() {
        return all.decisions;
    }

    /**
     * What one rule did.
     *
     * @param outcomes how often by outcome
     */
    record OfRule(UUID ruleId, String name, Map<String, Integer> outcomes, int actions) {}

    /**
     * What all rules did.
     *
     * @param events that were looked at
     * @param from when the first of them was received
     * @param decided events x rules whose trigger matched
     * @param hash SHA-256 over the decisions, one canonical JSON per line, in hex
     */
    record Summary(
            int events,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant from,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant to,
            int decided,
            int actions,
            Map<String, Integer> outcomes,
            List<OfRule> rules,
            String hash) {}

    /** Once everything was added. */
    Summary summary(DryEvents events, List<Rule> rules) {
        var ofRules = new ArrayList<OfRule>(rules.size());
        for (var rule : rules) {
            var counts = byRule.getOrDefault(rule.id(), new Counts());
            ofRules.add(
                    new OfRule(
                            rule.id(), rule.definition().name(), counts.outcomes, counts.actions));
        }
        return new Summary(
                events.all().size(),
                events.from(),
                events.to(),
                all.decisions,
                all.actions,
                all.outcomes,
                ofRules,
                HexFormat.of().formatHex(hash.digest()));
    }
}
