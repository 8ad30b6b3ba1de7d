package io.streamwire.service;

import io.helidon.webserver.http.ServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list a request asks for: {@code ?limit=&cursor=}.
 *
 * @param limit 1 to 200, default 50
 * @param cursor where to go on, as it was given to {@link Listing#cut}; null for the beginning
 */
public record Page(int limit, @Nullable String cursor) {

    /** The largest limit. */
    public static final int MOST = 200;

    private static final int DEFAULT = 50;
    private static final int LONGEST_CURSOR = 512;

    public Page {
        if (limit < 1 || limit > MOST) {
            throw Problem.badRequest("bad_limit", "limit must be 1 to " + MOST + ".");
        }
    }

    /**
     * Reads the query.
     *
     * @throws Problem 400 {@code bad_limit} or {@code bad_cursor}
     */
    public static Page of(ServerRequest request) {
        var query = request.query();
        int limit = query.first("limit").asOptional().map(Page::limit).orElse(DEFAULT);
        return new Page(limit, query.first("cursor").asOptional().map(Page::decoded).orElse(null));
    }

    /** How many rows to read: one more than is shown tells whether there is a next page. */
    public int rows() {
        return limit + 1;
    }

    /**
     * The cursor of a list that is ordered by id.
     *
     * @throws Problem 400 {@code bad_cursor} when it is no id
     */
    public Optional<UUID> cursorId() {
        if (cursor == null) {
            return Optional.empty();
        }
        var id = Paths.uuid(cursor);
        if (id.isEmpty()) {
            throw badCursor();
        }
        return id;
    }

    static String encoded(String position) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(position.getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String cursor) {
        if (cursor.length() > LONGEST_CURSOR) {
            throw badCursor();
        }
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw badCursor();
        }
    }

    private static int limit(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static Problem badCursor() {
        return Problem.badRequest("bad_cursor", "cursor must be a next_cursor of the same list.");
    }
}
