package io.streamwire.devices;

import java.sql.SQLException;

/** Why PostgreSQL refused a statement, as its five-character code. */
final class SqlState {

    static final String UNIQUE_VIOLATION = "23505";

    private SqlState() {}

    /** The code of a failure; empty when PostgreSQL did not answer. */
    static String of(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState();
            }
        }
        return "";
    }

    /** Whether the same data will be refused again: class 22 = bad values, 23 = constraints. */
    static boolean isLasting(Throwable failure) {
        var code = of(failure);
        return code.startsWith("22") || code.startsWith("23");
    }
}
