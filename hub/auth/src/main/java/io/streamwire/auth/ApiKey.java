package io.streamwire.auth;

import io.helidon.dbclient.DbRow;
import io.streamwire.service.Columns;
import io.streamwire.service.Role;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A key with which a program calls as a workspace's.
 *
 * @param role at most this, and never more than who made it has now
 * @param prefix the beginning of the key
 * @param expiresAt null: never
 * @param lastUsedAt to the minute, null: never
 */
record ApiKey(
        UUID id,
        String name,
        Role role,
        String prefix,
        UUID createdBy,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant lastUsedAt) {

    static ApiKey of(DbRow row) {
        return new ApiKey(
                Columns.uuid(row, "id"),
                Columns.text(row, "name"),
                Role.of(Columns.text(row, "role")),
                Columns.text(row, "prefix"),
                Columns.uuid(row, "created_by"),
                Columns.instant(row, "created_at"),
                Columns.instantOrNull(row, "expires_at"),
                Columns.instantOrNull(row, "last_used_at"));
    }
}
