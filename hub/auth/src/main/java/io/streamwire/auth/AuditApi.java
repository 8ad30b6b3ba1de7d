package io.streamwire.auth;

import io.helidon.dbclient.DbRow;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Permission;
import io.streamwire.service.Routes;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** {@code /api/v1/workspaces/{id}/audit}: what was written down about a workspace. */
final class AuditApi implements Api {

    private static final UUID AFTER_ALL = new UUID(-1, -1);

    private final Database database;

    AuditApi(Database database) {
        this.database = database;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/workspaces/{workspace_id}", "/workspaces/{workspace_id}")
                .get("/audit", Permission.AUDIT_READ, this::list);
    }

    /**
     * One entry.
     *
     * @param user who did it
     * @param subject whom or what it concerns; nameless when it is no user, or a deleted one
     */
    record Entry(
            UUID id,
            Instant at,
            String event,
            Invitation.@Nullable Person user,
            Invitation.@Nullable Person subject,
            String address,
            String traceId) {

        static Entry of(DbRow row) {
            return new Entry(
                    Columns.uuid(row, "id"),
                    Columns.instant(row, "at"),
                    Columns.text(row, "event"),
                    person(row, "user"),
                    person(row, "subject"),
                    Columns.text(row, "address"),
                    Columns.text(row, "trace_id"));
        }

        private static Invitation.@Nullable Person person(DbRow row, String name) {
            var id = Columns.uuidOrNull(row, name + "_id");
            return id == null
                    ? null
                    : new Invitation.Person(id, Columns.textOrNull(row, name + "_name"));
        }
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var rows = list(Caller.of(request), page);
        Body.send(response, Listing.cut(page, rows, Entry::id));
    }

    private List<Entry> list(Caller caller, Page page) {
        try (var rows =
                database.client()
                        .execute()
                        .createNamedQuery("audit-of-workspace")
                        .addParam("workspace_id", caller.workspaceId().toString())
                        .addParam("before", page.cursorId().orElse(AFTER_ALL).toString())
                        .addParam("rows", page.rows())
                        .execute()) {
            return rows.map(Entry::of).toList();
        }
    }
}
