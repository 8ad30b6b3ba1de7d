package io.streamwire.auth;

import io.helidon.dbclient.DbExecute;
import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbTransaction;
import io.streamwire.contract.Ids;
import io.streamwire.service.Caller;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import io.streamwire.service.Problem;
import io.streamwire.service.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Invitations into a workspace: whoever has the secret may become a member, once. It is worth
 * nothing any more when who wrote it may not invite for this role now.
 */
final class Invitations {

    /** Open invitations of one workspace. */
    static final int MOST = 100;

    private static final UUID AFTER_ALL = new UUID(-1, -1);

    private final Database database;

    Invitations(Database database) {
        this.database = database;
    }

    /** An invitation that was just written; its secret is not kept. */
    record Written(Invitation invitation, Secret secret) {}

    /**
     * What is wanted.
     *
     * @param email normalised; null: for whoever has the secret
     */
    record Wish(Role role, @Nullable String email, Duration life) {}

    /** What the secret tells. */
    record Look(
            UUID workspaceId,
            String workspaceName,
            Role role,
            @Nullable String email,
            Invitation.Person invitedBy,
            Instant expiresAt) {}

    /**
     * Writes an invitation.
     *
     * @throws Problem 403 {@code role_above_own}, 409 {@code invitation_limit}, or {@code
     *     invitation_made} when the same request wrote it
     */
    Written write(Caller caller, Wish wish, Optional<String> idempotencyKey, Origin origin) {
        var id =
                idempotencyKey
                        .map(text -> Ids.keyed(caller.workspaceId(), "invitations", text))
                        .orElseGet(Ids::next);
        var secret = Secret.next("swi_");
        var now = Instant.now();
        return database.transaction(transaction -> {
            Workspaces.requireNotAbove(Workspaces.lock(transaction, caller), wish.role());
            requireRoom(transaction, caller.workspaceId());
            long inserted =
                    transaction
                            .createNamedInsert("insert-invitation")
                            .addParam("id", id.toString())
                            .addParam("workspace_id", caller.workspaceId().toString())
                            .addParam("invited_by", caller.userId().toString())
                            .addParam("role", wish.role().toString())
                            .addParam("email", wish.email())
                            .addParam("hash", secret.hash())
                            .addParam("at", Columns.parameter(now))
                            .addParam("expires_at", Columns.parameter(now.plus(wish.life())))
                            .execute();
            if (inserted == 0) {
                throw Problem.conflict(
                        "invitation_made",
                        "This Idempotency-Key has made an invitation; its secret is shown once.");
            }
            Audit.write(
                    transaction,
                    Audit.Entry.by(caller, Audit.Event.INVITATION_CREATED, id, origin));
            return new Written(find(transaction, caller.workspaceId(), id), secret);
        });
    }

    private static void requireRoom(DbTransaction transaction, UUID workspaceId) {
        long open =
                transaction
                        .createNamedGet("count-invitations")
                        .addParam("workspace_id", workspaceId.toString())
                        .addParam("at", Columns.parameter(Instant.now()))
                        .execute()
                        .map(row -> Columns.number(row, "invitations"))
                        .orElse(0L);
        if (open >= MOST) {
            throw Problem.conflict(
                    "invitation_limit", "A workspace has at most " + MOST + " open invitations.");
        }
    }

    /** The open invitations of the caller's workspace, the newest first. */
    List<Invitation> list(Caller caller, Page page) {
        try (var rows =
                database.client()
                        .execute()
                        .createNamedQuery("invitations")
                        .addParam("workspace_id", caller.workspaceId().toString())
                        .addParam("at", Columns.parameter(Instant.now()))
                        .addParam("before", page.cursorId().orElse(AFTER_ALL).toString())
                        .addParam("rows", page.rows())
                        .execute()) {
            return rows.map(Invitation::of).toList();
        }
    }

    /**
     * Takes an invitation back.
     *
     * @throws Problem 404 {@code not_found}
     */
    void delete(Caller caller, UUID id, Origin origin) {
        database.transaction(transaction -> {
            if (!delete(transaction, caller.workspaceId(), id)) {
                throw notFound();
            }
            Audit.write(
                    transaction,
                    Audit.Entry.by(caller, Audit.Event.INVITATION_DELETED, id, origin));
            return true;
        });
    }

    /**
     * What an invitation is about.
     *
     * @throws Problem 404 {@code invitation_invalid}
     */
    Look look(Secret secret) {
        return look(open(database.client().execute(), secret));
    }

    /**
     * Makes a user a member.
     *
     * @throws Problem 403 {@code invitation_for_another}, 404 {@code invitation_invalid}, 409
     *     {@code already_member} or {@code workspace_limit}
     */
    Workspace accept(UUID userId, String email, Secret secret, Origin origin) {
        return database.transaction(
                transaction -> accept(transaction, userId, email, secret, origin));
    }

    /** The same in a transaction. */
    Workspace accept(
            DbTransaction transaction, UUID userId, String email, Secret secret, Origin origin) {
        var seen = look(open(transaction, secret));
        Workspaces.lock(transaction, seen.workspaceId());
        var row = open(transaction, secret); // under the lock
        var invitation = look(row);
        if (invitation.email() != null && !invitation.email().equals(email)) {
            throw Problem.forbidden(
                    "invitation_for_another", "This invitation is for another email address.");
        }
        var workspace =
                Workspaces.join(transaction, invitation.workspaceId(), userId, invitation.role());
        delete(transaction, invitation.workspaceId(), Columns.uuid(row, "id"));
        Audit.write(
                transaction,
                new Audit.Entry(
                        Audit.Event.INVITATION_ACCEPTED,
                        userId,
                        invitation.workspaceId(),
                        invitation.invitedBy().id(),
                        origin));
        return workspace;
    }

    private static DbRow open(DbExecute database, Secret secret) {
        return database.createNamedGet("open-invitation")
                .addParam("hash", secret.hash())
                .addParam("at", Columns.parameter(Instant.now()))
                .execute()
                .filter(Invitations::counts)
                .orElseThrow(() ->
                        Problem.notFound(
                                "invitation_invalid",
                                "The invitation was used or taken back, or has expired."));
    }

    private static boolean counts(DbRow row) {
        var inviter = Role.of(Columns.text(row, "role_of_inviter"));
        return inviter.covers(Role.ADMIN) && inviter.covers(Role.of(Columns.text(row, "role")));
    }

    private static Look look(DbRow row) {
        return new Look(
                Columns.uuid(row, "workspace_id"),
                Columns.text(row, "name"),
                Role.of(Columns.text(row, "role")),
                Columns.textOrNull(row, "email"),
                new Invitation.Person(
                        Columns.uuid(row, "invited_by"), Columns.text(row, "display_name")),
                Columns.instant(row, "expires_at"));
    }

    private static boolean delete(DbTransaction transaction, UUID workspaceId, UUID id) {
        long deleted =
                transaction
                        .createNamedDelete("delete-invitation")
                        .addParam("workspace_id", workspaceId.toString())
                        .addParam("id", id.toString())
                        .execute();
        return deleted > 0;
    }

    private static Invitation find(DbExecute database, UUID workspaceId, UUID id) {
        return database.createNamedGet("invitation")
                .addParam("workspace_id", workspaceId.toString())
                .addParam("id", id.toString())
                .execute()
                .map(Invitation::of)
                .orElseThrow(Invitations::notFound);
    }

    private static Problem notFound() {
        return Problem.notFound("not_found", "There is no such invitation.");
    }
}
