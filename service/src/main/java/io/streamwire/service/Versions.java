package io.streamwire.service;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** ETag and If-Match: the version number of a row as a strong entity tag, {@code "3"}. */
public final class Versions {

    private static final Pattern TAG = Pattern.compile("\"(\\d{1,18})\"");

    private Versions() {}

    /** Names the version in the answer. */
    public static void etag(ServerResponse response, long version) {
        response.header(HeaderNames.ETAG, "\"" + version + "\"");
    }

    /**
     * The version that the request means to change.
     *
     * @throws Problem 428 {@code version_required} without If-Match, 412 {@code version_mismatch}
     *     for a tag that is none of ours
     */
    public static long required(ServerRequest request) {
        return given(request)
                .orElseThrow(() ->
                        Problem.preconditionRequired(
                                "version_required",
                                "Send If-Match with the ETag of the resource as you read"
                                        + " it."));
    }

    /** The version of the request's If-Match; empty without one, and for {@code *}. */
    public static OptionalLong given(ServerRequest request) {
        var tag = request.headers().first(HeaderNames.IF_MATCH).map(String::strip).orElse("*");
        if (tag.equals("*")) {
            return OptionalLong.empty();
        }
        var match = TAG.matcher(tag);
        if (!match.matches()) {
            throw mismatch();
        }
        return OptionalLong.of(Long.parseLong(match.group(1)));
    }

    /** The answer to a change of an older version: 412. */
    public static Problem mismatch() {
        return Problem.preconditionFailed(
                "version_mismatch", "The resource was changed since you read it.");
    }
}
