package io.streamwire.rules;

import io.helidon.dbclient.DbStatement;
import io.helidon.webserver.http.ServerRequest;
import io.streamwire.service.Paths;
import io.streamwire.service.Problem;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which rules of a workspace are meant; what is absent does not matter.
 *
 * @param livestreamId rules for this livestream only
 */
record RuleFilter(
        @Nullable String folder,
        @Nullable String tag,
        @Nullable UUID livestreamId,
        @Nullable Boolean enabled) {

    static final RuleFilter ALL = new RuleFilter(null, null, null, null);

    /**
     * Reads {@code ?folder=&tag=&livestream_id=&enabled=}.
     *
     * @throws Problem 400 {@code bad_filter}
     */
    static RuleFilter of(ServerRequest request) {
        return new RuleFilter(
                text(request, "folder", RuleJson.MAX_FOLDER_LENGTH),
                text(request, "tag", RuleJson.MAX_TAG_LENGTH),
                livestream(query(request, "livestream_id")),
                flag(request, "enabled"));
    }

    /**
     * A query parameter that is true or false.
     *
     * @throws Problem 400 {@code bad_filter}
     */
    static @Nullable Boolean flag(ServerRequest request, String name) {
        return switch (query(request, name)) {
            case "" -> null;
            case "true" -> true;
            case "false" -> false;
            default -> throw Problem.badRequest("bad_filter", name + " must be true or false.");
        };
    }

    private static @Nullable String text(ServerRequest request, String name, int longest) {
        var text = query(request, name);
        if (text.codePointCount(0, text.length()) > longest || text.indexOf('\0') >= 0) {
            throw Problem.badRequest(
                    "bad_filter", "%s must be 1 to %d characters.".formatted(name, longest));
        }
        return text.isEmpty() ? null : text;
    }

    private static @Nullable UUID livestream(String text) {
        if (text.isEmpty()) {
            return null;
        }
        return Paths.uuid(text)
                .orElseThrow(
                        () -> Problem.badRequest("bad_filter", "livestream_id must be a UUID."));
    }

    private static String query(ServerRequest request, String name) {
        return request.query().first(name).orElse("");
    }

    /** Fills in {@code :folder}, {@code :tag}, {@code :livestream} and {@code :enabled}. */
    <S extends DbStatement<S>> S applyTo(S statement) {
        return statement
                .addParam("folder", folder == null ? "" : folder)
                .addParam("tag", tag == null ? "" : tag)
                .addParam("livestream", livestreamId == null ? "" : livestreamId.toString())
                .addParam("enabled", enabled == null ? "" : enabled.toString());
    }
}
