package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Ids;
import io.streamwire.service.Paths;
import io.streamwire.service.Problem;
import io.streamwire.service.Violation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which rules are tried: drafts, some of the stored ones, or all of them.
 *
 * @param rules drafts; each may have the id of a rule, and be a rule as it is answered
 * @param ruleIds of stored rules
 */
record DryRules(@Nullable List<JsonNode> rules, @Nullable List<UUID> ruleIds) {

    /** As they are stored. */
    static final DryRules STORED = new DryRules(null, null);

    /**
     * The rules, in the order in which those of equal priority decide.
     *
     * @param pointer to where they are in the request
     * @throws Problem 422 {@code rule_invalid}, {@code rule_unsupported} or {@code invalid_value},
     *     404 {@code rule_not_found}, 409 {@code rules_too_large}
     */
    List<Rule> resolve(RuleStore store, UUID workspaceId, String pointer) {
        if (rules != null && ruleIds != null) {
            throw Problem.invalid(pointer + "/rule_ids", "cannot be combined with rules");
        }
        if (rules != null) {
            return drafts(rules, workspaceId, pointer + "/rules");
        }
        var stored = store.load(workspaceId).rules();
        return ruleIds == null ? stored : chosen(stored, ruleIds);
    }

    private static List<Rule> chosen(List<Rule> stored, List<UUID> ids) {
        var wanted = new HashSet<>(ids);
        var chosen =
                stored.stream()
                        .filter(rule -> wanted.remove(rule.id()))
                        .map(DryRules::enabled)
                        .toList();
        if (!wanted.isEmpty()) {
            throw Problem.notFound(
                    "rule_not_found",
                    wanted.stream()
                            .map(UUID::toString)
                            .sorted()
                            .limit(10)
                            .collect(Collectors.joining(", ", "There are no such rules: ", ".")));
        }
        return chosen;
    }

    /** Who asks for a rule wants to know what it would do, if it were on. */
    private static Rule enabled(Rule rule) {
        return new Rule(
                rule.id(),
                rule.workspaceId(),
                rule.version(),
                rule.createdAt(),
                rule.updatedAt(),
                rule.definition().withEnabled(true));
    }

    private static List<Rule> drafts(List<JsonNode> drafts, UUID workspaceId, String pointer) {
        if (drafts.size() > RuleStore.MAX_RULES) {
            throw Problem.invalid(
                    pointer, "must be at most %d rules".formatted(RuleStore.MAX_RULES));
        }
        var rules = new ArrayList<Rule>(drafts.size());
        var faults = new ArrayList<Violation>();
        var unsupported = false;
        for (int i = 0; i < drafts.size() && faults.size() < JsonReader.MAX_FAULTS; i++) {
            var at = pointer + '/' + i;
            try {
                rules.add(draft(drafts.get(i), workspaceId, i));
            } catch (InvalidRule e) {
                unsupported |= e.unsupported();
                e.faults()
                        .forEach(fault ->
                                faults.add(new Violation(at + fault.pointer(), fault.detail())));
            }
        }
        if (!faults.isEmpty()) {
            throw Problem.unprocessable(
                    unsupported ? "rule_unsupported" : "rule_invalid",
                    "The rules have values that are not acceptable.",
                    faults);
        }
        RuleWeight.of(rules.stream().map(Rule::definition).toList()).requireRoom(RuleWeight.NONE);
        requireDifferent(rules, pointer);
        return rules;
    }

    private static void requireDifferent(List<Rule> rules, String pointer) {
        var ids = new HashSet<UUID>();
        for (int i = 0; i < rules.size(); i++) {
            if (!ids.add(rules.get(i).id())) {
                throw Problem.invalid(pointer + '/' + i + "/id", "is that of another rule, too");
            }
        }
    }

    /** A draft without an id has one by its place, so that the same draft decides the same. */
    private static Rule draft(JsonNode json, UUID workspaceId, int place) {
        var id =
                Paths.uuid(json.path("id").asText())
                        .orElseGet(() ->
                                Ids.derived(
                                        "draft", workspaceId.toString(), Integer.toString(place)));
        var definition = RuleJson.withoutAnswered(json);
        return new Rule(
                id, workspaceId, 1, Instant.EPOCH, Instant.EPOCH, RuleJson.read(definition));
    }
}
