package io.streamwire.rules;

import java.util.Locale;

/** What made a version of a rule. */
enum Change {
    CREATED,
    CHANGED,
    ENABLED,
    DISABLED,
    /** Its version is the rule as it last was. */
    DELETED,
    /** An earlier version came back. */
    ROLLED_BACK,
    /** The rule came back after it was deleted. */
    RESTORED,
    IMPORTED;

    /** As in JSON and in the database. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Change of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
