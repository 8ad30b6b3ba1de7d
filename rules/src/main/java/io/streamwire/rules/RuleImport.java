package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Brings the rules of a bundle into a workspace, all or none. A rule keeps its id only where it is
 * at home, since cooldowns and decisions hang on it: elsewhere it gets a new one.
 */
final class RuleImport {

    /** What becomes of the rules that are there. */
    enum Mode {
        /** They stay. */
        ADD,
        /** They become the bundle's or go. */
        REPLACE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What was done, or would be.
     *
     * @param unchanged rules that are there as the bundle has them
     */
    record Outcome(
            Mode mode,
            boolean dryRun,
            List<Named> added,
            List<Named> replaced,
            List<Named> removed,
            int unchanged) {}

    /**
     * A rule.
     *
     * @param id absent when it has none before it is really imported
     */
    record Named(@Nullable UUID id, String name) {}

    private final RuleStore store;

    RuleImport(RuleStore store) {
        this.store = store;
    }

    /**
     * Says what {@link #run} would do now.
     *
     * @throws io.streamwire.service.Problem 409 {@code too_many_rules} or {@code rules_too_large}
     */
    Outcome preview(UUID workspaceId, RuleBundle bundle, Mode mode, IntFunction<UUID> newIds) {
        var plan = store.look(workspaceId, rules -> plan(rules, bundle, mode, newIds));
        return plan.outcome(mode, true);
    }

    /**
     * Imports a bundle.
     *
     * @param newIds the id for a new rule, by its place in the bundle
     * @param by the user who does it
     * @throws io.streamwire.service.Problem 409 {@code too_many_rules} or {@code rules_too_large}
     */
    Outcome run(UUID workspaceId, RuleBundle bundle, Mode mode, IntFunction<UUID> newIds, UUID by) {
        return store.change(
                workspaceId,
                rules -> {
                    var plan = plan(rules, bundle, mode, newIds);
                    rules.delete(plan.removed.keySet(), by);
                    rules.update(plan.replaced, Change.IMPORTED, by);
                    rules.insert(plan.added, Change.IMPORTED, by);
                    return plan.outcome(mode, false);
                });
    }

    private static Plan plan(
            RuleTable rules, RuleBundle bundle, Mode mode, IntFunction<UUID> newIds) {
        var present = rules.definitions();
        var known = known(rules, bundle);
        var plan = new Plan(known);
        for (int i = 0; i < bundle.rules().size(); i++) {
            var item = bundle.rules().get(i);
            var stays = mode == Mode.REPLACE && item.id() != null && known.contains(item.id());
            var id = stays ? Objects.requireNonNull(item.id()) : newIds.apply(i);
            plan.add(id, item.definition(), present.get(id), mode);
        }
        if (mode == Mode.REPLACE) {
            plan.removed.putAll(present);
            plan.removed.keySet().removeAll(plan.seen);
        }
        RuleTable.requireRoom(present.size() + plan.added.size() - plan.removed.size());
        rules.requireRoom(plan.changed(), plan.removed.keySet());
        return plan;
    }

    /** Ids of the bundle that are, or lately were, those of rules of the workspace. */
    private static Set<UUID> known(RuleTable rules, RuleBundle bundle) {
        var ids = bundle.rules().stream().map(RuleBundle.Item::id).filter(Objects::nonNull);
        return RuleHistory.known(
                rules.execute(), rules.workspaceId(), ids.collect(Collectors.toSet()));
    }

    private static final class Plan {
        final Map<UUID, RuleDefinition> added = new LinkedHashMap<>();
        final Map<UUID, RuleDefinition> replaced = new LinkedHashMap<>();
        final Map<UUID, JsonNode> removed = new LinkedHashMap<>();
        final Set<UUID> seen = new HashSet<>();
        private final Set<UUID> known;
        private int unchanged;

        Plan(Set<UUID> known) {
            this.known = known;
        }

        void add(UUID id, RuleDefinition definition, @Nullable JsonNode present, Mode mode) {
            seen.add(id);
            if (present == null) {
                added.put(id, definition);
            } else if (mode == Mode.ADD || isWritten(definition, present)) {
                unchanged++;
            } else {
                replaced.put(id, definition);
            }
        }

        Map<UUID, RuleDefinition> changed() {
            var changed = new HashMap<>(added);
            changed.putAll(replaced);
            return changed;
        }

        private static boolean isWritten(RuleDefinition definition, JsonNode present) {
            var written = Json.write(RuleJson.write(definition));
            return Json.read(written, JsonNode.class).equals(present);
        }

        Outcome outcome(Mode mode, boolean dryRun) {
            var gone = new ArrayList<Named>();
            removed.forEach((id, rule) -> gone.add(new Named(id, rule.path("name").asText())));
            return new Outcome(
                    mode, dryRun, named(added, dryRun), named(replaced, dryRun), gone, unchanged);
        }

        private List<Named> named(Map<UUID, RuleDefinition> rules, boolean dryRun) {
            var named = new ArrayList<Named>();
            rules.forEach((id, rule) ->
                    named.add(new Named(dryRun && !known.contains(id) ? null : id, rule.name())));
            return named;
        }
    }
}
