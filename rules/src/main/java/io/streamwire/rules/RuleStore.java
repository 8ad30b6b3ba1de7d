package io.streamwire.rules;

import static io.streamwire.service.Columns.number;
import static io.streamwire.service.Columns.uuid;

import io.helidon.dbclient.DbRow;
import io.streamwire.contract.Json;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import io.streamwire.service.Problem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The rules in PostgreSQL, always of one workspace. Every change of one makes a version of it. */
final class RuleStore {

    /** Most rules of a workspace. */
    static final int MAX_RULES = 1_000;

    private static final Logger LOG = System.getLogger(RuleStore.class.getName());

    private final Database database;

    RuleStore(Database database) {
        this.database = database;
    }

    /**
     * Keeps a new rule, or answers the one that already has this id.
     *
     * @param by the user who does it
     * @throws Problem 409 {@code too_many_rules} or {@code rules_too_large}
     */
    Rule create(UUID workspaceId, UUID id, RuleDefinition definition, UUID by) {
        return change(
                workspaceId,
                rules -> {
                    var existing = rules.find(id);
                    if (existing.isPresent()) {
                        return existing.get();
                    }
                    RuleTable.requireRoom(rules.count() + 1);
                    return rules.insert(id, definition, Change.CREATED, by);
                });
    }

    Optional<Rule> find(UUID workspaceId, UUID id) {
        return look(workspaceId, rules -> rules.find(id));
    }

    /** In the order in which they were created, beginning after a position. */
    List<Rule> list(UUID workspaceId, RuleFilter filter, Position after, Page page) {
        return list(workspaceId, filter, after, page.rows());
    }

    /** All that there are, in the order in which they were created. */
    List<Rule> all(UUID workspaceId, RuleFilter filter) {
        return list(workspaceId, filter, Position.FIRST, MAX_RULES);
    }

    private List<Rule> list(UUID workspaceId, RuleFilter filter, Position after, int rows) {
        return filter.applyTo(database.client().execute().createNamedQuery("list-rules"))
                .addParam("workspace", workspaceId.toString())
                .addParam("at", Columns.parameter(after.at()))
                .addParam("id", after.id().toString())
                .addParam("rows", rows)
                .execute()
                .map(RuleTable::rule)
                .toList();
    }

    /**
     * Empty when there is no such rule in this version.
     *
     * @throws Problem 409 {@code rules_too_large}
     */
    Optional<Rule> replace(
            UUID workspaceId,
            UUID id,
            long version,
            RuleDefinition definition,
            Change change,
            UUID by) {
        return change(
                workspaceId,
                rules ->
                        rules.version(id) == version
                                ? Optional.of(rules.update(id, definition, change, by))
                                : Optional.empty());
    }

    /** Turns rules on or off; answers how many were not so before. */
    int turn(UUID workspaceId, RuleFilter which, boolean enabled, UUID by) {
        return change(workspaceId, rules -> rules.turn(which, enabled, by));
    }

    /** False when there is no such rule in this version. */
    boolean delete(UUID workspaceId, UUID id, long version, UUID by) {
        return change(
                workspaceId,
                rules -> {
                    var found = rules.version(id) == version;
                    if (found) {
                        rules.delete(List.of(id), by);
                    }
                    return found;
                });
    }

    /** The version of every workspace's rules. */
    Map<UUID, Long> versions() {
        var versions = new HashMap<UUID, Long>();
        database.client()
                .execute()
                .createNamedQuery("rule-set-versions")
                .execute()
                .forEach(row -> versions.put(uuid(row, "workspace_id"), number(row, "version")));
        return versions;
    }

    /** All rules of a workspace, in the order in which those of equal priority decide. */
    RuleSet load(UUID workspaceId) {
        var rows =
                database.client()
                        .execute()
                        .createNamedQuery("load-rule-set")
                        .addParam("workspace", workspaceId.toString())
                        .execute()
                        .map(row -> new SetRow(number(row, "set_version"), ruleOrNull(row)))
                        .toList();
        var version = rows.isEmpty() ? 0 : rows.getFirst().version();
        return new RuleSet(
                version, rows.stream().map(SetRow::rule).filter(Objects::nonNull).toList());
    }

    /**
     * The rules of a workspace at a moment.
     *
     * @param version grows with every change
     */
    record RuleSet(long version, List<Rule> rules) {}

    private record SetRow(long version, @Nullable Rule rule) {}

    /** Asks without changing anything. */
    <T> T look(UUID workspaceId, Function<RuleTable, T> work) {
        return work.apply(new RuleTable(database.client().execute(), workspaceId));
    }

    /**
     * Does several things to the rules of a workspace as one change, or none of them when it
     * throws; until the end nobody else changes them.
     */
    <T> T change(UUID workspaceId, Function<RuleTable, T> work) {
        return database.transaction(transaction -> {
            transaction
                    .createNamedDmlStatement("change-rule-set")
                    .addParam("workspace", workspaceId.toString())
                    .execute();
            return work.apply(new RuleTable(transaction, workspaceId));
        });
    }

    /**
     * No rule, or one that this version of the program cannot read: it must not stop the others.
     */
    private static @Nullable Rule ruleOrNull(DbRow row) {
        if (Columns.uuidOrNull(row, "id") == null) {
            return null;
        }
        try {
            return RuleTable.rule(row);
        } catch (InvalidRule | Json.MalformedJson e) {
            LOG.log(
                    Level.WARNING,
                    "rule={0} loaded=no reason=\"{1}\"",
                    uuid(row, "id"),
                    e.getMessage());
            return null;
        }
    }
}
