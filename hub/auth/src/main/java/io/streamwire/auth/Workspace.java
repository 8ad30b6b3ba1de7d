package io.streamwire.auth;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.helidon.dbclient.DbRow;
import io.streamwire.service.Columns;
import io.streamwire.service.Role;
import java.time.Instant;
import java.util.UUID;

/**
 * A workspace as one of its members sees it.
 *
 * @param role the member's
 */
record Workspace(UUID id, String name, Role role, Instant createdAt, @JsonIgnore long version) {

    static Workspace of(DbRow row) {
        return new Workspace(
                Columns.uuid(row, "id"),
                Columns.text(row, "name"),
                Role.of(Columns.text(row, "role")),
                Columns.instant(row, "created_at"),
                Columns.number(row, "version"));
    }
}
