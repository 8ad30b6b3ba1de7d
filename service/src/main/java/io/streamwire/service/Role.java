package io.streamwire.service;

import java.util.Locale;

/** A member's role in a workspace, from the least to the most. */
public enum Role {
    VIEWER,
    MODERATOR,
    ADMIN,
    OWNER;

    /** Whether this role may do what needs another. */
    public boolean covers(Role needed) {
        return compareTo(needed) >= 0;
    }

    /** As it is written in JSON, tokens and the database: lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads what {@link #toString()} wrote.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static Role of(String text) {
        for (var role : values()) {
            if (role.toString().equals(text)) {
                return role;
            }
        }
        throw new IllegalArgumentException("not a role: " + text);
    }
}
