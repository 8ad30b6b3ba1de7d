package io.streamwire.auth;

import io.helidon.dbclient.DbTransaction;
import io.streamwire.contract.Ids;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Columns;
import io.streamwire.service.CutOffs;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import io.streamwire.service.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Sign-ins of browsers. The secret in the cookie is always a new one, made at the sign-in; it ends
 * when it is not used for a while, and in any case after a longer one.
 */
final class BrowserSessions {

    /** A use is written down at most so often. */
    private static final Duration STEP = Duration.ofMinutes(1);

    private static final UUID AFTER_ALL = new UUID(-1, -1);

    private final Database database;
    private final AccessTokens accessTokens;
    private final CutOffs cutOffs;
    private final AuthSettings settings;

    BrowserSessions(
            Database database, AccessTokens accessTokens, CutOffs cutOffs, AuthSettings settings) {
        this.database = database;
        this.accessTokens = accessTokens;
        this.cutOffs = cutOffs;
        this.settings = settings;
    }

    /**
     * A session that begins.
     *
     * @param secret for the cookie
     * @param endsAt however often it is used
     * @param life until then
     */
    record Begun(
            UUID id,
            UUID userId,
            Secret secret,
            Instant expiresAt,
            Instant endsAt,
            Duration life) {}

    /** Begins a session in a transaction. */
    Begun begin(DbTransaction transaction, UUID userId, Origin origin) {
        var now = Instant.now();
        var endsAt = now.plus(settings.sessionLife());
        var idle = now.plus(settings.sessionIdle());
        var begun =
                new Begun(
                        Ids.next(),
                        userId,
                        Secret.next(""),
                        idle.isBefore(endsAt) ? idle : endsAt,
                        endsAt,
                        settings.sessionLife());
        transaction
                .createNamedInsert("insert-browser-session")
                .addParam("id", begun.id().toString())
                .addParam("user_id", userId.toString())
                .addParam("secret_hash", begun.secret().hash())
                .addParam("address", origin.address())
                .addParam("user_agent", origin.userAgent())
                .addParam("at", Columns.parameter(now))
                .addParam("expires_at", Columns.parameter(begun.expiresAt()))
                .addParam("ends_at", Columns.parameter(endsAt))
                .execute();
        return begun;
    }

    /** Ends the session that a browser had before it signed in anew; one of another kind stays. */
    void endFormer(AccessToken former, Origin origin) {
        boolean ended =
                database.transaction(transaction -> {
                    long changed =
                            transaction
                                    .createNamedUpdate("end-browser-session")
                                    .addParam("id", former.sessionId().toString())
                                    .addParam("at", Columns.parameter(Instant.now()))
                                    .execute();
                    if (changed > 0) {
                        Audit.write(
                                transaction,
                                Audit.Entry.of(Audit.Event.LOGGED_OUT, former.userId(), origin));
                    }
                    return changed > 0;
                });
        if (ended) {
            cutOffs.cutSession(former.sessionId());
        }
    }

    /** An access token for the secret of a cookie; empty when it is none, or has ended. */
    Optional<String> exchange(Secret secret) {
        var now = Instant.now();
        var execute = database.client().execute();
        var found =
                execute.createNamedGet("session-of-cookie")
                        .addParam("secret_hash", secret.hash())
                        .addParam("at", Columns.parameter(now))
                        .execute();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var id = Columns.uuid(found.get(), "id");
        if (Columns.instant(found.get(), "last_used_at").isBefore(now.minus(STEP))) {
            execute.createNamedUpdate("use-session")
                    .addParam("id", id.toString())
                    .addParam("at", Columns.parameter(now))
                    .addParam("expires_at", Columns.parameter(now.plus(settings.sessionIdle())))
                    .execute();
        }
        var userId = Columns.uuid(found.get(), "user_id");
        return Optional.of(accessTokens.ofUser(execute, userId, id, now));
    }

    /** The sessions that a user has now, of browsers and others, the newest first. */
    List<Session> list(AccessToken token, Page page) {
        try (var rows =
                database.client()
                        .execute()
                        .createNamedQuery("sessions-of-user")
                        .addParam("user_id", token.userId().toString())
                        .addParam("at", Columns.parameter(Instant.now()))
                        .addParam("before", page.cursorId().orElse(AFTER_ALL).toString())
                        .addParam("rows", page.rows())
                        .execute()) {
            return rows.map(row -> Session.of(row, token.sessionId())).toList();
        }
    }

    /**
     * Ends one of the own sessions.
     *
     * @throws Problem 404 {@code not_found}
     */
    void end(AccessToken token, UUID sessionId, Origin origin) {
        database.transaction(transaction -> {
            long ended =
                    transaction
                            .createNamedUpdate("end-session-of-user")
                            .addParam("id", sessionId.toString())
                            .addParam("user_id", token.userId().toString())
                            .addParam("at", Columns.parameter(Instant.now()))
                            .execute();
            if (ended == 0) {
                throw Problem.notFound("not_found", "You have no such session.");
            }
            Audit.write(
                    transaction, Audit.Entry.of(Audit.Event.LOGGED_OUT, token.userId(), origin));
            return true;
        });
        cutOffs.cutSession(sessionId);
    }
}
