package io.streamwire.standalone;

import io.helidon.config.Config;
import io.streamwire.auth.Auth;
import io.streamwire.bus.Bus;
import io.streamwire.embedded.Embedded;
import io.streamwire.embedded.ServiceProcess;
import io.streamwire.gateway.Gateway;
import io.streamwire.service.Configuration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A hub whose devices service and broker are processes of their own, as on a cluster, so that each
 * can be killed alone; PostgreSQL and Redis are processes anyway. Accounts and the gateway stay in
 * this process, and rules are left to whoever measures.
 */
final class SplitHub implements AutoCloseable {

    private static final Duration READY = Duration.ofSeconds(60);
    private static final int ANSWER_MILLIS = 1_000;

    private final Parts parts;
    private final Embedded embedded;
    private final Bus bus;
    private final Gateway gateway;
    private final ServiceProcess broker;
    private final ServiceProcess devices;
    private final int mqttPort;
    private final int devicesPort;

    /** What can be killed. */
    enum Target {
        /** The devices service. */
        HUB,
        BROKER,
        REDIS
    }

    private SplitHub(
            Parts parts,
            Embedded embedded,
            Bus bus,
            Gateway gateway,
            ServiceProcess broker,
            ServiceProcess devices,
            int mqttPort,
            int devicesPort) {
        this.parts = parts;
        this.embedded = embedded;
        this.bus = bus;
        this.gateway = gateway;
        this.broker = broker;
        this.devices = devices;
        this.mqttPort = mqttPort;
        this.devicesPort = devicesPort;
    }

