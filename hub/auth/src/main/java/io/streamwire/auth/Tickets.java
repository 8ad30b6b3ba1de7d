package io.streamwire.auth;

import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbTransaction;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Tickets for where a browser cannot send a header: each is good once, and not for long. */
final class Tickets {

    private static final Duration LIFE = Duration.ofSeconds(30);

    private final Database database;
    private final AccessTokens accessTokens;
    private final ApiKeys keys;

    Tickets(Database database, AccessTokens accessTokens, ApiKeys keys) {
        this.database = database;
        this.accessTokens = accessTokens;
        this.keys = keys;
    }

    /** A ticket as it is shown once. */
    record Issued(String ticket, Instant expiresAt) {}

    /**
     * A ticket that counts as the caller does.
     *
     * @throws Problem 401 {@code token_invalid} when the caller's session or key is gone
     */
    Issued issue(AccessToken token) {
        var ticket = Secret.next("");
        var expiresAt = Instant.now().plus(LIFE);
        long inserted =
                database.client()
                        .execute()
                        .createNamedInsert(token.ofKey() ? "insert-ticket-of-key" : "insert-ticket")
                        .addParam("hash", ticket.hash())
                        .addParam("owner", token.sessionId().toString())
                        .addParam("expires_at", Columns.parameter(expiresAt))
                        .execute();
        if (inserted == 0) {
            throw Problem.unauthorized("token_invalid", "What this token is of is gone.");
        }
        return new Issued(ticket.text(), expiresAt);
    }

    /** An access token for a ticket, which is used up; empty when it is none, or not any more. */
    Optional<String> exchange(Secret ticket) {
        var now = Instant.now();
        return database.transaction(transaction ->
                transaction
                        .createNamedGet("use-ticket")
                        .addParam("hash", ticket.hash())
                        .addParam("at", Columns.parameter(now))
                        .execute()
                        .flatMap(row -> accessToken(transaction, row, now)));
    }

    private Optional<String> accessToken(DbTransaction transaction, DbRow row, Instant now) {
        var keyId = Columns.uuidOrNull(row, "key_id");
        if (keyId != null) {
            return keys.accessToken(transaction, keyId, now);
        }
        var userId = Columns.uuidOrNull(row, "user_id");
        if (userId == null) {
            return Optional.empty(); // its session has ended
        }
        var sessionId = Columns.uuid(row, "session_id");
        return Optional.of(accessTokens.ofUser(transaction, userId, sessionId, now));
    }
}
