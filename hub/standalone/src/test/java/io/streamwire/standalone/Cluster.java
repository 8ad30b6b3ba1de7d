package io.streamwire.standalone;

import io.streamwire.embedded.ServiceProcess;
import io.streamwire.service.Configuration;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Every service as a process of its own, two of those that share work, against PostgreSQL and Redis
 * of the host. The services start first and have to wait for them.
 */
final class Cluster implements AutoCloseable {

    /** What Prometheus shows. */
    static final String METRICS_TOKEN = "metrics-" + UUID.randomUUID();

    private static final Duration READY = Duration.ofMinutes(4);
    private static final List<String> OPTIONS =
            List.of("-Xmx160m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");

    private final Path directory;
    private final HostServers servers;
    private final Map<String, String> shared = new HashMap<>();
    private final List<Instance> instances = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final int mqttPort;

    /**
     * One process.
     *
     * @param port of its HTTP side
     */
    record Instance(String service, int port, Path log, ServiceProcess process) {
        URI url() {
            return URI.create("http://127.0.0.1:" + port);
        }

        void kill() throws InterruptedException {
            process.kill();
        }
    }

    private Cluster(Path directory, HostServers servers, int mqttPort) {
        this.directory = directory;
        this.servers = servers;
        this.mqttPort = mqttPort;
    }

    /**
     * Starts everything and waits until it is ready.
     *
     * @param settings by their keys, besides those that make it one hub
     */
    static Cluster start(Path directory, Map<String, String> settings)
            throws IOException, InterruptedException {
        var ports = freePorts(12);
        var cluster =
                new Cluster(directory, new HostServers(ports.get(0), ports.get(1)), ports.get(2));
        try {
            cluster.start(ports.subList(3, ports.size()), settings);
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    private void start(List<Integer> ports, Map<String, String> settings)
            throws IOException, InterruptedException {
        servers.prepare();
        shared.putAll(settings);
        shared.put("data-dir", directory.resolve("data").toString());
        shared.put("service.secret", UUID.randomUUID().toString());
        shared.put("metrics.token", METRICS_TOKEN);
        shared.put("bus.url", servers.redisUrl());
        shared.put("database.user", servers.user());
        shared.put("database.password", servers.password());
        shared.put("mqtt.password", UUID.randomUUID().toString());
        shared.put("mqtt.url", mqttUrl().toString());
        shared.put("broker.port", Integer.toString(mqttPort));
        shared.put("broker.tls-port", "0");
        shared.put("broker.ws-port", "0");
        var gateway = ports.get(0);
        var auth = ports.get(1);
        var broker = ports.get(2);
        var ingest = ports.subList(3, 5);
        var rules = ports.subList(5, 7);
        var devices = ports.subList(7, 9);
        shared.put("auth.jwks-url", urls(List.of(auth)) + "/.well-known/jwks.json");
        shared.put("gateway.auth-url", urls(List.of(auth)));
        shared.put("gateway.ingest-url", urls(ingest));
        shared.put("gateway.rules-url", urls(rules));
        shared.put("gateway.devices-url", urls(devices));
        shared.put("rules.ingest-url", urls(ingest.subList(0, 1)));
        shared.put("broker.auth-url", urls(devices));
        shared.put("broker.admin-urls", urls(List.of(broker)));
        launch("gateway", gateway, Map.of("gateway.port", gateway.toString()));
        launch("broker", broker, Map.of("broker.http-port", broker.toString()));
        devices.forEach(port -> launch("devices", port, "device_db"));
        rules.forEach(port -> launch("rules", port, "rules_db"));
        ingest.forEach(port -> launch("ingest", port, "tiktok_db"));
        launch("auth", auth, "auth_db");
        servers.start();
        for (var instance : instances) {
            Wait.until(READY, instance.service() + " is ready", () -> ready(instance));
        }
    }

    private void launch(String service, int port, String database) {
        launch(
                service,
                port,
                Map.of(
                        service + ".port",
                        Integer.toString(port),
                        "database.url",
                        servers.jdbcUrl(database)));
    }

    private void launch(String service, int port, Map<String, String> own) {
        var settings = new HashMap<>(shared);
        settings.putAll(own);
        var environment =
                settings.entrySet().stream()
                        .collect(
                                Collectors.toMap(
                                        entry -> Configuration.environmentName(entry.getKey()),
                                        Map.Entry::getValue));
        var log = directory.resolve(service + "-" + port + ".log");
        var main = "io.streamwire." + service + ".Main";
        instances.add(
                new Instance(
                        service, port, log, ServiceProcess.start(main, OPTIONS, environment, log)));
    }

    private boolean ready(Instance instance) {
        if (!instance.process().alive()) {
            throw new IllegalStateException(instance.service() + " ended: " + said(instance));
        }
        return get(instance, "/health/ready").map(answer -> answer.startsWith("{")).orElse(false);
    }

    private Optional<String> get(Instance instance, String path) {
        var request =
                HttpRequest.newBuilder(instance.url().resolve(path))
                        .timeout(Duration.ofSeconds(30))
                        .header("Authorization", "Bearer " + METRICS_TOKEN)
                        .build();
        try {
            var answer = http.send(request, BodyHandlers.ofString());
            return Optional.of(answer.body()).filter(_ -> answer.statusCode() == 200);
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What it tells Prometheus. */
    String metrics(Instance instance) {
        return get(instance, "/metrics").orElseThrow();
    }

    List<Instance> instances(String service) {
        return instances.stream().filter(one -> one.service().equals(service)).toList();
    }

    List<Instance> instances() {
        return List.copyOf(instances);
    }

    URI url() {
        return instances("gateway").getFirst().url();
    }

    URI mqttUrl() {
        return URI.create("tcp://127.0.0.1:" + mqttPort);
    }

    HostServers servers() {
        return servers;
    }

    Ledger ledger() throws SQLException {
        return new Ledger(servers::jdbcUrl, servers.user(), servers.password());
    }

    /** Every line that any of them logged. */
    List<String> logLines() {
        return instances.stream().flatMap(one -> said(one).lines()).toList();
    }

    private static String said(Instance instance) {
        try {
            return Files.readString(instance.log());
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String urls(List<Integer> ports) {
        return ports.stream()
                .map(port -> "http://127.0.0.1:" + port)
                .collect(Collectors.joining(","));
    }

    private static List<Integer> freePorts(int count) throws IOException {
        var sockets = new ArrayList<ServerSocket>();
        try {
            for (int n = 0; n < count; n++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }

    /** Ends the services, all at once, then what they need. */
    @Override
    public void close() throws IOException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            instances.forEach(instance -> threads.execute(instance.process()::close));
        }
        servers.close();
    }
}
