package io.streamwire.ingest;

import io.streamwire.contract.LiveEvent;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Problem;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;

/** Where a page ends in a list of stored events, which is ordered by time and id. */
record EventPosition(Instant ts, UUID id) {

    /** Before everything. */
    static final EventPosition FIRST = new EventPosition(Instant.EPOCH, new UUID(0, 0));

    /** After everything. */
    static final EventPosition LAST =
            new EventPosition(Instant.parse("9999-12-31T23:59:59Z"), new UUID(-1, -1));

    private static final String BETWEEN = "_";

    static EventPosition of(LiveEvent event) {
        return new EventPosition(event.ts(), event.id());
    }

    /**
     * Reads the cursor of a page.
     *
     * @throws Problem 400 {@code bad_cursor}
     */
    static EventPosition of(Page page, EventPosition without) {
        if (page.cursor() == null) {
            return without;
        }
        var parts = page.cursor().split(BETWEEN, -1);
        if (parts.length != 2) {
            throw bad();
        }
        try {
            var ts = Instant.parse(parts[0]);
            if (ts.isBefore(FIRST.ts()) || ts.isAfter(LAST.ts())) {
                throw bad();
            }
            return new EventPosition(ts, Paths.uuid(parts[1]).orElseThrow(EventPosition::bad));
        } catch (DateTimeException e) {
            throw bad();
        }
    }

    private static Problem bad() {
        return Problem.badRequest("bad_cursor", "cursor must be a next_cursor of the same list.");
    }

    @Override
    public String toString() {
        return ts + BETWEEN + id;
    }
}
