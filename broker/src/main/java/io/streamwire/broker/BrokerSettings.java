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
 * @param hubPassword of the MQTT user {@code hub}
 * @param serviceSecret that other services show on the HTTP port
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
        Limits limits) {

    /** Only this machine can connect. */
    public static final String LOOPBACK = "127.0.0.1";

    public BrokerSettings {
        requirePort("port", port);
        requirePort("ws port", wsPort);
        requirePort("http port", httpPort);
        if (hubPassword.isBlank()) {
            throw new IllegalArgumentException("the hub's password is empty");
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
     * @param connections at once
     * @param packetBytes longest MQTT packet
     * @param messagesPerSecond most messages of one device, sustained; twice as many at once
     * @param keepAliveSeconds longest keep-alive that a device may ask for
     */
    public record Limits(
            int connections, int packetBytes, int messagesPerSecond, int keepAliveSeconds) {

        public static final Limits STANDARD = new Limits(20_000, 65_536, 300, 300);

        public Limits {
            requirePositive("connections", connections);
            requirePositive("packet bytes", packetBytes);
            requirePositive("messages per second", messagesPerSecond);
            requirePositive("keep-alive seconds", keepAliveSeconds);
        }

        private static void requirePositive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be at least 1: " + value);
            }
        }
    }
}
