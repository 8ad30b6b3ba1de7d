package io.streamwire.auth;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.helidon.dbclient.DbRow;
import io.streamwire.service.Columns;
import io.streamwire.service.Role;
import java.time.Instant;
import java.util.UUID;

/** A user's membership in a workspace. */
record Member(
        UUID userId,
        String email,
        String displayName,
        Role role,
        Instant addedAt,
        @JsonIgnore long version) {

    static Member of(DbRow row) {
        return new Member(
                Columns.uuid(row, "user_id"),
                Columns.text(row, "email"),
                Columns.text(row, "display_name"),
                Role.of(Columns.text(row, "role")),
                Columns.instant(row, "added_at"),
                Columns.number(row, "version"));
    }
}
