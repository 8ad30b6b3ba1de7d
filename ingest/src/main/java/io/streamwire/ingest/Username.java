package io.streamwire.ingest;

import io.streamwire.service.Problem;
import io.streamwire.service.Violation;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A TikTok user's @name, lower case, without the @.
 *
 * @param name 2 to 24 letters, digits, underscores and periods, no period at the end
 */
record Username(String name) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9._]{1,23}[a-z0-9_]");
    private static final Pattern URL =
            Pattern.compile(
                    "(?:https?://)?(?:www\\.|m\\.)?tiktok\\.com/@([^/?#]+)(?:/live)?/?(?:[?#].*)?");
    private static final int LONGEST = 300;

    /**
     * Reads {@code @name}, {@code name}, or the address of a profile or LIVE page.
     *
     * @throws Problem 422 {@code bad_username}
     */
    static Username of(String text) {
        var trimmed = text.strip().toLowerCase(Locale.ROOT);
        if (trimmed.length() > LONGEST) {
            throw bad();
        }
        var url = URL.matcher(trimmed);
        var name = url.matches() ? url.group(1) : trimmed.replaceFirst("^@", "");
        if (!NAME.matcher(name).matches()) {
            throw bad();
        }
        return new Username(name);
    }

    private static Problem bad() {
        var detail =
                "username must be a TikTok @name (2 to 24 letters, digits, underscores, periods) or"
                        + " the address of a profile or LIVE page.";
        return Problem.unprocessable(
                "bad_username", detail, List.of(new Violation("/username", detail)));
    }
}
