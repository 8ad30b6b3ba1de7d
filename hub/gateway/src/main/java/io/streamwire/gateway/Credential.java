package io.streamwire.gateway;

import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.streamwire.service.Credentials;
import io.streamwire.service.Problem;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a request shows to say who calls. */
sealed interface Credential {

    /** An access token, or the agent token of a board; good without asking auth. */
    record Token(String text) implements Credential {}

    /** What only auth can tell the owner of. */
    sealed interface Secret extends Credential {
        String text();
    }

    /** The cookie of a browser's session. */
    record Session(String text) implements Secret {}

    /** An API key. */
    record Key(String text) implements Secret {}

    /** A one-time ticket out of the query. */
    record Ticket(String text) implements Secret {}

    /** The parameter of the query that holds a ticket; no service gets to see it. */
    String TICKET = "ticket";

    /** What an API key begins with. */
    String KEY_PREFIX = "swk_";

    /** 256 bits in base64url. */
    Pattern SECRET = Pattern.compile("[A-Za-z0-9_-]{43}");

    Pattern COOKIE = Pattern.compile("(?:^|[;,\\s])streamwire_session=([^;,\\s]*)");

    /** Where a browser cannot send a header: the WebSocket and the event streams. */
    Pattern TAKES_TICKETS =
            Pattern.compile(
                    "/api/v1/(?:live|.+/events|livestreams/(?:.+/)?status/stream|rules/overlay)");

    /**
     * The header {@code Authorization}, else a ticket where one is taken, else the cookie.
     *
     * @throws Problem 401 {@code token_invalid} when it cannot be a good one
     */
    static Optional<Credential> of(HttpPrologue prologue, Headers headers) {
        return Credentials.bearer(headers)
                .map(Credential::bearer)
                .or(() -> ticket(prologue))
                .or(() -> cookie(headers));
    }

    private static Credential bearer(String text) {
        return text.startsWith(KEY_PREFIX)
                ? new Key(KEY_PREFIX + checked(text.substring(KEY_PREFIX.length())))
                : new Token(text);
    }

    private static Optional<Credential> ticket(HttpPrologue prologue) {
        if (!prologue.method().equals(Method.GET)
                || !TAKES_TICKETS.matcher(prologue.uriPath().rawPath()).matches()) {
            return Optional.empty();
        }
        return prologue.query().first(TICKET).asOptional().map(text -> new Ticket(checked(text)));
    }

    /** Two cookies of the same name may come from two hosts, one of which is not ours. */
    private static Optional<Credential> cookie(Headers headers) {
        var text = String.join("; ", headers.all(HeaderNames.COOKIE, List::of));
        var values = COOKIE.matcher(text).results().map(match -> match.group(1)).distinct();
        var found = values.filter(value -> !value.isEmpty()).toList();
        if (found.size() > 1) {
            throw invalid();
        }
        return found.stream().findFirst().map(value -> new Session(checked(value)));
    }

    private static String checked(String secret) {
        if (!SECRET.matcher(secret).matches()) {
            throw invalid();
        }
        return secret;
    }

    /** Says that it is none, or not any more. */
    static Problem invalid() {
        return Problem.unauthorized(
                "token_invalid", "The session, key or ticket is not valid, or has ended.");
    }
}
