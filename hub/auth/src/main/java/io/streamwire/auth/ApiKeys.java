package io.streamwire.auth;

import io.helidon.dbclient.DbExecute;
import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbTransaction;
import io.streamwire.contract.Ids;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Caller;
import io.streamwire.service.Columns;
import io.streamwire.service.CutOffs;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import io.streamwire.service.Problem;
import io.streamwire.service.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * API keys: programs call with them in one workspace. A key lives as long as its maker is a member,
 * and never has a higher role than the maker has at the moment.
 */
final class ApiKeys {

    /** Keys of one workspace. */
    static final int MOST = 50;

    static final String PREFIX = "swk_";

    private static final int SHOWN = PREFIX.length() + 6; // characters
    private static final Duration STEP = Duration.ofMinutes(1); // a use is written down so often
    private static final UUID AFTER_ALL = new UUID(-1, -1);

    private final Database database;
    private final AccessTokens accessTokens;
    private final CutOffs cutOffs;

    ApiKeys(Database database, AccessTokens accessTokens, CutOffs cutOffs) {
        this.database = database;
        this.accessTokens = accessTokens;
        this.cutOffs = cutOffs;
    }

    /** A key that was just made; its secret is not kept. */
    record Made(ApiKey key, Secret secret) {}

    /**
     * Makes a key.
     *
     * @param name checked
     * @param role not above the caller's
     * @throws Problem 409 {@code key_limit}, or {@code key_made} when the same request made it
     */
    Made make(
            Caller caller,
            String name,
            Role role,
            @Nullable Instant expiresAt,
            Optional<String> idempotencyKey,
            Origin origin) {
        var id =
                idempotencyKey
                        .map(text -> Ids.keyed(caller.workspaceId(), "api-keys", text))
                        .orElseGet(Ids::next);
        var secret = Secret.next(PREFIX);
        return database.transaction(transaction -> {
            Workspaces.requireNotAbove(Workspaces.lock(transaction, caller), role);
            long inserted =
                    transaction
                            .createNamedInsert("insert-api-key")
                            .addParam("id", id.toString())
                            .addParam("workspace_id", caller.workspaceId().toString())
                            .addParam("created_by", caller.userId().toString())
                            .addParam("name", name)
                            .addParam("role", role.toString())
                            .addParam("prefix", secret.text().substring(0, SHOWN))
                            .addParam("hash", secret.hash())
                            .addParam("at", Columns.parameter(Instant.now()))
                            .addParam(
                                    "expires_at",
                                    expiresAt == null ? null : Columns.parameter(expiresAt))
                            .execute();
            if (inserted == 0) {
                throw Problem.conflict(
                        "key_made",
                        "This Idempotency-Key has made a key; a key is shown only once.");
            }
            requireRoom(transaction, caller.workspaceId());
            Audit.write(transaction, Audit.Entry.by(caller, Audit.Event.KEY_CREATED, id, origin));
            return new Made(find(transaction, caller.workspaceId(), id), secret);
        });
    }

    private static void requireRoom(DbTransaction transaction, UUID workspaceId) {
        long keys =
                transaction
                        .createNamedGet("count-api-keys")
                        .addParam("workspace_id", workspaceId.toString())
                        .execute()
                        .map(row -> Columns.number(row, "keys"))
                        .orElse(0L);
        if (keys > MOST) {
            throw Problem.conflict("key_limit", "A workspace has at most " + MOST + " keys.");
        }
    }

    /** The keys of the caller's workspace, the newest first. */
    List<ApiKey> list(Caller caller, Page page) {
        try (var rows =
                database.client()
                        .execute()
                        .createNamedQuery("api-keys")
                        .addParam("workspace_id", caller.workspaceId().toString())
                        .addParam("before", page.cursorId().orElse(AFTER_ALL).toString())
                        .addParam("rows", page.rows())
                        .execute()) {
            return rows.map(ApiKey::of).toList();
        }
    }

