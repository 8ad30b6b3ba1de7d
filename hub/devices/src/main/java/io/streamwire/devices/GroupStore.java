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
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Groups of devices in PostgreSQL. */
final class GroupStore {

    /** Groups of one workspace. */
    static final int MOST = 200;

    private final Database database;

    GroupStore(Database database) {
        this.database = database;
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
                                    .addParam("most", MOST)
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
                var _ =
                        transaction
                                .createNamedDelete("empty-group")
                                .addParam("workspace", workspaceId.toString())
                                .addParam("id", id.toString())
                                .execute();
                fill(transaction, workspaceId, id, devices);
            }
            return changed == 1;
        });
    }

    /** Deletes a group, not its devices; false when it has another version. */
    boolean delete(UUID workspaceId, UUID id, long version) {
        return database.client()
                        .execute()
                        .createNamedDelete("delete-group")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .addParam("version", version)
                        .execute()
                == 1;
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
