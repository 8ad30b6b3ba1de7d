package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import io.helidon.config.Config;
import io.streamwire.broker.Authenticator.DeviceIdentity;
import io.streamwire.broker.Broker;
import io.streamwire.broker.BrokerSettings;
import io.streamwire.bus.Bus;
import io.streamwire.bus.BusSettings;
import io.streamwire.bus.Script;
import io.streamwire.contract.Stream;
import io.streamwire.embedded.Embedded;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import io.streamwire.service.SigningKey;
import io.streamwire.service.TokenVerifier;
import io.streamwire.virtualboard.PinRecorder;
import io.streamwire.virtualboard.VirtualBoards;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The devices service with real PostgreSQL, Redis, broker and boards, one for all tests of the JVM.
 * The service's lines to the three servers can be cut.
 */
final class Rig implements AutoCloseable {

    static final Duration WAIT = Duration.ofSeconds(60);

    /**
     * What is promised within 1 s, on a machine that may be busy; below the 3 s after which the
     * service would have read of it anyway.
     */
    static final Duration PROMPT = Duration.ofMillis(2_500);

    static final String SECRET = "a service secret of thirty-two characters";

    static final String MQTT_PASSWORD = "the hub's mqtt password";

    final SigningKey key = SigningKey.generate("test");
    final PinRecorder recorder = new PinRecorder();
    final Cable postgres;
    final Cable redis;
    final Cable mqtt;
    final Bus bus;
    final VirtualBoards boards;
    final Collector collector;
    private final Embedded embedded;
    private final Broker broker;
    private final Path brokerDirectory;
    private final Config config;
    private Bus serviceBus;
    private Devices devices;

    /** How many there were after the test before. */
    private int violations;

    private static final Script OWNER = new Script("owner", "return redis.call('GET', KEYS[1])");

    /** Hands the one rig to test classes, and fails the test in which a board did what none may. */
    static final class Extension implements ParameterResolver, AfterEachCallback {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Rig.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            var rig = rig(context);
            rig.awaitAlone();
            return rig;
        }

        private static Rig rig(ExtensionContext context) {
            return context.getStore(
                            ExtensionContext.StoreScope.LAUNCHER_SESSION,
                            ExtensionContext.Namespace.GLOBAL)
                    .computeIfAbsent(Rig.class, _ -> new Rig(), Rig.class);
        }