    /**
     * Ends a key at once.
     *
     * @throws Problem 404 {@code not_found}
     */
    void delete(Caller caller, UUID id, Origin origin) {
        database.transaction(transaction -> {
            long deleted =
                    transaction
                            .createNamedDelete("delete-api-key")
                            .addParam("workspace_id", caller.workspaceId().toString())
                            .addParam("id", id.toString())
                            .execute();
            if (deleted == 0) {
                throw noKey();
            }
            Audit.write(transaction, Audit.Entry.by(caller, Audit.Event.KEY_DELETED, id, origin));
            return true;
        });
        cutOffs.cutSession(id);
    }

    /** An access token for a key; empty when it is none, has expired or was deleted. */
    Optional<String> exchange(Secret secret) {
        var now = Instant.now();
        var execute = database.client().execute();
        var found =
                execute.createNamedGet("good-api-key-by-hash")
                        .addParam("hash", secret.hash())
                        .addParam("at", Columns.parameter(now))
                        .execute();
        found.ifPresent(row -> use(execute, row, now));
        return found.map(row -> accessToken(row, now));
    }

    private static void use(DbExecute database, DbRow row, Instant now) {
        var last = Columns.instantOrNull(row, "last_used_at");
        if (last == null || last.isBefore(now.minus(STEP))) {
            database.createNamedUpdate("use-api-key")
                    .addParam("id", Columns.uuid(row, "id").toString())
                    .addParam("at", Columns.parameter(now))
                    .execute();
        }
    }

    /** An access token for the id of a key. */
    Optional<String> accessToken(DbExecute database, UUID id, Instant now) {
        return good(database, id, now).map(row -> accessToken(row, now));
    }

    private String accessToken(DbRow row, Instant now) {
        return accessTokens.ofKey(
                Columns.uuid(row, "id"),
                Columns.uuid(row, "workspace_id"),
                role(row),
                now,
                Columns.instantOrNull(row, "expires_at"));
    }

    /** Where a key may call and what it may do there now; nothing when it is gone. */
    static Map<UUID, Role> roles(DbExecute database, AccessToken token) {
        return good(database, token.sessionId(), Instant.now())
                .map(row -> Map.of(Columns.uuid(row, "workspace_id"), role(row)))
                .orElse(Map.of());
    }

    private static Optional<DbRow> good(DbExecute database, UUID id, Instant now) {
        return database.createNamedGet("good-api-key")
                .addParam("id", id.toString())
                .addParam("at", Columns.parameter(now))
                .execute();
    }

    private static Role role(DbRow row) {
        var own = Role.of(Columns.text(row, "role"));
        var ofMaker = Role.of(Columns.text(row, "role_of_maker"));
        return ofMaker.covers(own) ? own : ofMaker;
    }

    /** The keys that a member has made, which depend on the membership. */
    static List<UUID> ofMember(DbExecute database, UUID workspaceId, UUID userId) {
        try (var rows =
                database.createNamedQuery("api-keys-of-member")
                        .addParam("workspace_id", workspaceId.toString())
                        .addParam("user_id", userId.toString())
                        .execute()) {
            return rows.map(row -> Columns.uuid(row, "id")).toList();
        }
    }

    /** The keys of a workspace. */
    static List<UUID> ofWorkspace(DbExecute database, UUID workspaceId) {
        try (var rows =
                database.createNamedQuery("api-keys-of-workspace")
                        .addParam("workspace_id", workspaceId.toString())
                        .execute()) {
            return rows.map(row -> Columns.uuid(row, "id")).toList();
        }
    }

    private static ApiKey find(DbExecute database, UUID workspaceId, UUID id) {
        return database.createNamedGet("api-key")
                .addParam("workspace_id", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(ApiKey::of)
                .orElseThrow(ApiKeys::noKey);
    }

    private static Problem noKey() {
        return Problem.notFound("not_found", "There is no such key.");
    }
}
