package io.streamwire.service;

import io.helidon.dbclient.DbRow;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads the columns of a row as the types used here. In SQL write {@code CAST(:id AS uuid)}, {@code
 * CAST(:body AS jsonb)}: parameters are sent as text, and {@code ::} would break a named statement.
 */
public final class Columns {

    private Columns() {}

    /** A uuid column. */
    public static UUID uuid(DbRow row, String name) {
        return row.column(name).get(UUID.class);
    }

    /** A uuid column that may be NULL. */
    public static @Nullable UUID uuidOrNull(DbRow row, String name) {
        return row.column(name).get(UUID.class);
    }

    /** A text column; jsonb too when it is selected as {@code CAST(body AS text)}. */
    public static String text(DbRow row, String name) {
        return row.column(name).get(String.class);
    }

    /** A text column that may be NULL. */
    public static @Nullable String textOrNull(DbRow row, String name) {
        return row.column(name).get(String.class);
    }

    /** An integer or bigint column. */
    public static long number(DbRow row, String name) {
        return row.column(name).get(Number.class).longValue();
    }

    /** A boolean column. */
    public static boolean flag(DbRow row, String name) {
        return row.column(name).get(Boolean.class);
    }

    /** A timestamptz column. */
    public static Instant instant(DbRow row, String name) {
        return row.column(name).get(Timestamp.class).toInstant();
    }

    /** A timestamptz column that may be NULL. */
    public static @Nullable Instant instantOrNull(DbRow row, String name) {
        Timestamp value = row.column(name).get(Timestamp.class);
        return value == null ? null : value.toInstant();
    }

    /** A time as a parameter. */
    public static OffsetDateTime parameter(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
