package io.streamwire.auth;

import io.helidon.dbclient.DbTransaction;
import io.streamwire.contract.Ids;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Columns;
import io.streamwire.service.CutOffs;
import io.streamwire.service.Database;
import io.streamwire.service.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * Sign-ins. Each has one good refresh token at a time; a refresh replaces it. Whoever presents a
 * used one may have stolen it, or was stolen from: the whole sign-in ends.
 *
 * <pre>
 *   begin --&gt; good --refresh--&gt; used      used again: the session ends
 *                \--------------&gt; good ...  logout, password change: the session ends
 * </pre>
 */
final class Sessions {

    private static final Duration AUDIT_LIFE = Duration.ofDays(365);

    private final Database database;
    private final AccessTokens accessTokens;
    private final CutOffs cutOffs;
    private final AuthSettings settings;

    Sessions(Database database, AccessTokens accessTokens, CutOffs cutOffs, AuthSettings settings) {
        this.database = database;
        this.accessTokens = accessTokens;
        this.cutOffs = cutOffs;
        this.settings = settings;
    }

    /** What became of a refresh token. */
    private sealed interface Outcome {
        record Renewed(Grant grant) implements Outcome {}

        record Reused(UUID sessionId) implements Outcome {}

        record Unknown() implements Outcome {}
    }

    /** Begins a session in a transaction. */
    Grant begin(DbTransaction transaction, UUID userId, Origin origin) {
        var now = Instant.now();
        var sessionId = Ids.next();
        transaction
                .createNamedInsert("insert-session")
                .addParam("id", sessionId.toString())
                .addParam("user_id", userId.toString())
                .addParam("address", origin.address())
                .addParam("user_agent", origin.userAgent())
                .addParam("at", Columns.parameter(now))
                .addParam("expires_at", Columns.parameter(now.plus(settings.refreshTokenLife())))
                .execute();
        return grant(transaction, userId, sessionId, now);
    }

    /**
     * Replaces a refresh token.
     *
     * @throws Problem 401 {@code refresh_token_reused} or {@code refresh_token_invalid}
     */
    Grant refresh(String refreshToken, Origin origin) {
        var hash = new Secret(refreshToken).hash();
        var outcome = database.transaction(transaction -> refresh(transaction, hash, origin));
        return switch (outcome) {
            case Outcome.Renewed(var grant) -> grant;
            case Outcome.Reused(var sessionId) -> {
                cutOffs.cutSession(sessionId);
                throw Problem.unauthorized(
                        "refresh_token_reused",
                        "This refresh token was used before, so its session has ended. Sign in.");
            }
            case Outcome.Unknown() ->
                    throw Problem.unauthorized(
                            "refresh_token_invalid",
                            "The refresh token is not valid, has expired or was ended. Sign in.");
        };
    }

    /** Ends the session of a token. */
    void end(AccessToken token, Origin origin) {
        database.transaction(transaction -> {
            var entry = Audit.Entry.of(Audit.Event.LOGGED_OUT, token.userId(), origin);
            if (end(transaction, token.sessionId())) {
                Audit.write(transaction, entry);
            }
            return true;
        });
        cutOffs.cutSession(token.sessionId());
    }

    /** Ends every session of a user but one, in a transaction; then {@link #cut} them. */
    List<UUID> endOthers(DbTransaction transaction, UUID userId, UUID kept) {
        try (var rows =
                transaction
                        .createNamedQuery("end-other-sessions")
                        .addParam("user_id", userId.toString())
                        .addParam("kept", kept.toString())
                        .addParam("at", Columns.parameter(Instant.now()))
                        .execute()) {
            return rows.map(row -> Columns.uuid(row, "id")).toList();
        }
    }

    /** Refuses the access tokens of sessions that have ended. */
    void cut(List<UUID> sessionIds) {
        sessionIds.forEach(cutOffs::cutSession);
    }

    /** Deletes what has expired, and what was written down more than a year ago. */
    void sweep() {
        var now = Instant.now();
        var execute = database.client().execute();
        for (var statement :
                List.of(
                        "delete-expired-tickets",
                        "delete-expired-tokens",
                        "delete-expired-sessions",
                        "delete-expired-api-keys",
                        "delete-expired-invitations")) {
            execute.createNamedDelete(statement).addParam("at", Columns.parameter(now)).execute();
        }
        execute.createNamedDelete("delete-old-audit")
                .addParam("at", Columns.parameter(now.minus(AUDIT_LIFE)))
                .execute();
    }

    private Outcome refresh(DbTransaction transaction, String hash, Origin origin) {
        var now = Instant.now();
        var good =
                transaction
                        .createNamedGet("use-refresh-token")
                        .addParam("hash", hash)
                        .addParam("at", Columns.parameter(now))
                        .execute();
        if (good.isPresent()) {
            var sessionId = Columns.uuid(good.get(), "session_id");
            transaction
                    .createNamedUpdate("prolong-session")
                    .addParam("id", sessionId.toString())
                    .addParam("at", Columns.parameter(now))
                    .addParam(
                            "expires_at", Columns.parameter(now.plus(settings.refreshTokenLife())))
                    .execute();
            var userId = Columns.uuid(good.get(), "user_id");
            return new Outcome.Renewed(grant(transaction, userId, sessionId, now));
        }
        var used =
                transaction
                        .createNamedGet("session-of-used-token")
                        .addParam("hash", hash)
                        .execute();
        if (used.isEmpty()) {
            return new Outcome.Unknown();
        }
        var sessionId = Columns.uuid(used.get(), "session_id");
        var userId = Columns.uuid(used.get(), "user_id");
        end(transaction, sessionId);
        Audit.write(transaction, Audit.Entry.of(Audit.Event.REFRESH_TOKEN_REUSED, userId, origin));
        return new Outcome.Reused(sessionId);
    }

    private static boolean end(DbTransaction transaction, UUID sessionId) {
        long ended =
                transaction
                        .createNamedUpdate("end-session")
                        .addParam("id", sessionId.toString())
                        .addParam("at", Columns.parameter(Instant.now()))
                        .execute();
        return ended > 0;
    }

    private Grant grant(DbTransaction transaction, UUID userId, UUID sessionId, Instant now) {
        var refreshToken = Secret.next("swr_");
        transaction
                .createNamedInsert("insert-refresh-token")
                .addParam("hash", refreshToken.hash())
                .addParam("session_id", sessionId.toString())
                .addParam("expires_at", Columns.parameter(now.plus(settings.refreshTokenLife())))
                .execute();
        return new Grant(
                accessTokens.ofUser(transaction, userId, sessionId, now),
                refreshToken.text(),
                "Bearer",
                accessTokens.life().toSeconds());
    }
}
