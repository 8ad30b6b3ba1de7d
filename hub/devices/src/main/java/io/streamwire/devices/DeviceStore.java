package io.streamwire.devices;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.dbclient.DbRow;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Devices and agent tokens in PostgreSQL. */
final class DeviceStore {

    /** Capability documents kept of one device. */
    private static final long MOST_DOCUMENTS = 10;

    private final Database database;

    DeviceStore(Database database) {
        this.database = database;
    }

    /**
     * A token as it is kept.
     *
     * @param prefix its first characters, to tell it from others; empty for one of old
     * @param sha256 of the token, hex
     */
    record Token(
            UUID id,
            UUID workspaceId,
            UUID deviceId,
            String name,
            String prefix,
            String sha256,
            Instant createdAt,
            @Nullable Instant expiresAt,
            @Nullable Instant lastUsedAt,
            @Nullable Instant revokedAt) {}

    /** When a board showed a token. */
    record TokenUse(UUID id, Instant at) {}

    /**
     * Which devices to list.
     *
     * @param archived whether those that are out of use, instead of those in use
     */
    record Filter(@Nullable String tag, @Nullable UUID group, boolean archived) {}

    /** What a board said it can do, as it was stored. */
    record Document(long version, JsonNode capabilities, Instant describedAt) {}

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

    List<Device> devices(UUID workspaceId, Filter filter, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("select-devices")
                .addParam("workspace", workspaceId.toString())
                .addParam("archived", filter.archived())
                .addParam("tag", filter.tag())
                .addParam("group", text(filter.group()))
                .addParam("after", text(page.cursorId().orElse(null)))
                .addParam("rows", page.rows())
                .execute()
                .map(DeviceStore::device)
                .toList();
    }

    /**
     * Changes what people call a device; false when it has another version.
     *
     * @param name null leaves it
     * @param tags null leaves them
     */
    boolean change(
            UUID workspaceId,
            UUID id,
            @Nullable String name,
            @Nullable List<String> tags,
            long version) {
        return database.client()
                        .execute()
                        .createNamedUpdate("change-device")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .addParam("name", name)
                        .addParam("tags", tags == null ? null : Json.write(tags))
                        .addParam("version", version)
                        .execute()
                == 1;
    }

    /**
     * Keeps the owner's limits and the envelope that they make; the config version grows. False
     * when the device has another version.
     */
    boolean limit(
            UUID workspaceId,
            UUID id,
            Map<String, DeviceConfig.Limits> limits,
            String envelope,
            long version) {
        return database.client()
                        .execute()
                        .createNamedUpdate("limit-device")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .addParam("limits", Json.write(limits))
                        .addParam("envelope", envelope)
                        .addParam("version", version)
                        .execute()
                == 1;
    }

    /** Sets how long commands wait for a board; false when the device has another version. */
    boolean holdOffline(UUID workspaceId, UUID id, long forMs, long version) {
        return database.client()
                        .execute()
                        .createNamedUpdate("hold-offline")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .addParam("hold", forMs)
                        .addParam("version", version)
                        .execute()
                == 1;
    }

    /** Takes a device out of use or back; false when it has another version or is so already. */
    boolean archive(UUID workspaceId, UUID id, boolean archived, long version) {
        return database.client()
                        .execute()
                        .createNamedUpdate("archive-device")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .addParam("archived", archived)
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
        var document = Json.write(capabilities);
        var _ =
                database.transaction(transaction -> {
                    var _ =
                            transaction
                                    .createNamedInsert("keep-capabilities")
                                    .addParam("workspace", workspaceId.toString())
                                    .addParam("id", id.toString())
                                    .addParam("capabilities", document)
                                    .execute();
                    var _ =
                            transaction
                                    .createNamedDelete("trim-capabilities")
                                    .addParam("workspace", workspaceId.toString())
                                    .addParam("id", id.toString())
                                    .addParam("kept", MOST_DOCUMENTS)
                                    .execute();
                    return transaction
                            .createNamedUpdate("describe-device")
                            .addParam("workspace", workspaceId.toString())
                            .addParam("id", id.toString())
                            .addParam("capabilities", document)
                            .addParam("envelope", envelope)
                            .execute();
                });
    }

    /** The last capability documents of a device, the newest first. */
    List<Document> documents(UUID workspaceId, UUID id) {
        return database.client()
                .execute()
                .createNamedQuery("select-capabilities")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(row ->
                        new Document(
                                Columns.number(row, "version"),
                                tree(Columns.text(row, "capabilities")),
                                Columns.instant(row, "described_at")))
                .toList();
    }

    private static JsonNode tree(String json) {
        return Json.read(json, JsonNode.class);
    }

    /** The boards in use that hang on a bridge, as every instance sees them. */
    Set<UUID> children(UUID workspaceId, UUID bridge) {
        return database.client()
                .execute()
                .createNamedQuery("select-children")
                .addParam("workspace", workspaceId.toString())
                .addParam("bridge", bridge.toString())
                .execute()
                .map(row -> Columns.uuid(row, "id"))
                .collect(Collectors.toUnmodifiableSet());
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
                        .addParam("prefix", token.prefix())
                        .addParam("sha256", token.sha256())
                        .addParam(
                                "expires",
                                token.expiresAt() == null ? null : token.expiresAt().toString())
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

    /** Devices with a token that was revoked or expired since a time. */
    List<UUID> endedSince(Instant since) {
        return database.client()
                .execute()
                .createNamedQuery("ended-tokens")
                .addParam("since", Columns.parameter(since))
                .execute()
                .map(row -> Columns.uuid(row, "device_id"))
                .toList();
    }

    /** Writes down when tokens were used. */
    void used(List<TokenUse> uses) {
        if (!uses.isEmpty()) {
            var _ = database.batch("use-tokens", Json.writeBytes(uses));
        }
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
                List.of(Json.read(Columns.text(row, "tags"), String[].class)),
                Json.read(Columns.text(row, "limits"), OwnLimits.class).commands(),
                Columns.number(row, "version"),
                Columns.instant(row, "created_at"),
                Columns.instant(row, "updated_at"),
                Columns.number(row, "offline_hold_ms"),
                Columns.instantOrNull(row, "archived_at"));
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
                Columns.text(row, "prefix"),
                Columns.text(row, "token_sha256"),
                Columns.instant(row, "created_at"),
                Columns.instantOrNull(row, "expires_at"),
                Columns.instantOrNull(row, "last_used_at"),
                Columns.instantOrNull(row, "revoked_at"));
    }

    private static @Nullable String text(@Nullable UUID id) {
        return id == null ? null : id.toString();
    }
}
