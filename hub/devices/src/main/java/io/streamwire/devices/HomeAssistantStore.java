package io.streamwire.devices;

import io.helidon.dbclient.DbRow;
import io.streamwire.contract.Json;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which workspaces show themselves to Home Assistant, and its tokens, in PostgreSQL. */
final class HomeAssistantStore {

    private final Database database;

    HomeAssistantStore(Database database) {
        this.database = database;
    }

    /**
     * What a workspace has decided.
     *
     * @param version 0 before it ever did
     */
    record Settings(boolean enabled, long version) {
        static final Settings UNDECIDED = new Settings(false, 0);
    }

    /**
     * A token as it is kept; its id is the client id and the user name of whoever shows it.
     *
     * @param prefix its first characters, to tell it from others
     * @param sha256 of the token, hex
     */
    record Token(
            UUID id,
            UUID workspaceId,
            String name,
            String prefix,
            String sha256,
            Instant createdAt,
            @Nullable Instant lastUsedAt) {}

    Settings settings(UUID workspaceId) {
        return database.client()
                .execute()
                .createNamedGet("home-assistant")
                .addParam("workspace", workspaceId.toString())
                .execute()
                .map(row ->
                        new Settings(Columns.flag(row, "enabled"), Columns.number(row, "version")))
                .orElse(Settings.UNDECIDED);
    }

    /** Switches it on or off; false when the settings have another version. */
    boolean change(UUID workspaceId, boolean enabled, long version) {
        var execute = database.client().execute();
        var statement =
                version == Settings.UNDECIDED.version()
                        ? execute.createNamedInsert("insert-home-assistant")
                        : execute.createNamedUpdate("change-home-assistant")
                                .addParam("version", version);
        return statement
                        .addParam("workspace", workspaceId.toString())
                        .addParam("enabled", enabled)
                        .execute()
                == 1;
    }

    /** The workspaces in which it is on. */
    Set<UUID> enabled() {
        return database.client()
                .execute()
                .createNamedQuery("home-assistant-enabled")
                .execute()
                .map(row -> Columns.uuid(row, "workspace_id"))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Adds a token; false when one with this id exists or existed. */
    boolean insert(Token token) {
        return database.client()
                        .execute()
                        .createNamedInsert("insert-home-assistant-token")
                        .addParam("id", token.id().toString())
                        .addParam("workspace", token.workspaceId().toString())
                        .addParam("name", token.name())
                        .addParam("prefix", token.prefix())
                        .addParam("sha256", token.sha256())
                        .execute()
                == 1;
    }

    /** Every valid token. */
    List<Token> tokens() {
        return database.client()
                .execute()
                .createNamedQuery("valid-home-assistant-tokens")
                .execute()
                .map(HomeAssistantStore::token)
                .toList();
    }

    /** The valid tokens of a workspace. */
    List<Token> tokens(UUID workspaceId, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("home-assistant-tokens")
                .addParam("workspace", workspaceId.toString())
                .addParam("after", page.cursorId().map(UUID::toString).orElse(null))
                .addParam("rows", page.rows())
                .execute()
                .map(HomeAssistantStore::token)
                .toList();
    }

    /** Whether there is or was a token. */
    boolean existed(UUID workspaceId, UUID id) {
        return database.client()
                .execute()
                .createNamedGet("home-assistant-token")
                .addParam("workspace", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .isPresent();
    }

    /** Revokes a token; false when there is none. */
    boolean revoke(UUID workspaceId, UUID id) {
        return database.client()
                        .execute()
                        .createNamedUpdate("revoke-home-assistant-token")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("id", id.toString())
                        .execute()
                == 1;
    }

    /** Lets go of a workspace: its tokens and its settings. */
    void leave(UUID workspaceId) {
        var _ =
                database.transaction(transaction -> {
                    var _ =
                            transaction
                                    .createNamedUpdate("revoke-home-assistant-tokens")
                                    .addParam("workspace", workspaceId.toString())
                                    .execute();
                    return transaction
                            .createNamedDelete("leave-home-assistant")
                            .addParam("workspace", workspaceId.toString())
                            .execute();
                });
    }

    /** Tokens that were revoked since a time. */
    List<UUID> revokedSince(Instant since) {
        return database.client()
                .execute()
                .createNamedQuery("revoked-home-assistant-tokens")
                .addParam("since", Columns.parameter(since))
                .execute()
                .map(row -> Columns.uuid(row, "id"))
                .toList();
    }

    /** Writes down when tokens were used. */
    void used(List<DeviceStore.TokenUse> uses) {
        if (!uses.isEmpty()) {
            var _ = database.batch("use-home-assistant-tokens", Json.writeBytes(uses));
        }
    }

    private static Token token(DbRow row) {
        return new Token(
                Columns.uuid(row, "id"),
                Columns.uuid(row, "workspace_id"),
                Columns.text(row, "name"),
                Columns.text(row, "prefix"),
                Columns.text(row, "token_sha256"),
                Columns.instant(row, "created_at"),
                Columns.instantOrNull(row, "last_used_at"));
    }
}
