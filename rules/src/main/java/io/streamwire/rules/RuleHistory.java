package io.streamwire.rules;

import static io.streamwire.service.Columns.instant;
import static io.streamwire.service.Columns.number;
import static io.streamwire.service.Columns.text;
import static io.streamwire.service.Columns.uuid;
import static io.streamwire.service.Columns.uuidOrNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.dbclient.DbExecute;
import io.helidon.dbclient.DbRow;
import io.streamwire.contract.Json;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import io.streamwire.service.Round;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What rules were: the last versions of every rule, also of deleted ones for a while. Versions are
 * written in the transaction of the change that makes them.
 */
final class RuleHistory implements AutoCloseable {

    /** Most versions of one rule that are kept, the present one included. */
    static final int MAX_VERSIONS = 100;

    /** Most versions of all rules of a workspace; the oldest go first, but no present one. */
    static final int MAX_OF_WORKSPACE = 20_000;

    /** How long the versions of a deleted rule are kept. */
    static final Duration KEEP_DELETED = Duration.ofDays(30);

    private static final Duration MAINTENANCE = Duration.ofHours(1);

    private final Database database;
    private final InstantSource clock;
    private @Nullable Round maintenance;

    RuleHistory(Database database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Forgets rules that were deleted long ago, now and every hour. */
    void start() {
        maintenance = Round.every(MAINTENANCE, "rules-history-maintenance", this::forgetDeleted);
    }

    /** Keeps what rules are now as the versions that a change has made. */
    static void keep(
            DbExecute transaction, UUID workspaceId, Collection<UUID> ids, Change change, UUID by) {
        keep(transaction, "keep-versions", workspaceId, ids, change, by);
    }

    /** Keeps what rules last were, just before they are deleted. */
    static void keepDeleted(
            DbExecute transaction, UUID workspaceId, Collection<UUID> ids, UUID by) {
        keep(transaction, "keep-deleted-versions", workspaceId, ids, Change.DELETED, by);
    }

    private static void keep(
            DbExecute transaction,
            String statement,
            UUID workspaceId,
            Collection<UUID> ids,
            Change change,
            UUID by) {
        if (ids.isEmpty()) {
            return;
        }
        transaction
                .createNamedDmlStatement(statement)
                .addParam("workspace", workspaceId.toString())
                .addParam("ids", Json.write(ids))
                .addParam("change", change.toString())
                .addParam("by", by.toString())
                .execute();
        transaction
                .createNamedDelete("drop-old-versions")
                .addParam("workspace", workspaceId.toString())
                .addParam("ids", Json.write(ids))
                .addParam("most", MAX_VERSIONS)
                .execute();
        transaction
                .createNamedDelete("drop-versions-of-workspace")
                .addParam("workspace", workspaceId.toString())
                .addParam("most", MAX_OF_WORKSPACE)
                .execute();
    }

    /** All changes of the workspace's rules, the newest first, before a position. */
    List<RuleVersion> changes(UUID workspaceId, Position before, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("list-changes")
                .addParam("workspace", workspaceId.toString())
                .addParam("at", Columns.parameter(before.at()))
                .addParam("id", before.id().toString())
                .addParam("rows", page.rows())
                .execute()
                .map(RuleHistory::version)
                .toList();
    }

    /**
     * The versions of a rule, the newest first.
     *
     * @param before only older ones
     */
    List<RuleVersion> versions(UUID workspaceId, UUID ruleId, long before, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("list-versions")
                .addParam("workspace", workspaceId.toString())
                .addParam("rule", ruleId.toString())
                .addParam("before", before)
                .addParam("rows", page.rows())
                .execute()
                .map(RuleHistory::version)
                .toList();
    }

    /** The newest version of a rule, which is its deletion when it is deleted. */
    OptionalLong newest(UUID workspaceId, UUID ruleId) {
        return newest(database.client().execute(), workspaceId, ruleId);
    }

    static OptionalLong newest(DbExecute execute, UUID workspaceId, UUID ruleId) {
        return execute.createNamedGet("newest-version")
                .addParam("workspace", workspaceId.toString())
                .addParam("rule", ruleId.toString())
                .execute()
                .map(row -> OptionalLong.of(number(row, "version")))
                .orElse(OptionalLong.empty());
    }

    /** Which of these ids are, or were not long ago, those of rules of the workspace. */
    static Set<UUID> known(DbExecute execute, UUID workspaceId, Collection<UUID> ids) {
        return execute.createNamedQuery("known-rules")
                .addParam("workspace", workspaceId.toString())
                .addParam("ids", Json.write(ids))
                .execute()
                .map(row -> uuid(row, "rule_id"))
                .collect(Collectors.toUnmodifiableSet());
    }

    Optional<Kept> find(UUID workspaceId, UUID ruleId, long version) {
        return find(database.client().execute(), workspaceId, ruleId, version);
    }

    static Optional<Kept> find(DbExecute execute, UUID workspaceId, UUID ruleId, long version) {
        return execute.createNamedGet("find-version")
                .addParam("workspace", workspaceId.toString())
                .addParam("rule", ruleId.toString())
                .addParam("version", version)
                .execute()
                .map(row ->
                        new Kept(version(row), Json.read(text(row, "definition"), JsonNode.class)));
    }

    /**
     * A version with what the rule was.
     *
     * @param definition as it was written, which a later program may not understand
     */
    record Kept(RuleVersion version, JsonNode definition) {}

    private static RuleVersion version(DbRow row) {
        return new RuleVersion(
                uuid(row, "rule_id"),
                text(row, "name"),
                number(row, "version"),
                Change.of(text(row, "change")),
                instant(row, "changed_at"),
                uuidOrNull(row, "changed_by"));
    }

    /** Forgets rules that were deleted long ago and have not come back. */
    void forgetDeleted() {
        database.client()
                .execute()
                .createNamedDelete("forget-deleted-rules")
                .addParam("before", Columns.parameter(clock.instant().minus(KEEP_DELETED)))
                .execute();
    }

    @Override
    public void close() {
        if (maintenance != null) {
            maintenance.close();
        }
    }
}