        @Override
        public void afterEach(ExtensionContext context) {
            var rig = rig(context);
            var found = rig.recorder.violations();
            var known = rig.violations;
            rig.violations = found.size();
            assertThat(found.subList(known, found.size())).isEmpty();
        }
    }

    private Rig() {
        embedded = Embedded.startTemporary();
        var database = URI.create(embedded.jdbcUrl("device_db").substring("jdbc:".length()));
        postgres = Cable.to(database.getPort());
        redis = Cable.to(embedded.redisUrl().getPort());
        try {
            brokerDirectory = Files.createTempDirectory("streamwire-devices-broker-");
            collector = Collector.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        broker =
                Broker.start(
                        BrokerSettings.onLoopback(brokerDirectory, MQTT_PASSWORD, SECRET),
                        credentials -> identify(credentials.clientId(), credentials.password()));
        mqtt = Cable.to(broker.port());
        config =
                Configuration.load(
                        Map.ofEntries(
                                Map.entry(
                                        "database.url",
                                        embedded.jdbcUrl("device_db")
                                                .replace(
                                                        ":" + database.getPort() + "/",
                                                        ":" + postgres.port() + "/")),
                                Map.entry("database.user", embedded.databaseUser()),
                                Map.entry("database.password", embedded.databasePassword()),
                                Map.entry("mqtt.url", "tcp://127.0.0.1:" + mqtt.port()),
                                Map.entry("mqtt.public-url", "tcp://broker.example:1883"),
                                Map.entry("mqtt.password", MQTT_PASSWORD),
                                Map.entry("service.secret", SECRET),
                                Map.entry("traces.otlp-url", collector.url().toString()),
                                Map.entry(
                                        "broker.admin-urls",
                                        "http://127.0.0.1:" + broker.httpPort()),
                                Map.entry("instance.id", "rig"),
                                Map.entry("data-dir", brokerDirectory.toString()),
                                Map.entry("devices.port", "0")),
                        null);
        bus = Bus.connect(BusSettings.of(embedded.redisUrl()));
        serviceBus = connect();
        devices = Devices.start(config, serviceBus, TokenVerifier.trusting(key));
        boards = VirtualBoards.start(brokerUrl(), List.of(), recorder);
        awaitLine();
    }

    /** The service's database, for parts of it that are looked at alone. */
    Database database() {
        return Database.open(config, Devices.SERVICE);
    }

    /** The service's database, without the cable. */
    String directDatabaseUrl() {
        return embedded.jdbcUrl("device_db");
    }

    URI brokerUrl() {
        return URI.create("tcp://127.0.0.1:" + broker.port());
    }

    private Optional<DeviceIdentity> identify(String clientId, String password) {
        return devices.authenticate(clientId, password)
                .map(session ->
                        new DeviceIdentity(
                                session.workspaceId(),
                                session.deviceId(),
                                session.children(),
                                session.role()));
    }

    /** Redis for a workspace whose partition the service does not look after. */
    Bus quietBus(UUID workspace) {
        var defaults = BusSettings.of(embedded.redisUrl());
        var quiet =
                Bus.connect(
                        new BusSettings(
                                defaults.url(),
                                1_024,
                                defaults.leaseTtl(),
                                defaults.commandTimeout(),
                                defaults.connectWait(),
                                defaults.maxStreamLength(),
                                defaults.keepLength(),
                                defaults.keepBytes()));
        if (quiet.partition(workspace) < bus.partitions()) {
            quiet.close();
            throw new IllegalArgumentException("the service owns the partition of " + workspace);
        }
        return quiet;
    }

    int port() {
        return devices.port();
    }

    /** A raw client that shows a device's token. */
    Mqtt5BlockingClient connect(UUID device, String token) {
        var client =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier(device.toString())
                        .serverHost("127.0.0.1")
                        .serverPort(broker.port())
                        .buildBlocking();
        client.connectWith()
                .simpleAuth()
                .username(device.toString())
                .password(token.getBytes(StandardCharsets.UTF_8))
                .applySimpleAuth()
                .send();
        return client;
    }

    /** A raw client that is another part of the hub. */
    Mqtt5BlockingClient hub() {
        var client =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier("hub-" + UUID.randomUUID())
                        .serverHost("127.0.0.1")
                        .serverPort(broker.port())
                        .buildBlocking();
        client.connectWith()
                .simpleAuth()
                .username("hub")
                .password(MQTT_PASSWORD.getBytes(StandardCharsets.UTF_8))
                .applySimpleAuth()
                .send();
        return client;
    }

    void publish(Mqtt5BlockingClient client, String topic, String body) {
        var _ =
                client.publishWith()
                        .topic(topic)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(body.getBytes(StandardCharsets.UTF_8))
                        .send();
    }

    /** A device as the service would read it. */
    Device device(UUID workspace, UUID id) {
        var created = Instant.now();
        return Device.fresh(id, workspace, "Board", "esp32", null, null, created);
    }

    Devices devices() {
        return devices;
    }

    /** One more instance of the service. */
    Devices another(Bus itsBus) {
        return another(itsBus, Map.of());
    }

    /** One more instance of the service, with settings of its own. */
    Devices another(Bus itsBus, Map<String, String> settings) {
        var own = new HashMap<>(settings);
        own.put("instance.id", "another");
        return Devices.start(Configuration.with(config, own), itsBus, TokenVerifier.trusting(key));
    }

    /** Breaks what is stored. */
    void sql(String statement) {
        try (var connection =
                        DriverManager.getConnection(
                                embedded.jdbcUrl("device_db"),
                                embedded.databaseUser(),
                                embedded.databasePassword());
                var writing = connection.createStatement()) {
            var _ = writing.executeUpdate(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until the service has back what other instances of an earlier test had. */
    private void awaitAlone() {
        try {
            await(
                    "all partitions",
                    () -> IntStream.range(0, bus.partitions()).allMatch(devices::settled));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits until an instance has its half of the partitions: then none moves any more. */
    void awaitShared(String instance) throws InterruptedException {
        await(
                instance + " owns its share",
                () ->
                        IntStream.range(0, bus.partitions())
                                        .filter(partition ->
                                                owner(partition).endsWith(":" + instance))
                                        .count()
                                == bus.partitions() / 2);
    }

    /** Whether an instance owns the partition of a workspace. */
    boolean owns(String instance, UUID workspace) {
        return owner(bus.partition(workspace)).endsWith(":" + instance);
    }

    private String owner(int partition) {
        var reply =
                bus.call(OWNER, List.of(Stream.key(partition, "lease:devices")), List.of()).join();
        return reply.size() == 0 ? "" : reply.text(0);
    }

    /** Redis as one more instance reaches it. */
    Bus connect() {
        var direct = embedded.redisUrl();
        var url = direct.toString().replace(":" + direct.getPort(), ":" + redis.port());
        return Bus.connect(BusSettings.of(URI.create(url)));
    }

    /** Ends the service, starts it again and waits until it commands the boards. */
    void restart(Runnable meanwhile) throws InterruptedException {
        devices.close();
        serviceBus.close();
        meanwhile.run();
        serviceBus = connect();
        devices = Devices.start(config, serviceBus, TokenVerifier.trusting(key));
        awaitAlone();
        awaitLine();
    }

    /** Waits until the service hears what boards say. */
    private void awaitLine() {
        var anybody = Member.owner(this);
        try {
            await(
                    "a line to the boards",
                    () -> anybody.get("/devices/arming").body().at("/healthy").asBoolean());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits until the service reaches what was cut from it. */
    void awaitReady() throws InterruptedException {
        await(
                "ready",
                () -> {
                    try {
                        devices.check();
                        return true;
                    } catch (RuntimeException e) {
                        return false;
                    }
                });
    }

    /** Waits for a condition. */
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        var deadline = System.nanoTime() + WAIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + WAIT.toSeconds() + " s: " + what);
            }
            Thread.sleep(10);
        }
    }

    @Override
    public void close() {
        boards.close();
        devices.close();
        collector.close();
        serviceBus.close();
        bus.close();
        broker.close();
        mqtt.close();
        redis.close();
        postgres.close();
        embedded.close();
        delete(brokerDirectory);
    }

    private static void delete(Path directory) {
        try (var paths = Files.walk(directory)) {
            for (var path : paths.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
