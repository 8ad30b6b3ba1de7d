package io.streamwire.rules;

import static io.streamwire.service.Columns.instant;
import static io.streamwire.service.Columns.number;
import static io.streamwire.service.Columns.text;
import static io.streamwire.service.Columns.uuid;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.helidon.dbclient.DbExecute;
import io.helidon.dbclient.DbRow;
import io.streamwire.contract.Json;
import io.streamwire.service.Problem;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * The rules of one workspace as rows, for the steps of one transaction. Every change of one keeps a
 * version of it.
 *
 * @param execute the transaction, or just the database when nothing is changed
 */
record RuleTable(DbExecute execute, UUID workspaceId) {

    Optional<Rule> find(UUID id) {
        return row(id, RuleTable::rule);
    }

    /** The version of a rule, 0 when there is none: it need not be one that can be read. */
    long version(UUID id) {
        return row(id, row -> number(row, "version")).orElse(0L);
    }

    private <T> Optional<T> row(UUID id, Function<DbRow, T> mapper) {
        return execute.createNamedGet("find-rule")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(mapper);
    }

    /** All rules as they were written, in the order of creation, even those that cannot be read. */
    Map<UUID, JsonNode> definitions() {
        var definitions = new LinkedHashMap<UUID, JsonNode>();
        execute.createNamedQuery("rule-definitions")
                .addParam("workspace", workspaceId.toString())
                .execute()
                .forEach(row ->
                        definitions.put(
                                uuid(row, "id"),
                                Json.read(text(row, "definition"), JsonNode.class)));
        return definitions;
    }

    long count() {
        return execute.createNamedGet("count-rules")
                .addParam("workspace", workspaceId.toString())
                .execute()
                .map(row -> number(row, "count"))
                .orElse(0L);
    }

    /**
     * Makes sure that a workspace may have so many rules.
     *
     * @throws Problem 409 {@code too_many_rules}
     */
    static void requireRoom(long rules) {
        if (rules > RuleStore.MAX_RULES) {
            throw Problem.conflict(
                    "too_many_rules", "A workspace has at most " + RuleStore.MAX_RULES + " rules.");
        }
    }

    /**
     * Makes sure that a workspace may have rules as large as these besides its others. One that has
     * too much already may change what does not make it more: turn a rule off, or make it smaller.
     *
     * @param rules that are added or changed
     * @param gone rules that do not count any more
     * @throws Problem 409 {@code rules_too_large}
     */
    void requireRoom(Map<UUID, RuleDefinition> rules, Collection<UUID> gone) {
        var others = new HashSet<>(gone);
        others.addAll(rules.keySet());
        weigh(others).plus(RuleWeight.of(rules.values())).requireRoom(weigh(List.of()));
    }

    /** What all rules weigh but for these. */
    private RuleWeight weigh(Collection<UUID> without) {
        return execute.createNamedGet("weigh-other-rules")
                .addParam("workspace", workspaceId.toString())
                .addParam("ids", Json.write(without))
                .execute()
                .map(row ->
                        new RuleWeight(
                                number(row, "characters"),
                                number(row, "texts"),
                                number(row, "steps")))
                .orElse(RuleWeight.NONE);
    }

    /** Adds a rule; see the other one. */
    Rule insert(UUID id, RuleDefinition definition, Change change, UUID by) {
        return insert(Map.of(id, definition), change, by).getFirst();
    }

    /**
     * Adds rules; one that was deleted goes on with its next version at its old place.
     *
     * @param by the user who does it
     * @throws Problem 409 {@code rules_too_large}
     */
    List<Rule> insert(Map<UUID, RuleDefinition> rules, Change change, UUID by) {
        return write("insert-rules", rules, change, by);
    }

    /** Gives an existing rule another definition. */
    Rule update(UUID id, RuleDefinition definition, Change change, UUID by) {
        return update(Map.of(id, definition), change, by).getFirst();
    }

    /** Gives existing rules other definitions. */
    List<Rule> update(Map<UUID, RuleDefinition> rules, Change change, UUID by) {
        return write("update-rules", rules, change, by);
    }

    private List<Rule> write(
            String statement, Map<UUID, RuleDefinition> rules, Change change, UUID by) {
        if (rules.isEmpty()) {
            return List.of();
        }
        requireRoom(rules, List.of());
        var rows = JsonNodeFactory.instance.arrayNode();
        rules.forEach((id, definition) -> {
            var weight = RuleWeight.of(definition);
            rows.addObject()
                    .put("id", id.toString())
                    .put("place", rows.size())
                    .put("characters", weight.characters())
                    .put("texts", weight.texts())
                    .put("steps", weight.steps())
                    .set("definition", RuleJson.write(definition));
        });
        var written =
                execute.createNamedQuery(statement)
                        .addParam("workspace", workspaceId.toString())
                        .addParam("rows", Json.writeBytes(rows))
                        .execute()
                        .map(RuleTable::rule)
                        .toList();
        RuleHistory.keep(execute, workspaceId, rules.keySet(), change, by);
        return written;
    }

    /** Turns rules on or off; answers how many were not so before. */
    int turn(RuleFilter which, boolean enabled, UUID by) {
        var turned =
                which.applyTo(execute.createNamedQuery("turn-rules"))
                        .addParam("workspace", workspaceId.toString())
                        .addParam("on", enabled)
                        .execute()
                        .map(row -> uuid(row, "id"))
                        .toList();
        var change = enabled ? Change.ENABLED : Change.DISABLED;
        RuleHistory.keep(execute, workspaceId, turned, change, by);
        return turned.size();
    }

    void delete(Collection<UUID> ids, UUID by) {
        if (ids.isEmpty()) {
            return;
        }
        RuleHistory.keepDeleted(execute, workspaceId, ids, by);
        execute.createNamedDelete("delete-rules")
                .addParam("workspace", workspaceId.toString())
                .addParam("ids", Json.write(ids))
                .execute();
    }

    /**
     * A row as a rule.
     *
     * @throws InvalidRule when this version of the program cannot read it
     */
    static Rule rule(DbRow row) {
        return new Rule(
                uuid(row, "id"),
                uuid(row, "workspace_id"),
                number(row, "version"),
                instant(row, "created_at"),
                instant(row, "updated_at"),
                RuleJson.read(Json.read(text(row, "definition"), JsonNode.class)));
    }
}
