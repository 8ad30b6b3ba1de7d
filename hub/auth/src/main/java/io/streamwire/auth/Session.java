package io.streamwire.auth;

import io.helidon.dbclient.DbRow;
import io.streamwire.service.Columns;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/**
 * A sign-in as its user sees it.
 *
 * @param address where it began
 * @param current whether it is the one that asks
 */
record Session(
        UUID id,
        Kind kind,
        Instant createdAt,
        Instant lastUsedAt,
        Instant expiresAt,
        String address,
        String userAgent,
        boolean current) {

    /** What holds it: a cookie, or tokens. */
    enum Kind {
        BROWSER,
        TOKENS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Session of(DbRow row, UUID current) {
        var id = Columns.uuid(row, "id");
        return new Session(
                id,
                Columns.flag(row, "browser") ? Kind.BROWSER : Kind.TOKENS,
                Columns.instant(row, "created_at"),
                Columns.instant(row, "last_used_at"),
                Columns.instant(row, "expires_at"),
                Columns.text(row, "address"),
                Columns.text(row, "user_agent"),
                id.equals(current));
    }
}
