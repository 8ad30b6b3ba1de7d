package io.streamwire.auth;

import io.helidon.dbclient.DbExecute;
import io.helidon.dbclient.DbTransaction;
import io.streamwire.bus.Bus;
import io.streamwire.contract.Ids;
import io.streamwire.service.Caller;
import io.streamwire.service.Columns;
import io.streamwire.service.CutOffs;
import io.streamwire.service.Database;
import io.streamwire.service.DeletedWorkspaces;
import io.streamwire.service.Page;
import io.streamwire.service.Problem;
import io.streamwire.service.Role;
import io.streamwire.service.Versions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Workspaces and who belongs to them. Every change of members holds the lock of the workspace's
 * row, so that there is always an owner, and checks the caller's role again under it. Nobody gives,
 * changes or takes a role above the own one.
 */
final class Workspaces {

    /** How many workspaces a user may be a member of: their roles fit into an access token. */
    static final int MOST = 50;

    private final Database database;
    private final Bus bus;
    private final CutOffs cutOffs;

    Workspaces(Database database, Bus bus, CutOffs cutOffs) {
        this.database = database;
        this.bus = bus;
        this.cutOffs = cutOffs;
    }

    /**
     * Makes a workspace; its maker is the owner. The same key of the same user makes it once.
     *
     * @throws Problem 409 {@code workspace_limit}
     */
    Workspace create(UUID userId, String name, Optional<String> key, Origin origin) {
        var id = key.map(text -> Ids.keyed(userId, "workspaces", text)).orElseGet(Ids::next);
        return database.transaction(transaction -> create(transaction, id, userId, name, origin));
    }

    Workspace create(DbTransaction transaction, UUID id, UUID userId, String name, Origin origin) {
        long inserted =
                transaction
                        .createNamedInsert("insert-workspace")
                        .addParam("id", id.toString())
                        .addParam("name", name)
                        .addParam("at", Columns.parameter(Instant.now()))
                        .execute();
        if (inserted > 0) {
            requireRoom(transaction, userId);
            insert(transaction, id, userId, Role.OWNER);
            Audit.write(
                    transaction,
                    new Audit.Entry(Audit.Event.WORKSPACE_CREATED, userId, id, null, origin));
        }
        return find(transaction, id, userId);
    }

    /** The workspaces of a user, by id. */
    List<Workspace> list(UUID userId, Page page) {
        return list(database.client().execute(), userId, page);
    }

    static List<Workspace> list(DbExecute database, UUID userId, Page page) {
        try (var rows =
                database.createNamedQuery("workspaces-of-user")
                        .addParam("user_id", userId.toString())
                        .addParam("after", after(page))
                        .addParam("rows", page.rows())
                        .execute()) {
            return rows.map(Workspace::of).toList();
        }
    }

    /** The caller's workspace. */
    Workspace find(Caller caller) {
        return database.client()
                .execute()
                .createNamedGet("workspace")
                .addParam("id", caller.workspaceId().toString())
                .addParam("role", caller.role().toString())
                .execute()
                .map(Workspace::of)
                .orElseThrow(Workspaces::noWorkspace);
    }

    /**
     * Renames a workspace.
     *
     * @throws Problem 412 {@code version_mismatch}
     */
    Workspace rename(Caller caller, String name, long version) {
        return database.transaction(transaction -> {
            long renamed =
                    transaction
                            .createNamedUpdate("rename-workspace")
                            .addParam("id", caller.workspaceId().toString())
                            .addParam("name", name)
                            .addParam("version", version)
                            .execute();
            if (renamed == 0) {
                throw Versions.mismatch();
            }
            return find(transaction, caller.workspaceId(), caller.userId());
        });
    }

    /**
     * Deletes a workspace; its members lose their access at once, its devices are disarmed. While
     * Redis is away nothing is deleted, since nobody could stop the devices afterwards.
     *
     * @throws Problem 412 {@code version_mismatch}
     */
    void delete(Caller caller, OptionalLong version, Origin origin) {
        var lost =
                database.transaction(transaction -> {
                    lock(transaction, caller);
                    var workspace = find(transaction, caller.workspaceId(), caller.userId());
                    requireVersion(version, workspace.version());
                    var ids =
                            new Lost(
                                    memberIds(transaction, caller.workspaceId()),
                                    ApiKeys.ofWorkspace(transaction, caller.workspaceId()));
                    transaction
                            .createNamedDelete("delete-workspace")
                            .addParam("id", caller.workspaceId().toString())
                            .execute();
                    audit(transaction, Audit.Event.WORKSPACE_DELETED, caller, null, origin);
                    DeletedWorkspaces.add(bus, caller.workspaceId());
                    return ids;
                });
        cut(lost);
    }

    /** Who has lost access or changed it. */
    private record Lost(List<UUID> users, List<UUID> keys) {}