    /**
     * Starts everything and waits until it answers.
     *
     * @param brokerHeap of the broker's process, as behind {@code -Xmx}
     */
    static SplitHub start(Config settings, String brokerHeap) {
        var parts = new Parts();
        try {
            var hub = start(settings, brokerHeap, parts);
            hub.awaitAnswers();
            return hub;
        } catch (RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    private static SplitHub start(Config settings, String brokerHeap, Parts parts) {
        var embedded = parts.open("embedded", () -> Embedded.start(Standalone.embedded(settings)));
        var base = Configuration.with(settings, Standalone.generated(settings, embedded));
        var bus = parts.open("bus", () -> Bus.connect(Configuration.bus(base)));
        var auth =
                parts.open("auth", () -> Auth.start(Standalone.on(embedded, "auth_db", base), bus));
        var ports = freePorts(3);
        var devicesUrl = local(ports.get(0));
        var mqttPassword = Configuration.text(base, "mqtt.password");
        var serviceSecret = Configuration.text(base, "service.secret");
        var broker =
                parts.open(
                        "broker",
                        () ->
                                ServiceProcess.start(
                                        "io.streamwire.broker.Main",
                                        brokerHeap,
                                        Map.of(
                                                "BROKER_PORT",
                                                Integer.toString(ports.get(1)),
                                                "BROKER_HTTP_PORT",
                                                Integer.toString(ports.get(2)),
                                                "BROKER_WS_PORT",
                                                "0",
                                                "BROKER_TLS_PORT",
                                                "0",
                                                "BROKER_AUTH_URL",
                                                devicesUrl,
                                                "MQTT_PASSWORD",
                                                mqttPassword,
                                                "SERVICE_SECRET",
                                                serviceSecret,
                                                "STREAMWIRE_DATA_DIR",
                                                data(embedded)),
                                        log(embedded, "broker")));
        var devices =
                parts.open(
                        "devices",
                        () ->
                                ServiceProcess.start(
                                        "io.streamwire.devices.Main",
                                        "512m",
                                        devices(base, embedded, auth.port(), ports),
                                        log(embedded, "devices")));
        var gateway =
                parts.open(
                        "gateway",
                        () ->
                                Gateway.start(
                                        Configuration.with(
                                                base,
                                                Map.of(
                                                        "gateway.auth-url", local(auth.port()),
                                                        "gateway.devices-url", devicesUrl,
                                                        "auth.jwks-url", keys(auth.port()))),
                                        bus));
        return new SplitHub(
                parts, embedded, bus, gateway, broker, devices, ports.get(1), ports.get(0));
    }

    private static Map<String, String> devices(
            Config base, Embedded embedded, int authPort, List<Integer> ports) {
        var environment =
                Map.of(
                        "devices.port", Integer.toString(ports.get(0)),
                        "mqtt.url", "tcp://127.0.0.1:" + ports.get(1),
                        "auth.jwks-url", keys(authPort),
                        "instance.id", "split",
                        "bus.url", Configuration.text(base, "bus.url"),
                        "mqtt.password", Configuration.text(base, "mqtt.password"),
                        "service.secret", Configuration.text(base, "service.secret"),
                        "database.url", embedded.jdbcUrl("device_db"),
                        "database.user", embedded.databaseUser(),
                        "database.password", embedded.databasePassword());
        var named = new HashMap<String, String>();
        environment.forEach((key, value) -> named.put(Configuration.environmentName(key), value));
        named.put("BROKER_ADMIN_URLS", local(ports.get(2)));
        named.put("STREAMWIRE_DATA_DIR", data(embedded));
        return named;
    }

    private static String data(Embedded embedded) {
        return embedded.dataDirectory().toString();
    }

    private static Path log(Embedded embedded, String service) {
        return embedded.dataDirectory().resolve(service + ".log");
    }

    private static String keys(int authPort) {
        return local(authPort) + "/.well-known/jwks.json";
    }

    private static String local(int port) {
        return "http://127.0.0.1:" + port;
    }

    /** Ports that nobody listens on now; they stay the same over every restart. */
    private static List<Integer> freePorts(int count) {
        var sockets = new ArrayList<ServerSocket>();
        try {
            for (int n = 0; n < count; n++) {
                sockets.add(new ServerSocket(0));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            sockets.forEach(SplitHub::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI url() {
        return URI.create(local(gateway.port()));
    }

    URI mqttUrl() {
        return URI.create("tcp://127.0.0.1:" + mqttPort);
    }

    Embedded embedded() {
        return embedded;
    }

    Bus bus() {
        return bus;
    }

    /** The process of the broker. */
    long brokerPid() {
        return broker.pid();
    }

    /** Kills a part with SIGKILL, lets it be down for a while and starts it again. */
    void kill(Target target, Duration down) throws InterruptedException {
        switch (target) {
            case HUB -> restart(devices, down);
            case BROKER -> restart(broker, down);
            case REDIS -> killRedis();
        }
    }

    private static void restart(ServiceProcess service, Duration down) throws InterruptedException {
        service.kill();
        Thread.sleep(down);
        service.restart();
    }

    /** Whoever runs Redis starts it again by itself. */
    private void killRedis() throws InterruptedException {
        var killed = redis().orElseThrow(() -> new IllegalStateException("Redis does not run"));
        killed.destroyForcibly();
        Wait.until(
                READY,
                "Redis runs again",
                () -> redis().filter(again -> again.pid() != killed.pid()).isPresent());
    }

    private Optional<ProcessHandle> redis() {
        var pidFile = embedded.dataDirectory().resolve("redis").resolve("redis.pid");
        try {
            return ProcessHandle.of(Long.parseLong(Files.readString(pidFile).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty(); // it is just being written
        }
    }

    /** Waits until the devices service, its databases and the broker answer. */
    void awaitAnswers() {
        Wait.until(READY, "the hub answers", this::answers);
    }

    private boolean answers() {
        if (!broker.alive() || !devices.alive()) {
            throw new IllegalStateException(
                    "a service has ended by itself; see the logs in " + embedded.dataDirectory());
        }
        return open(mqttPort) && open(devicesPort) && bus.available();
    }

    private static boolean open(int port) {
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), ANSWER_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        parts.close();
    }
}
