package io.streamwire.auth;

import io.helidon.dbclient.DbExecute;
import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbTransaction;
import io.streamwire.contract.Ids;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import io.streamwire.service.Problem;
import io.streamwire.service.Versions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;

/** People's accounts: how they come to be, who may sign in to them, and what they hold. */
final class Accounts {

    private final Database database;
    private final Passwords passwords;
    private final LoginThrottle throttle;
    private final Workspaces workspaces;
    private final Sessions sessions;
    private final Invitations invitations;
    private final AuthSettings.Registration registration;

    Accounts(
            Database database,
            Passwords passwords,
            LoginThrottle throttle,
            Workspaces workspaces,
            Sessions sessions,
            Invitations invitations,
            AuthSettings.Registration registration) {
        this.database = database;
        this.passwords = passwords;
        this.throttle = throttle;
        this.workspaces = workspaces;
        this.sessions = sessions;
        this.invitations = invitations;
        this.registration = registration;
    }

    /**
     * A new account, the workspace that comes with it, and its first session.
     *
     * @param joined the workspace that it was invited to
     */
    record Registered(User user, Workspace workspace, Optional<Workspace> joined, Grant grant) {}

    /** An account and the workspaces that it is a member of. */
    record Profile(User user, List<Workspace> workspaces) {}

    /**
     * Makes an account with a workspace of its own.
     *
     * @param email normalised
     * @param invitation the secret of one, which is accepted
     * @throws Problem 403 {@code registration_closed}, {@code invitation_needed} or {@code
     *     invitation_for_another}, 404 {@code invitation_invalid}, 409 {@code email_taken}, 429
     */
    Registered register(
            String email,
            String password,
            String displayName,
            Optional<Secret> invitation,
            Origin origin) {
        requireOpen(invitation.isPresent());
        throttle.count(origin);
        invitation.ifPresent(invitations::look); // before the costly hash
        var passwordHash = passwords.hash(password);
        var userId = Ids.next();
        return database.transaction(transaction -> {
            long inserted =
                    transaction
                            .createNamedInsert("insert-user")
                            .addParam("id", userId.toString())
                            .addParam("email", email)
                            .addParam("display_name", displayName)
                            .addParam("password_hash", passwordHash)
                            .addParam("at", Columns.parameter(Instant.now()))
                            .execute();
            if (inserted == 0) {
                throw Problem.conflict(
                        "email_taken", "There is an account with this email address.");
            }
            Audit.write(transaction, Audit.Entry.of(Audit.Event.REGISTERED, userId, origin));
            var name = Names.shortened(displayName + "'s workspace");
            var workspace = workspaces.create(transaction, Ids.next(), userId, name, origin);
            var joined =
                    invitation.map(secret ->
                            invitations.accept(transaction, userId, email, secret, origin));
            var grant = sessions.begin(transaction, userId, origin);
            return new Registered(find(transaction, userId), workspace, joined, grant);
        });
    }

    private void requireOpen(boolean invited) {
        if (registration == AuthSettings.Registration.CLOSED) {
            throw Problem.forbidden("registration_closed", "Nobody can register here.");
        }
        if (registration == AuthSettings.Registration.INVITE && !invited) {
            throw Problem.forbidden("invitation_needed", "Only who is invited can register here.");
        }
    }

    /**
     * Begins a session for who knows the password.
     *
     * @throws Problem 401 {@code login_failed}, the same for an unknown email and a wrong password;
     *     429 {@code too_many_attempts}
     */
    Grant login(String email, String password, Origin origin) {
        return login(
                email,
                password,
                origin,
                (transaction, userId) -> sessions.begin(transaction, userId, origin));
    }

