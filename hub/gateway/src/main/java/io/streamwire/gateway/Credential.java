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

    /** Nothing. */
    record None() implements Credential {}

    /** One or more of which only auth can tell the owner; several only of cookies. */
    record Secrets(List<Secret> all) implements Credential {
        public Secrets {
            all = List.copyOf(all);
        }
    }

    /** What only auth can tell the owner of. */
    sealed interface Secret {
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

    /** Over https the name has a prefix that keeps other hosts from setting it (RFC 6265bis). */
    Pattern COOKIE = Pattern.compile("(?:^|[;,\\s])(__Host-)?streamwire_session=([^;,\\s]+)");

    /** Most cookies of the name that are tried. */
    int MOST_COOKIES = 4;

    /** Where a browser cannot send a header: the WebSocket and the event streams. */
    Pattern TAKES_TICKETS =
            Pattern.compile(
                    "/api/v1/(?:live|.+/events|livestreams/(?:.+/)?status/stream|rules/overlay)");

    /**
     * The header {@code Authorization}, else a ticket where one is taken, else the cookie.
     *
     * @throws Problem 401 {@code token_invalid} when it cannot be a good one
     */
    static Credential of(HttpPrologue prologue, Headers headers) {
        return Credentials.bearer(headers)
                .map(Credential::bearer)
                .or(() -> ticket(prologue))
                .orElseGet(() -> cookies(headers));
    }

    private static Credential bearer(String text) {
        return text.startsWith(KEY_PREFIX)
                ? one(new Key(KEY_PREFIX + checked(text.substring(KEY_PREFIX.length()))))
                : new Token(text);
    }

    private static Credential one(Secret secret) {
        return new Secrets(List.of(secret));
    }

    private static Optional<Credential> ticket(HttpPrologue prologue) {
        if (!prologue.method().equals(Method.GET)
                || !TAKES_TICKETS.matcher(prologue.uriPath().rawPath()).matches()) {
            return Optional.empty();
        }
        return prologue.query()
                .first(TICKET)
                .asOptional()
                .map(text -> one(new Ticket(checked(text))));
    }

    /** Two cookies of the same name may come from two hosts, one of which is not ours. */
    private static Credential cookies(Headers headers) {
        var text = String.join("; ", headers.all(HeaderNames.COOKIE, List::of));
        var found = COOKIE.matcher(text).results().toList();
        if (found.isEmpty()) {
            return new None();
        }
        boolean ours = found.stream().anyMatch(match -> match.group(1) != null);
        var sessions =
                found.stream()
                        .filter(match -> !ours || match.group(1) != null)
                        .map(match -> match.group(2))
                        .filter(SECRET.asMatchPredicate())
                        .distinct()
                        .limit(MOST_COOKIES)
                        .<Secret>map(Session::new)
                        .toList();
        if (sessions.isEmpty()) {
            throw invalid();
        }
        return new Secrets(sessions);
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
