package io.streamwire.auth;

import io.helidon.dbclient.DbExecute;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Columns;
import io.streamwire.service.Role;
import io.streamwire.service.SigningKey;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Issues access tokens. A token's issue time is taken before its session and roles are read, a
 * cut-off's time after the change is committed. So a token of an ended session or with old roles is
 * always older than the cut-off.
 */
final class AccessTokens {

    private final SigningKey key;
    private final Duration life;

    AccessTokens(SigningKey key, Duration life) {
        this.key = key;
        this.life = life;
    }

    Duration life() {
        return life;
    }

    /**
     * A token of a user with the roles that are in the database now.
     *
     * @param issuedAt before anything that it rests on was read
     */
    String ofUser(DbExecute database, UUID userId, UUID sessionId, Instant issuedAt) {
        var roles = roles(database, userId);
        var workspaceId = roles.keySet().stream().findFirst().orElse(null);
        return key.sign(
                new AccessToken(
                        userId, sessionId, workspaceId, roles, issuedAt, issuedAt.plus(life)));
    }

    /**
     * A token of an API key.
     *
     * @param keyExpiresAt null: never
     */
    String ofKey(
            UUID keyId,
            UUID workspaceId,
            Role role,
            Instant issuedAt,
            @Nullable Instant keyExpiresAt) {
        var longest = issuedAt.plus(life);
        var expiresAt =
                keyExpiresAt != null && keyExpiresAt.isBefore(longest) ? keyExpiresAt : longest;
        return key.sign(AccessToken.ofKey(keyId, workspaceId, role, issuedAt, expiresAt));
    }

    /** The roles of a caller now. */
    static Map<UUID, Role> roles(DbExecute database, AccessToken token) {
        return token.ofKey() ? ApiKeys.roles(database, token) : roles(database, token.userId());
    }

    /** The roles of a user now, the oldest membership first. */
    static Map<UUID, Role> roles(DbExecute database, UUID userId) {
        var roles = new LinkedHashMap<UUID, Role>();
        try (var rows =
                database.createNamedQuery("roles-of-user")
                        .addParam("user_id", userId.toString())
                        .execute()) {
            rows.forEach(row ->
                    roles.put(
                            Columns.uuid(row, "workspace_id"), Role.of(Columns.text(row, "role"))));
        }
        return roles;
    }
}