    /** The same for a session of another kind. */
    <T> T login(
            String email,
            String password,
            Origin origin,
            BiFunction<DbTransaction, UUID, T> begin) {
        throttle.count(origin, email);
        var row = row(email);
        var hash = row.map(found -> Columns.text(found, "password_hash")).orElse(null);
        boolean known = passwords.matches(password, hash);
        if (row.isEmpty() || !known) {
            var userId = row.map(found -> Columns.uuid(found, "id")).orElse(null);
            Audit.write(
                    database.client().execute(),
                    Audit.Entry.of(Audit.Event.LOGIN_FAILED, userId, origin));
            throw loginFailed();
        }
        var userId = Columns.uuid(row.get(), "id");
        return database.transaction(transaction -> {
            requireStill(transaction, userId, String.valueOf(hash));
            Audit.write(transaction, Audit.Entry.of(Audit.Event.LOGGED_IN, userId, origin));
            return begin.apply(transaction, userId);
        });
    }

    /**
     * Keeps the password from changing until the session has begun, so that the change ends it, and
     * refuses the former one.
     */
    private static void requireStill(DbTransaction transaction, UUID userId, String passwordHash) {
        var same =
                transaction
                        .createNamedGet("hold-password")
                        .addParam("id", userId.toString())
                        .addParam("password_hash", passwordHash)
                        .execute();
        if (same.isEmpty()) {
            throw loginFailed();
        }
    }

    private static Problem loginFailed() {
        return Problem.unauthorized("login_failed", "The email or the password is wrong.");
    }

    /** A user and what the user belongs to. */
    Profile profile(UUID userId) {
        return database.transaction(transaction ->
                new Profile(
                        find(transaction, userId),
                        Workspaces.list(transaction, userId, new Page(Page.MOST, null))));
    }

    /**
     * Renames a user.
     *
     * @throws Problem 412 {@code version_mismatch}
     */
    void rename(UUID userId, String displayName, long version) {
        long renamed =
                database.client()
                        .execute()
                        .createNamedUpdate("rename-user")
                        .addParam("id", userId.toString())
                        .addParam("display_name", displayName)
                        .addParam("version", version)
                        .execute();
        if (renamed == 0) {
            throw Versions.mismatch();
        }
    }

    /**
     * Changes the password of who knows the present one, and ends the other sessions.
     *
     * @throws Problem 403 {@code wrong_password}, 429 {@code too_many_attempts}
     */
    void changePassword(AccessToken token, String current, String next, Origin origin) {
        var row = row(token.userId()).orElseThrow(Accounts::gone);
        throttle.count(origin, Columns.text(row, "email"));
        var currentHash = Columns.text(row, "password_hash");
        if (!passwords.matches(current, currentHash)) {
            throw Problem.forbidden("wrong_password", "The current password is wrong.");
        }
        var nextHash = passwords.hash(next);
        var ended =
                database.transaction(transaction -> {
                    long changed =
                            transaction
                                    .createNamedUpdate("change-password")
                                    .addParam("id", token.userId().toString())
                                    .addParam("password_hash", nextHash)
                                    .addParam("old_hash", currentHash)
                                    .execute();
                    if (changed == 0) {
                        throw Problem.conflict(
                                "password_changed", "It was changed at the same time.");
                    }
                    Audit.write(
                            transaction,
                            Audit.Entry.of(Audit.Event.PASSWORD_CHANGED, token.userId(), origin));
                    return sessions.endOthers(transaction, token.userId(), token.sessionId());
                });
        sessions.cut(ended);
    }

    private static User find(DbExecute database, UUID userId) {
        return database.createNamedGet("user-by-id")
                .addParam("id", userId.toString())
                .execute()
                .map(User::of)
                .orElseThrow(Accounts::gone);
    }

    private Optional<DbRow> row(UUID userId) {
        return database.client()
                .execute()
                .createNamedGet("user-by-id")
                .addParam("id", userId.toString())
                .execute();
    }

    private Optional<DbRow> row(String email) {
        return database.client()
                .execute()
                .createNamedGet("user-by-email")
                .addParam("email", email)
                .execute();
    }

    private static Problem gone() {
        return Problem.unauthorized("token_invalid", "The user of this access token is gone.");
    }
}
