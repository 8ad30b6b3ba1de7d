package io.streamwire.gateway;

import io.helidon.http.HttpPrologue;
import io.streamwire.service.Problem;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A path and query exactly as the client sent them, after a check that nobody can read them in two
 * ways: the path has no dot segment, empty segment, percent-encoding, backslash or path parameter.
 * No path of the API needs any of these. A ticket in the query stays here.
 */
record RequestTarget(String path, String query) {

    private static final Pattern PATH =
            Pattern.compile("(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~@:-]+)+/?");

    /**
     * What a request asks for.
     *
     * @throws Problem 400 {@code bad_target}
     */
    static RequestTarget of(HttpPrologue prologue) {
        if (prologue.fragment().hasValue()) {
            throw bad("The request has a fragment.");
        }
        var query = prologue.query().rawValue();
        return new RequestTarget(prologue.uriPath().rawPath(), withoutTicket(query));
    }

    private static String withoutTicket(String query) {
        return Arrays.stream(query.split("&", -1))
                .filter(parameter -> !name(parameter).equals(Credential.TICKET))
                .collect(Collectors.joining("&"));
    }

    private static String name(String parameter) {
        try {
            return URLDecoder.decode(parameter.split("=", 2)[0], StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw bad("The query is not percent-encoded as it should be.");
        }
    }

    /**
     * @param query without the question mark, empty for none
     * @throws Problem 400 {@code bad_target}
     */
    RequestTarget {
        if (!PATH.matcher(path).matches()) {
            throw bad("The path may only have segments of letters, digits and . _ ~ @ : -.");
        }
        try {
            var _ = new URI(path + (query.isEmpty() ? "" : "?" + query));
        } catch (URISyntaxException e) {
            throw bad("The query has a character that must be percent-encoded.");
        }
    }

    private static Problem bad(String detail) {
        return Problem.badRequest("bad_target", detail);
    }

    /** As it goes into the request line. */
    @Override
    public String toString() {
        return query.isEmpty() ? path : path + "?" + query;
    }
}
