package io.streamwire.service;

import io.helidon.http.Method;
import io.helidon.webserver.http.Handler;

/**
 * One route and what it needs.
 *
 * @param path as Helidon matches it, {@code {name}} is one segment, {@code /*} the rest
 * @param canonical the path below the first of its prefixes, as the documents name it
 * @param largestBody bytes, 0 = {@code http.max-body}
 */
public record Route(
        Method method,
        String path,
        String canonical,
        Permission permission,
        Handler handler,
        long largestBody)
        implements Comparable<Route> {

    /** Literal segments come before parameters, so that {@code /rules/analytics} is not an id. */
    @Override
    public int compareTo(Route other) {
        var mine = path.split("/", -1);
        var others = other.path.split("/", -1);
        for (int i = 0; i < Math.min(mine.length, others.length); i++) {
            int order = Integer.compare(vagueness(mine[i]), vagueness(others[i]));
            if (order != 0) {
                return order;
            }
        }
        // Without this, a short path would equal two that differ, and the sorting would go wrong.
        return Integer.compare(mine.length, others.length);
    }

    private static int vagueness(String segment) {
        if (segment.contains("*")) {
            return 2;
        }
        return segment.contains("{") ? 1 : 0;
    }
}