    /** Ends the access tokens from before the change; the keys' too, which depend on a member. */
    private void cut(Lost lost) {
        lost.users().forEach(cutOffs::cutUser);
        lost.keys().forEach(cutOffs::cutSession);
    }

    /** The members of the caller's workspace, by id. */
    List<Member> members(Caller caller, Page page) {
        try (var rows =
                database.client()
                        .execute()
                        .createNamedQuery("members")
                        .addParam("workspace_id", caller.workspaceId().toString())
                        .addParam("after", after(page))
                        .addParam("rows", page.rows())
                        .execute()) {
            return rows.map(Member::of).toList();
        }
    }

    /**
     * One member.
     *
     * @throws Problem 404 {@code not_found}
     */
    Member member(Caller caller, UUID userId) {
        return member(database.client().execute(), caller.workspaceId(), userId)
                .orElseThrow(Workspaces::noMember);
    }

    /**
     * Adds a user who has an account.
     *
     * @param email normalised
     * @param repeated whether the request may be a repetition, which answers what is there
     * @throws Problem 403 {@code role_above_own}, 404 {@code user_not_found}, 409 {@code
     *     already_member} or {@code workspace_limit}
     */
    Member add(Caller caller, String email, Role role, boolean repeated, Origin origin) {
        return database.transaction(transaction -> {
            requireNotAbove(lock(transaction, caller), role);
            var user =
                    transaction
                            .createNamedGet("user-by-email")
                            .addParam("email", email)
                            .execute()
                            .map(User::of)
                            .orElseThrow(() ->
                                    Problem.notFound(
                                            "user_not_found",
                                            "Nobody has an account with this email" + " address."));
            var present = member(transaction, caller.workspaceId(), user.id());
            if (present.isPresent() && repeated && present.get().role() == role) {
                return present.get();
            }
            if (present.isPresent()) {
                throw alreadyMember();
            }
            requireRoom(transaction, user.id());
            insert(transaction, caller.workspaceId(), user.id(), role);
            audit(transaction, Audit.Event.MEMBER_ADDED, caller, user.id(), origin);
            return member(transaction, caller.workspaceId(), user.id())
                    .orElseThrow(Workspaces::noMember);
        });
    }

    /**
     * Changes a member's role; the member's access tokens end.
     *
     * @throws Problem 403 {@code role_above_own}, 404 {@code not_found}, 409 {@code last_owner},
     *     412 {@code version_mismatch}
     */
    Member changeRole(Caller caller, UUID userId, Role role, long version, Origin origin) {
        var keys = new ArrayList<UUID>();
        var changed =
                database.transaction(transaction -> {
                    var own = lock(transaction, caller);
                    keys.addAll(ApiKeys.ofMember(transaction, caller.workspaceId(), userId));
                    var member =
                            member(transaction, caller.workspaceId(), userId)
                                    .orElseThrow(Workspaces::noMember);
                    requireVersion(OptionalLong.of(version), member.version());
                    requireNotAbove(own, role);
                    requireNotAbove(own, member.role());
                    if (role != Role.OWNER) {
                        requireAnotherOwner(transaction, member, caller.workspaceId());
                    }
                    transaction
                            .createNamedUpdate("change-role")
                            .addParam("workspace_id", caller.workspaceId().toString())
                            .addParam("user_id", userId.toString())
                            .addParam("role", role.toString())
                            .addParam("version", version)
                            .execute();
                    audit(transaction, Audit.Event.MEMBER_ROLE_CHANGED, caller, userId, origin);
                    return member(transaction, caller.workspaceId(), userId)
                            .orElseThrow(Workspaces::noMember);
                });
        cut(new Lost(List.of(userId), keys));
        return changed;
    }

    /**
     * Removes a member, or lets the caller leave; the member's access tokens end.
     *
     * @throws Problem 403 {@code role_too_low} or {@code role_above_own}, 404 {@code not_found},
     *     409 {@code last_owner}, 412 {@code version_mismatch}
     */
    void remove(Caller caller, UUID userId, OptionalLong version, Origin origin) {
        var keys = new ArrayList<UUID>();
        database.transaction(transaction -> {
            var own = lock(transaction, caller);
            keys.addAll(ApiKeys.ofMember(transaction, caller.workspaceId(), userId));
            var member =
                    member(transaction, caller.workspaceId(), userId)
                            .orElseThrow(Workspaces::noMember);
            requireVersion(version, member.version());
            if (!userId.equals(caller.userId())) {
                if (!own.covers(Role.ADMIN)) {
                    throw Problem.forbidden(
                            "role_too_low", "Only admins remove others from a workspace.");
                }
                requireNotAbove(own, member.role());
            }
            requireAnotherOwner(transaction, member, caller.workspaceId());
            transaction
                    .createNamedDelete("delete-member")
                    .addParam("workspace_id", caller.workspaceId().toString())
                    .addParam("user_id", userId.toString())
                    .execute();
            audit(transaction, Audit.Event.MEMBER_REMOVED, caller, userId, origin);
            return true;
        });
        cut(new Lost(List.of(userId), keys));
    }

