package io.streamwire.rules;

import java.util.Locale;

/**
 * How often a rule fires in a time that begins with the first of these times.
 *
 * @param uses 1 to {@value #MAX_USES}
 * @param withinMs {@value #MIN_MS} to {@link Cooldown#MAX_MS}
 */
record UseLimit(long uses, long withinMs, Per per) {

    static final long MAX_USES = 100_000;
    static final long MIN_MS = 1_000;

    /** Most of one rule. */
    static final int MOST = 4;

    /** Whose uses are counted together. */
    enum Per {
        ALL,
        VIEWER;

        /** Why a rule does not fire. */
        String outcome() {
            return "limit_" + this;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
