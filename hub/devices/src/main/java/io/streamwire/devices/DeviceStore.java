package io.streamwire.devices;

import io.helidon.dbclient.DbRow;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Devices and agent tokens in PostgreSQL. */
final class DeviceStore {

    private final Database database;

    DeviceStore(Database database) {
        this.database = database;
    }

    /**
     * A token as it is kept.
     *
     * @param sha256 of the token, hex
     */
    record Token(
            UUID id,
            UUID workspaceId,
            UUID deviceId,
            String name,
            String sha256,
            Instant createdAt,
            @Nullable Instant revokedAt) {}

    /** A device that was changed or deleted. */
    record Change(Device device, boolean deleted) {}

    /** Adds a device; false when one with this id exists or existed. */
    boolean insert(Device device) {
        return database.client()
                        .execute()
                        .createNamedInsert("insert-device")
                        .addParam("id", device.id().toString())
                        .addParam("workspace", device.workspaceId().toString())
                        .addParam("name", device.name())
                        .addParam("board", device.board())
                        .addParam("parent", text(device.parentId()))
                        .addParam("hardware", device.hardwareUuid())
                        .execute()
                == 1;
    }

    Optional<Device> device(UUID workspaceId, UUID id) {
        return database.client()
                .execute()
                .createNamedGet("select-device")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(DeviceStore::device);
    }

    List<Device> devices(UUID workspaceId, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("select-devices")
                .addParam("workspace", workspaceId.toString())
                .addParam("after", text(page.cursorId().orElse(null)))
                .addParam("rows", page.rows())
                .execute()
                .map(DeviceStore::device)
                .toList();
    }

    /** Renames a device; false when it has another version. */
    boolean rename(UUID workspaceId, UUID id, String name, long version) {
        return database.client()
                        .execute()
                        .createNamedUpdate("rename-device")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .addParam("name", name)
                        .addParam("version", version)
                        .execute()
                == 1;
    }

    /** Deletes a device with its tokens and children; false when it has another version. */
    boolean delete(UUID workspaceId, UUID id, long version) {
        return database.transaction(transaction -> {
            var deleted =
                    transaction
                            .createNamedUpdate("delete-device")
                            .addParam("workspace", workspaceId.toString())
                            .addParam("id", id.toString())
                            .addParam("version", version)
                            .execute();
            if (deleted == 0) {
                return false;
            }
            var _ =
                    transaction
                            .createNamedUpdate("delete-children")
                            .addParam("workspace", workspaceId.toString())
                            .addParam("id", id.toString())
                            .execute();
            var _ =
                    transaction
                            .createNamedUpdate("revoke-tokens")
                            .addParam("workspace", workspaceId.toString())
                            .addParam("device", id.toString())
                            .execute();
            return true;
        });
    }

    /** Keeps what a board said it can do; the config version grows with the envelope's hash. */
    void describe(UUID workspaceId, UUID id, Capabilities capabilities, String envelope) {
        var _ =
                database.client()
                        .execute()
                        .createNamedUpdate("describe-device")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .addParam("capabilities", Json.write(capabilities))
                        .addParam("envelope", envelope)
                        .execute();
    }

    /** All devices that changed since a time, deleted ones too. */
    List<Change> changedDevices(Instant since) {
        return database.client()
                .execute()
                .createNamedQuery("changed-devices")
                .addParam("since", Columns.parameter(since))
                .execute()
                .map(row ->
                        new Change(device(row), Columns.instantOrNull(row, "deleted_at") != null))
                .toList();
    }

    /** All tokens that changed since a time, revoked ones too. */
    List<Token> changedTokens(Instant since) {
        return database.client()
                .execute()
                .createNamedQuery("changed-tokens")
                .addParam("since", Columns.parameter(since))
                .execute()
                .map(DeviceStore::token)
                .toList();
    }

    /** Adds a token; false when the device is gone, or a token with this id exists. */
    boolean insert(Token token) {
        return database.client()
                        .execute()
                        .createNamedInsert("insert-token")
                        .addParam("id", token.id().toString())
                        .addParam("workspace", token.workspaceId().toString())
                        .addParam("device", token.deviceId().toString())
                        .addParam("name", token.name())
                        .addParam("sha256", token.sha256())
                        .execute()
                == 1;
    }

    Optional<Token> token(UUID workspaceId, UUID id) {
        return database.client()
                .execute()
                .createNamedGet("select-token")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(DeviceStore::token);
    }

    List<Token> tokens(UUID workspaceId, UUID deviceId, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("select-tokens")
                .addParam("workspace", workspaceId.toString())
                .addParam("device", deviceId.toString())
                .addParam("after", text(page.cursorId().orElse(null)))
                .addParam("rows", page.rows())
                .execute()
                .map(DeviceStore::token)
                .toList();
    }

    /** Revokes a token; false when there is none. */
    boolean revoke(UUID workspaceId, UUID id) {
        return database.client()
                        .execute()
                        .createNamedUpdate("revoke-token")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .execute()
                == 1;
    }

    private static Device device(DbRow row) {
        var capabilities = Columns.textOrNull(row, "capabilities");
        return new Device(
                Columns.uuid(row, "id"),
                Columns.uuid(row, "workspace_id"),
                Columns.text(row, "name"),
                Columns.text(row, "board"),
                Columns.uuidOrNull(row, "parent_id"),
                Columns.textOrNull(row, "hardware_uuid"),
                capabilities == null ? null : capabilities(capabilities),
                Columns.textOrNull(row, "envelope"),
                Columns.number(row, "config_version"),
                Columns.number(row, "version"),
                Columns.instant(row, "created_at"),
                Columns.instant(row, "updated_at"));
    }

    /** What an earlier version has stored may be unreadable; the board says it again. */
    private static @Nullable Capabilities capabilities(String json) {
        try {
            return Json.read(json, Capabilities.class);
        } catch (Json.MalformedJson e) {
            return null;
        }
    }

    private static Token token(DbRow row) {
        return new Token(
                Columns.uuid(row, "id"),
                Columns.uuid(row, "workspace_id"),
                Columns.uuid(row, "device_id"),
                Columns.text(row, "name"),
                Columns.text(row, "token_sha256"),
                Columns.instant(row, "created_at"),
                Columns.instantOrNull(row, "revoked_at"));
    }

    private static @Nullable String text(@Nullable UUID id) {
        return id == null ? null : id.toString();
    }
}
