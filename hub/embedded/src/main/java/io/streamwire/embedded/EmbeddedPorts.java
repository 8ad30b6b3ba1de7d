package io.streamwire.embedded;

/**
 * The loopback ports of the two servers.
 *
 * @param postgres 0..65535, 0 is any free one
 * @param redis 0..65535, 0 is any free one
 */
public record EmbeddedPorts(int postgres, int redis) {

    /** Any free port for both, another one at each start. */
    public static final EmbeddedPorts ANY_FREE = new EmbeddedPorts(0, 0);

    public EmbeddedPorts {
        check("embedded.postgres-port", postgres);
        check("embedded.redis-port", redis);
    }

    private static void check(String setting, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(setting + " must be 0..65535, not " + port);
        }
    }
}
