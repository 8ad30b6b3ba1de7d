package io.streamwire.auth;

import io.streamwire.service.Problem;

/** Names that people give: of themselves and of workspaces. */
final class Names {

    static final int LONGEST = 120; // characters

    private Names() {}

    /**
     * The name without surrounding blanks.
     *
     * @throws Problem 422 {@code invalid_value}
     */
    static String checked(String pointer, String text) {
        var name = text.strip();
        if (name.isEmpty() || name.codePointCount(0, name.length()) > LONGEST) {
            throw Problem.invalid(pointer, "Must have 1 to " + LONGEST + " characters.");
        }
        if (name.codePoints().anyMatch(Character::isISOControl)) {
            throw Problem.invalid(pointer, "Must not contain control characters.");
        }
        return name;
    }

    /** As much of a text as a name may have. */
    static String shortened(String text) {
        int length = text.codePointCount(0, text.length());
        return text.substring(0, text.offsetByCodePoints(0, Math.min(length, LONGEST)));
    }
}
