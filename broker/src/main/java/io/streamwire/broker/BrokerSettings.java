package io.streamwire.broker;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the broker listens and what it allows.
 *
 * @param host the address that every listener binds to
 * @param port MQTT over TCP; 0 takes any free port
 * @param tls MQTT over TLS
 * @param wsPort MQTT over WebSocket at {@code /mqtt}; 0 is off
 * @param httpPort health and disconnects; 0 takes any free port
 * @param dataDir for the broker's generated configuration and scratch files
 * @param hubPassword of the MQTT user {@code hub}, at least 16 characters
 * @param serviceSecret that other services show on the HTTP port
 * @param metricsToken that Prometheus shows there; null lets everybody read the metrics
 */
public record BrokerSettings(
        String host,
        int port,
        Tls tls,
        int wsPort,
        int httpPort,
        Path dataDir,
        String hubPassword,
        String serviceSecret,
        Limits limits,
        @Nullable String metricsToken) {

    /** Only this machine can connect. */
    public static final String LOOPBACK = "127.0.0.1";

    /** Of the hub, which may command every board. */
    static final int SHORTEST_PASSWORD = 16;

    /** Settings of a broker whose metrics everybody may read that reaches its HTTP port. */
    public BrokerSettings(
            String host,
            int port,
            Tls tls,
            int wsPort,
            int httpPort,
            Path dataDir,
            String hubPassword,
            String serviceSecret,
            Limits limits) {
        this(host, port, tls, wsPort, httpPort, dataDir, hubPassword, serviceSecret, limits, null);
    }

    public BrokerSettings {
        requirePort("port", port);
        requirePort("ws port", wsPort);
        requirePort("http port", httpPort);
        if (hubPassword.strip().length() < SHORTEST_PASSWORD) {
            throw new IllegalArgumentException(
                    "mqtt.password must have at least %d characters (environment MQTT_PASSWORD)"
                            .formatted(SHORTEST_PASSWORD));
        }
        if (serviceSecret.isBlank()) {
            throw new IllegalArgumentException("the service secret is empty");
        }
    }

    /** Loopback, any free ports, no WebSocket, standard limits. */
    public static BrokerSettings onLoopback(
            Path dataDir, String hubPassword, String serviceSecret) {
        return new BrokerSettings(
                LOOPBACK, 0, Tls.OFF, 0, 0, dataDir, hubPassword, serviceSecret, Limits.STANDARD);
    }

    private static void requirePort(String name, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(name + " must be 0 to 65535: " + port);
        }
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return "BrokerSettings[host=%s, port=%d, tls=%s, wsPort=%d, httpPort=%d, dataDir=%s, limits=%s]"
                .formatted(host, port, tls, wsPort, httpPort, dataDir, limits);
    }

    /**
     * MQTT over TLS.
     *
     * @param port 0 is off
     * @param directory of the CA and the certificate that the broker makes for itself
     * @param names further host names and addresses that its own certificate is for
     * @param certificate PEM with the chain, null for one of its own
     * @param key PEM, belongs to the certificate
     */
    public record Tls(
            int port,
            Path directory,
            List<String> names,
            @Nullable Path certificate,
            @Nullable Path key) {

        public static final Tls OFF = new Tls(0, Path.of("tls"), List.of(), null, null);

        public Tls {
            requirePort("tls port", port);
            names = List.copyOf(names);
            if ((certificate == null) != (key == null)) {
                throw new IllegalArgumentException(
                        "a TLS certificate and its key go together: " + certificate + ", " + key);
            }
        }

        boolean enabled() {
            return port != 0;
        }
    }

    /**
     * How much the broker takes.
     *
     * @param connections at once, from all addresses that are not trusted
     * @param packetBytes longest MQTT packet, and so the longest message
     * @param keepAliveSeconds longest keep-alive that a device may ask for
     * @param workspaceMessagesPerSecond that all clients of a workspace publish, in the long run;
     *     twice as many at once; states and stops are counted apart, with the same limit
     * @param client of one device; the hub is not limited
     * @param address of one network address
     */
    public record Limits(
            int connections,
            int packetBytes,
            int keepAliveSeconds,
            int workspaceMessagesPerSecond,
            PerClient client,
            PerAddress address) {

        public static final Limits STANDARD =
                new Limits(20_000, 65_536, 300, 10_000, PerClient.STANDARD, PerAddress.STANDARD);

        public Limits {
            requirePositive("connections", connections);
            requirePositive("packet bytes", packetBytes);
            requirePositive("keep-alive seconds", keepAliveSeconds);
            requirePositive("messages per second of a workspace", workspaceMessagesPerSecond);
        }

        /** The same with another limit of one workspace. */
        public Limits withWorkspaceMessages(int perSecond) {
            return new Limits(
                    connections, packetBytes, keepAliveSeconds, perSecond, client, address);
        }

        /** The same with other limits of one device. */
        public Limits with(PerClient other) {
            return new Limits(
                    connections,
                    packetBytes,
                    keepAliveSeconds,
                    workspaceMessagesPerSecond,
                    other,
                    address);
        }

        /** The same with other limits of one address. */
        public Limits with(PerAddress other) {
            return new Limits(
                    connections,
                    packetBytes,
                    keepAliveSeconds,
                    workspaceMessagesPerSecond,
                    client,
                    other);
        }

        private static void requirePositive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be at least 1: " + value);
            }
        }

        /**
         * What one device may do.
         *
         * @param messagesPerSecond that it publishes, in the long run; twice as many at once
         * @param subscriptions different topic filters during one connection
         * @param loginsPerSecond with a good token, in the long run; ten times as many at once
         */
        public record PerClient(int messagesPerSecond, int subscriptions, int loginsPerSecond) {

            public static final PerClient STANDARD = new PerClient(300, 1_024, 2);

            public PerClient {
                requirePositive("messages per second", messagesPerSecond);
                requirePositive("subscriptions", subscriptions);
                requirePositive("logins per second", loginsPerSecond);
            }
        }

        /**
         * What the clients of one network address may do together.
         *
         * @param connections at once
         * @param connectsPerSecond new connections in the long run; ten times as many at once
         * @param failedLoginsPerSecond in the long run, ten times as many at once; beyond that
         *     nobody is asked about a token from there
         * @param trusted addresses and networks whose connections are not limited, and neither are
         *     failed logins of the hub; those of devices are, from there, too
         */
        public record PerAddress(
                int connections,
                int connectsPerSecond,
                int failedLoginsPerSecond,
                List<String> trusted) {

            public static final PerAddress STANDARD =
                    new PerAddress(2_000, 50, 5, List.of("127.0.0.0/8", "::1"));

            public PerAddress {
                requirePositive("connections of an address", connections);
                requirePositive("connects per second of an address", connectsPerSecond);
                requirePositive("failed logins per second of an address", failedLoginsPerSecond);
                trusted = List.copyOf(trusted);
                var _ = Networks.of(trusted);
            }
        }
    }
}
