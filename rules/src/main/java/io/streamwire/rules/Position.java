package io.streamwire.rules;

import io.streamwire.service.Page;
import io.streamwire.service.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;

/** Where a page ends in a list that is ordered by time and id. */
record Position(Instant at, UUID id) {

    private static final Pattern FORMAT = Pattern.compile("([0-9T:.Z-]{20,27})_([0-9a-f-]{36})");

    /** Before everything. */
    static final Position FIRST = new Position(Instant.EPOCH, new UUID(0, 0));

    /** After everything. */
    static final Position LAST =
            new Position(Instant.parse("9999-12-31T23:59:59Z"), new UUID(-1, -1));

    /**
     * Reads the cursor of a page.
     *
     * @throws Problem 400 {@code bad_cursor}
     */
    static Position of(Page page, Position without) {
        if (page.cursor() == null) {
            return without;
        }
        var match = FORMAT.matcher(page.cursor());
        if (!match.matches()) {
            throw bad();
        }
        try {
            return new Position(Instant.parse(match.group(1)), UUID.fromString(match.group(2)));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw bad();
        }
    }

    private static Problem bad() {
        return Problem.badRequest("bad_cursor", "cursor must be a next_cursor of the same list.");
    }

    @Override
    public String toString() {
        return at + "_" + id;
    }
}
