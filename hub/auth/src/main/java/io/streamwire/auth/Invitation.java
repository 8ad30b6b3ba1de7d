package io.streamwire.auth;

import io.helidon.dbclient.DbRow;
import io.streamwire.service.Columns;
import io.streamwire.service.Role;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An invitation that nobody has accepted yet.
 *
 * @param email whose account may accept it, null: any
 */
record Invitation(
        UUID id,
        Role role,
        @Nullable String email,
        Person invitedBy,
        Instant createdAt,
        Instant expiresAt) {

    /** Who did something, as others see it. */
    record Person(UUID id, @Nullable String displayName) {}

    static Invitation of(DbRow row) {
        return new Invitation(
                Columns.uuid(row, "id"),
                Role.of(Columns.text(row, "role")),
                Columns.textOrNull(row, "email"),
                new Person(Columns.uuid(row, "invited_by"), Columns.text(row, "display_name")),
                Columns.instant(row, "created_at"),
                Columns.instant(row, "expires_at"));
    }
}
