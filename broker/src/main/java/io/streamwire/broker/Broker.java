package io.streamwire.broker;

import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.embedded.EmbeddedHiveMQ;
import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The MQTT broker between the hub and its devices. A device reaches only its own topics; see {@link
 * io.streamwire.contract.mqtt.Access}. One may run per process at a time.
 */
public final class Broker implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Broker.class.getName());

    private static final long START_SECONDS = 60;
    private static final int CHECK_MS = 1_000;
    private static final int MAX_BODY_BYTES = 32_768;
    private static final int MAX_REQUESTS_AT_ONCE = 64;

    private final BrokerSettings settings;
    private final @Nullable Certificates certificates;
    private final EmbeddedHiveMQ hiveMq;
    private final AccessControl accessControl;
    private final Denials denials;
    private final Addresses addresses;
    private final BrokerMetrics metrics;
    private final WebServer http;

    private Broker(BrokerSettings settings, Authenticator authenticator) {
        this.settings = settings;
        this.denials = new Denials();
        this.metrics = new BrokerMetrics(denials);
        this.addresses = new Addresses(settings.limits(), System::nanoTime);
        this.accessControl =
                new AccessControl(settings, authenticator, addresses, denials, metrics);
        this.certificates = certificates(settings);
        this.hiveMq = hiveMq(settings, accessControl, certificates);
        this.http =
                WebServer.builder()
                        .host(settings.host())
                        .port(settings.httpPort())
                        .shutdownHook(false)
                        .shutdownGracePeriod(Duration.ofSeconds(1))
                        .maxPayloadSize(MAX_BODY_BYTES)
                        .maxConcurrentRequests(MAX_REQUESTS_AT_ONCE)
                        .routing(routing ->
                                routing.addFilter(metrics::count)
                                        .register(
                                                new BrokerApi(
                                                        settings.serviceSecret(),
                                                        settings.metricsToken(),
                                                        this::check,
                                                        this::ca,
                                                        metrics,
                                                        accessControl)))
                        .build();
    }

    /**
     * Starts MQTT and HTTP.
     *
     * @throws StartException with one line that says what to do, when a port is taken or the data
     *     directory cannot be written
     */
    public static Broker start(BrokerSettings settings, Authenticator authenticator) {
        requireFree("broker.port", settings.host(), settings.port());
        requireFree("broker.tls-port", settings.host(), settings.tls().port());
        requireFree("broker.ws-port", settings.host(), settings.wsPort());
        requireFree("broker.http-port", settings.host(), settings.httpPort());
        var broker = new Broker(settings, authenticator);
        try {
            broker.startMqtt();
            broker.startHttp();
            if (broker.certificates != null) {
                broker.certificates.start();
            }
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
        LOG.log(
                Level.INFO,
                "broker status=started host={0} port={1,number,#} http_port={2,number,#}",
                settings.host(),
                broker.port(),
                broker.httpPort());
        return broker;
    }

    /** Throws when no client can connect. */
    public void check() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(settings.host(), port()), CHECK_MS);
        } catch (IOException e) {
            throw new IllegalStateException("the MQTT port does not answer: " + e.getMessage(), e);
        }
    }

    /** Where plain MQTT listens. */
    public int port() {
        return accessControl.mqttPort();
    }

    /** Where health and disconnects are answered. */
    public int httpPort() {
        return http.port();
    }

    /**
     * Ends a device's session and forgets what is remembered of its tokens.
     *
     * @return whether it had one
     */
    public CompletableFuture<Boolean> endSession(UUID deviceId) {
        return accessControl.disconnect(deviceId);
    }

    /**
     * Changes which boards hang on a bridge, at once and without ending its session.
     *
     * @param children all of them
     */
    public CompletableFuture<Void> setChildren(UUID workspaceId, UUID bridge, Set<UUID> children) {
        return accessControl.setChildren(workspaceId, bridge, children);
    }

    Denials denials() {
        return denials;
    }

    AccessControl accessControl() {
        return accessControl;
    }

    @Override
    public void close() {
        http.stop();
        metrics.close();
        if (certificates != null) {
            certificates.close();
        }
        try {
            hiveMq.close();
        } catch (ExecutionException e) {
            LOG.log(Level.WARNING, "broker status=stop_failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.log(Level.INFO, "broker status=stopped");
    }

    private byte @Nullable [] ca() throws IOException {
        return certificates == null ? null : certificates.ca();
    }

    private static @Nullable Certificates certificates(BrokerSettings settings) {
        if (!settings.tls().enabled()) {
            return null;
        }
        try {
            var directory = Files.createDirectories(settings.dataDir());
            return Certificates.prepare(
                    settings.tls(), directory.resolve("tls.p12"), InstantSource.system());
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new StartException("cannot have a TLS certificate: " + e, e);
        }
    }

    private static EmbeddedHiveMQ hiveMq(
            BrokerSettings settings,
            AccessControl accessControl,
            @Nullable Certificates certificates) {
        try {
            var home = settings.dataDir();
            var conf = Files.createDirectories(home.resolve("conf"));
            Certificates.write(
                    conf.resolve("config.xml"),
                    HiveMqConfiguration.xml(settings, certificates)
                            .getBytes(StandardCharsets.UTF_8),
                    "rw-------");
            System.setProperty("hivemq.log.folder", home.resolve("log").toString());
            return EmbeddedHiveMQ.builder()
                    .withConfigurationFolder(conf)
                    .withDataFolder(Files.createDirectories(home.resolve("data")))
                    .withExtensionsFolder(Files.createDirectories(home.resolve("extensions")))
                    .withEmbeddedExtension(
                            EmbeddedExtension.builder()
                                    .withId("streamwire")
                                    .withName("Streamwire access control")
                                    .withVersion("1")
                                    .withPriority(0)
                                    .withStartPriority(1_000)
                                    .withExtensionMain(accessControl)
                                    .build())
                    .withoutLoggingBootstrap()
                    .build();
        } catch (IOException e) {
            throw new StartException(
                    "cannot write the broker's directory " + settings.dataDir() + ": " + e, e);
        }
    }

    private void startMqtt() {
        // build() made it allow everybody; start() reads it.
        InternalConfigurations.AUTH_DENY_UNAUTHENTICATED_CONNECTIONS.set(true);
        // Nothing is written at the end: everything is in memory.
        InternalConfigurations.PERSISTENCE_SHUTDOWN_GRACE_PERIOD_MSEC.set(0);
        // HiveMQ puts one in place that exits the process.
        var handler = Thread.getDefaultUncaughtExceptionHandler();
        try {
            hiveMq.start().get(START_SECONDS, TimeUnit.SECONDS);
            ConnectionGate.install(hiveMq, addresses, denials);
        } catch (ExecutionException | TimeoutException | IllegalStateException e) {
            throw new StartException("the MQTT broker did not start: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while the MQTT broker started", e);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(handler);
        }
    }

    private void startHttp() {
        try {
            http.start();
        } catch (RuntimeException e) {
            throw new StartException(
                    "cannot listen on port %d (broker.http-port): %s"
                            .formatted(settings.httpPort(), e.getMessage()),
                    e);
        }
    }

    /** HiveMQ only logs a port that it cannot have, as long as one of its listeners works. */
    private static void requireFree(String key, String host, int port) {
        if (port == 0) {
            return;
        }
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new StartException(
                    "cannot listen on %s:%d: %s; stop what uses it or set %s"
                            .formatted(host, port, e.getMessage(), key),
                    e);
        }
    }

    /** Why the broker did not start, in one line for the person who started it. */
    public static final class StartException extends RuntimeException {
        StartException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
