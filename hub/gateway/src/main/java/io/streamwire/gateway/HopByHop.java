package io.streamwire.gateway;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The headers that concern one connection only and are not passed on (RFC 9110, 7.6.1). */
final class HopByHop {

    private static final Set<String> ALWAYS =
            Set.of(
                    "connection",
                    "content-length",
                    "keep-alive",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    private HopByHop() {}

    /**
     * Those of one message, in lower case.
     *
     * @param connection its {@code Connection} headers, which name more of them
     */
    static Set<String> of(List<String> connection) {
        var names = new HashSet<>(ALWAYS);
        for (var list : connection) {
            Arrays.stream(list.split(",", -1))
                    .map(name -> name.strip().toLowerCase(Locale.ROOT))
                    .forEach(names::add);
        }
        return names;
    }
}
