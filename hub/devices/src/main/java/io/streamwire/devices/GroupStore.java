package io.streamwire.devices;

import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbTransaction;
import io.streamwire.contract.Json;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Groups of devices in PostgreSQL. */
final class GroupStore {

    private final Database database;
    private final int most;

    /**
     * @param most groups of one workspace
     */
    GroupStore(Database database, int most) {
        this.database = database;
        this.most = most;
    }

    /** A named set of devices. */
    record Group(
            UUID id,
            UUID workspaceId,
            String name,
            List<UUID> deviceIds,
            long version,
            Instant createdAt,
            Instant updatedAt) {}

    /** A group that was changed or deleted. */
    record Change(
            UUID id, UUID workspaceId, Set<UUID> deviceIds, Instant updatedAt, boolean deleted) {

        Change {
            deviceIds = Set.copyOf(deviceIds);
        }
    }

    /** Adds a group; nothing happens when there is one with this id, or too many. */
    void insert(UUID workspaceId, UUID id, String name, List<UUID> devices) {
        var _ =
                database.transaction(transaction -> {
                    var inserted =
                            transaction
                                    .createNamedInsert("insert-group")
                                    .addParam("id", id.toString())
                                    .addParam("workspace", workspaceId.toString())
                                    .addParam("name", name)
                                    .addParam("most", most)
                                    .execute();
                    if (inserted == 1) {
                        fill(transaction, workspaceId, id, devices);
                    }
                    return inserted;
                });
    }

    Optional<Group> group(UUID workspaceId, UUID id) {
        return database.client()
                .execute()
                .createNamedGet("select-group")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(GroupStore::group);
    }

    List<Group> groups(UUID workspaceId, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("select-groups")
                .addParam("workspace", workspaceId.toString())
                .addParam("after", page.cursorId().map(UUID::toString).orElse(null))
                .addParam("rows", page.rows())
                .execute()
                .map(GroupStore::group)
                .toList();
    }

    /**
     * Changes a group; false when it has another version.
     *
     * @param name null leaves it
     * @param devices null leaves them
     */
    boolean change(
            UUID workspaceId,
            UUID id,
            @Nullable String name,
            @Nullable List<UUID> devices,
            long version) {
        return database.transaction(transaction -> {
            var changed =
                    transaction
                            .createNamedUpdate("change-group")
                            .addParam("workspace", workspaceId.toString())
                            .addParam("id", id.toString())
                            .addParam("name", name)
                            .addParam("version", version)
                            .execute();
            if (changed == 1 && devices != null) {
                empty(transaction, workspaceId, id);
                fill(transaction, workspaceId, id, devices);
            }
            return changed == 1;
        });
    }

    /** Deletes a group, not its devices; false when it has another version. */
    boolean delete(UUID workspaceId, UUID id, long version) {
        return database.transaction(transaction -> {
            var deleted =
                    transaction
                            .createNamedUpdate("delete-group")
                            .addParam("workspace", workspaceId.toString())
                            .addParam("id", id.toString())
                            .addParam("version", version)
                            .execute();
            if (deleted == 1) {
                empty(transaction, workspaceId, id);
            }
            return deleted == 1;
        });
    }

    /** All groups that changed since a time, deleted ones too. */
    List<Change> changed(Instant since) {
        return database.client()
                .execute()
                .createNamedQuery("changed-groups")
                .addParam("since", Columns.parameter(since))
                .execute()
                .map(row ->
                        new Change(
                                Columns.uuid(row, "id"),
                                Columns.uuid(row, "workspace_id"),
                                Set.of(Json.read(Columns.text(row, "members"), UUID[].class)),
                                Columns.instant(row, "updated_at"),
                                Columns.instantOrNull(row, "deleted_at") != null))
                .toList();
    }

    private static void empty(DbTransaction transaction, UUID workspaceId, UUID id) {
        var _ =
                transaction
                        .createNamedDelete("empty-group")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .execute();
    }

    private static void fill(
            DbTransaction transaction, UUID workspaceId, UUID id, List<UUID> devices) {
        var _ =
                transaction
                        .createNamedInsert("fill-group")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .addParam("devices", Json.write(devices))
                        .execute();
    }

    private static Group group(DbRow row) {
        return new Group(
                Columns.uuid(row, "id"),
                Columns.uuid(row, "workspace_id"),
                Columns.text(row, "name"),
                List.of(Json.read(Columns.text(row, "members"), UUID[].class)),
                Columns.number(row, "version"),
                Columns.instant(row, "created_at"),
                Columns.instant(row, "updated_at"));
    }
}
