package io.streamwire.auth;

import io.helidon.dbclient.DbExecute;
import io.streamwire.contract.Ids;
import io.streamwire.service.Caller;
import io.streamwire.service.Columns;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what happened to accounts and workspaces, in the transaction in which it happened.
 */
final class Audit {

    private static final Logger LOG = System.getLogger(Audit.class.getName());

    /** What is written down. */
    enum Event {
        REGISTERED,
        LOGGED_IN,
        LOGIN_FAILED,
        LOGGED_OUT,
        REFRESH_TOKEN_REUSED,
        PASSWORD_CHANGED,
        WORKSPACE_CREATED,
        WORKSPACE_DELETED,
        MEMBER_ADDED,
        MEMBER_ROLE_CHANGED,
        MEMBER_REMOVED,
        KEY_CREATED,
        KEY_DELETED,
        INVITATION_CREATED,
        INVITATION_DELETED,
        INVITATION_ACCEPTED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One entry.
     *
     * @param userId who did it, null when unknown
     * @param subjectId whom it concerns, null when nobody else
     */
    record Entry(
            Event event,
            @Nullable UUID userId,
            @Nullable UUID workspaceId,
            @Nullable UUID subjectId,
            Origin origin) {

        static Entry of(Event event, @Nullable UUID userId, Origin origin) {
            return new Entry(event, userId, null, null, origin);
        }

        /** Of what somebody did in their workspace. */
        static Entry by(Caller caller, Event event, @Nullable UUID subjectId, Origin origin) {
            return new Entry(event, caller.userId(), caller.workspaceId(), subjectId, origin);
        }
    }

    private Audit() {}

    static void write(DbExecute database, Entry entry) {
        database.createNamedInsert("insert-audit")
                .addParam("id", Ids.next().toString())
                .addParam("at", Columns.parameter(Instant.now()))
                .addParam("event", entry.event().toString())
                .addParam("user_id", text(entry.userId()))
                .addParam("workspace_id", text(entry.workspaceId()))
                .addParam("subject_id", text(entry.subjectId()))
                .addParam("address", entry.origin().address())
                .addParam("trace_id", entry.origin().traceId())
                .execute();
        LOG.log(
                Level.INFO,
                "audit={0} user={1} workspace={2} subject={3} address={4} trace={5}",
                entry.event(),
                entry.userId(),
                entry.workspaceId(),
                entry.subjectId(),
                entry.origin().address(),
                entry.origin().traceId());
    }

    private static @Nullable Object text(@Nullable UUID id) {
        return id == null ? null : id.toString();
    }
}