    /** Locks the workspace and tells the caller's role in it under the lock. */
    static Role lock(DbTransaction transaction, Caller caller) {
        lock(transaction, caller.workspaceId());
        return find(transaction, caller.workspaceId(), caller.userId()).role();
    }

    static void lock(DbTransaction transaction, UUID workspaceId) {
        transaction
                .createNamedGet("lock-workspace")
                .addParam("id", workspaceId.toString())
                .execute();
    }

    /**
     * Makes a user a member of a workspace that is locked.
     *
     * @throws Problem 409 {@code already_member} or {@code workspace_limit}
     */
    static Workspace join(DbTransaction transaction, UUID workspaceId, UUID userId, Role role) {
        if (member(transaction, workspaceId, userId).isPresent()) {
            throw alreadyMember();
        }
        requireRoom(transaction, userId);
        insert(transaction, workspaceId, userId, role);
        return find(transaction, workspaceId, userId);
    }

    private static Problem alreadyMember() {
        return Problem.conflict("already_member", "This user is a member already.");
    }

    static void requireNotAbove(Role own, Role role) {
        if (!own.covers(role)) {
            throw Problem.forbidden(
                    "role_above_own", "Your role " + own + " does not reach " + role + ".");
        }
    }

    private static void requireVersion(OptionalLong given, long present) {
        if (given.isPresent() && given.getAsLong() != present) {
            throw Versions.mismatch();
        }
    }

    private static void requireAnotherOwner(
            DbTransaction transaction, Member member, UUID workspaceId) {
        if (member.role() != Role.OWNER) {
            return;
        }
        long owners =
                transaction
                        .createNamedGet("count-owners")
                        .addParam("workspace_id", workspaceId.toString())
                        .execute()
                        .map(row -> Columns.number(row, "owners"))
                        .orElse(0L);
        if (owners < 2) {
            throw Problem.conflict(
                    "last_owner", "A workspace keeps one owner: make somebody else one first.");
        }
    }

    /** Locks the user's row, so that two additions at once do not pass the limit. */
    private static void requireRoom(DbTransaction transaction, UUID userId) {
        transaction.createNamedGet("lock-user").addParam("id", userId.toString()).execute();
        long workspaces =
                transaction
                        .createNamedGet("count-workspaces")
                        .addParam("user_id", userId.toString())
                        .execute()
                        .map(row -> Columns.number(row, "workspaces"))
                        .orElse(0L);
        if (workspaces >= MOST) {
            throw Problem.conflict(
                    "workspace_limit", "A user is a member of at most " + MOST + " workspaces.");
        }
    }

    private static void insert(
            DbTransaction transaction, UUID workspaceId, UUID userId, Role role) {
        transaction
                .createNamedInsert("insert-member")
                .addParam("workspace_id", workspaceId.toString())
                .addParam("user_id", userId.toString())
                .addParam("role", role.toString())
                .addParam("at", Columns.parameter(Instant.now()))
                .execute();
    }

    private static Workspace find(DbExecute database, UUID id, UUID userId) {
        return database.createNamedGet("workspace-of-user")
                .addParam("id", id.toString())
                .addParam("user_id", userId.toString())
                .execute()
                .map(Workspace::of)
                .orElseThrow(Workspaces::noWorkspace);
    }

    private static Optional<Member> member(DbExecute database, UUID workspaceId, UUID userId) {
        return database.createNamedGet("member")
                .addParam("workspace_id", workspaceId.toString())
                .addParam("user_id", userId.toString())
                .execute()
                .map(Member::of);
    }

    private static List<UUID> memberIds(DbExecute database, UUID workspaceId) {
        try (var rows =
                database.createNamedQuery("member-ids")
                        .addParam("workspace_id", workspaceId.toString())
                        .execute()) {
            return rows.map(row -> Columns.uuid(row, "user_id")).toList();
        }
    }

    private static void audit(
            DbTransaction transaction,
            Audit.Event event,
            Caller caller,
            @Nullable UUID subjectId,
            Origin origin) {
        Audit.write(transaction, Audit.Entry.by(caller, event, subjectId, origin));
    }

    private static String after(Page page) {
        return page.cursorId().orElse(new UUID(0, 0)).toString();
    }

    private static Problem noWorkspace() {
        return Problem.notFound("not_found", "There is no such workspace.");
    }

    private static Problem noMember() {
        return Problem.notFound("not_found", "There is no such member.");
    }
}
