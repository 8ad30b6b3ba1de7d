package io.streamwire.rules;

import static io.streamwire.service.Columns.instant;
import static io.streamwire.service.Columns.number;
import static io.streamwire.service.Columns.text;
import static io.streamwire.service.Columns.uuid;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.dbclient.DbExecute;
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
import org.jspecify.annotations.Nullable;

/** The rules in PostgreSQL, always of one workspace. */
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
     * @throws Problem 409 {@code too_many_rules}
     */
    Rule create(UUID workspaceId, UUID id, RuleDefinition definition) {
        return database.transaction(transaction -> {
            changed(transaction, workspaceId);
            var existing = find(transaction, workspaceId, id);
            if (existing.isPresent()) {
                return existing.get();
            }
            if (count(transaction, workspaceId) >= MAX_RULES) {
                throw Problem.conflict(
                        "too_many_rules", "A workspace has at most " + MAX_RULES + " rules.");
            }
            return transaction
                    .createNamedQuery("insert-rule")
                    .addParam("workspace", workspaceId.toString())
                    .addParam("id", id.toString())
                    .addParam("definition", Json.write(RuleJson.write(definition)))
                    .execute()
                    .map(RuleStore::rule)
                    .toList()
                    .getFirst();
        });
    }

    Optional<Rule> find(UUID workspaceId, UUID id) {
        return find(database.client().execute(), workspaceId, id);
    }

    /** In the order in which they were created, beginning after a position. */
    List<Rule> list(UUID workspaceId, Position after, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("list-rules")
                .addParam("workspace", workspaceId.toString())
                .addParam("at", Columns.parameter(after.at()))
                .addParam("id", after.id().toString())
                .addParam("rows", page.rows())
                .execute()
                .map(RuleStore::rule)
                .toList();
    }

    /** Empty when there is no such rule in this version. */
    Optional<Rule> replace(UUID workspaceId, UUID id, long version, RuleDefinition definition) {
        return database.transaction(transaction -> {
            changed(transaction, workspaceId);
            return transaction
                    .createNamedQuery("replace-rule")
                    .addParam("workspace", workspaceId.toString())
                    .addParam("id", id.toString())
                    .addParam("version", version)
                    .addParam("definition", Json.write(RuleJson.write(definition)))
                    .execute()
                    .map(RuleStore::rule)
                    .toList()
                    .stream()
                    .findFirst();
        });
    }

    /** False when there is no such rule in this version. */
    boolean delete(UUID workspaceId, UUID id, long version) {
        return database.transaction(transaction -> {
            changed(transaction, workspaceId);
            return transaction
                            .createNamedDelete("delete-rule")
                            .addParam("workspace", workspaceId.toString())
                            .addParam("id", id.toString())
                            .addParam("version", version)
                            .execute()
                    > 0;
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

    /** All rules of a workspace, in the order in which they decide. */
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

    /** Makes the workspace's rules a new version; until the end nobody else changes them. */
    private static void changed(DbExecute transaction, UUID workspaceId) {
        transaction
                .createNamedDmlStatement("change-rule-set")
                .addParam("workspace", workspaceId.toString())
                .execute();
    }

    private static Optional<Rule> find(DbExecute execute, UUID workspaceId, UUID id) {
        return execute.createNamedGet("find-rule")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(RuleStore::rule);
    }

    private static long count(DbExecute execute, UUID workspaceId) {
        return execute.createNamedGet("count-rules")
                .addParam("workspace", workspaceId.toString())
                .execute()
                .map(row -> number(row, "count"))
                .orElse(0L);
    }

    static Rule rule(DbRow row) {
        return new Rule(
                uuid(row, "id"),
                uuid(row, "workspace_id"),
                number(row, "version"),
                instant(row, "created_at"),
                instant(row, "updated_at"),
                RuleJson.read(Json.read(text(row, "definition"), JsonNode.class)));
    }

    /**
     * No rule, or one that this version of the program cannot read: it must not stop the others.
     */
    private static @Nullable Rule ruleOrNull(DbRow row) {
        if (Columns.uuidOrNull(row, "id") == null) {
            return null;
        }
        try {
            return rule(row);
        } catch (InvalidRule e) {
            LOG.log(
                    Level.WARNING,
                    "rule={0} loaded=no reason=\"{1}\"",
                    uuid(row, "id"),
                    e.getMessage());
            return null;
        }
    }
}
