package io.streamwire.standalone;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.streamwire.broker.Authenticator;
import io.streamwire.broker.Broker;
import io.streamwire.broker.BrokerSettings;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.CommandMessage;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Safety;
import io.streamwire.contract.mqtt.Topics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A broker and, in the hub's place, somebody who says only what a bridge needs to hear: so that the
 * bridge is measured and not the hub. The bridge is a process of its own.
 */
final class CableHub implements AutoCloseable {

    private static final Duration READY = Duration.ofSeconds(60);
    private static final long TTL_MS = 2_000;
    private static final String PASSWORD = UUID.randomUUID().toString();
    private static final String NO_LIMITS = "44136fa355b3678a";

    private final UUID workspace = Ids.next();
    private final UUID bridge = Ids.next();
    private final String token = UUID.randomUUID().toString();
    private final Map<UUID, String> children = new ConcurrentHashMap<>();
    private final Map<String, byte[]> said = new ConcurrentHashMap<>();
    private final Map<UUID, Ack.Status> ends = new ConcurrentHashMap<>();
    private final ScheduledExecutorService renewals = Executors.newSingleThreadScheduledExecutor();
    private final long epoch = System.currentTimeMillis();
    private final Broker broker;
    private final Mqtt5AsyncClient hub;
    private final Process process;

    private CableHub(Path repository, Path directory, Collection<CabledBoard> boards)
            throws IOException {
        broker =
                Broker.start(
                        BrokerSettings.onLoopback(
                                directory.resolve("broker"), PASSWORD, "service-secret"),
                        this::identify);
        hub =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier("hub-bench")
                        .serverHost(BrokerSettings.LOOPBACK)
                        .serverPort(broker.port())
                        .simpleAuth()
                        .username("hub")
                        .password(PASSWORD.getBytes(StandardCharsets.UTF_8))
                        .applySimpleAuth()
                        .buildAsync();
        hub.publishes(MqttGlobalPublishFilter.ALL, this::heard);
        hub.connect().join();
        hub.subscribeWith()
                .topicFilter(Topics.everyUp("#"))
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .join();
        process = start(repository, directory, boards);
    }

    /** Starts broker and bridge, adopts the boards, arms them and waits until they are ready. */
    static CableHub start(Path repository, Path directory, List<CabledBoard> boards)
            throws IOException {
        var started = new CableHub(repository, directory, boards);
        started.adopt(boards.size());
        return started;
    }

    private Process start(Path repository, Path directory, Collection<CabledBoard> boards)
            throws IOException {
        var config = directory.resolve("bridge.yaml");
        var ports = boards.stream().map(board -> board.port().toString()).toList();
        Files.writeString(
                config,
                Json.write(
                        Map.of(
                                "mqtt",
                                Map.of(
                                        "url",
                                        "tcp://127.0.0.1:" + broker.port(),
                                        "root",
                                        Topics.root(workspace, bridge)),
                                "bridge",
                                Map.of(
                                        "ports",
                                        String.join(",", ports),
                                        "discover",
                                        "false",
                                        "status-port",
                                        "0"))));
        var program =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "@" + repository.resolve("firmware-bridge/jvm.options"),
                                "-cp",
                                System.getProperty("java.class.path"),
                                "io.streamwire.bridge.Main",
                                "--config",
                                config.toString())
                        .redirectError(directory.resolve("bridge.log").toFile());
        program.environment().put("MQTT_PASSWORD", token);
        return program.start();
    }

    private Optional<Authenticator.DeviceIdentity> identify(Authenticator.Credentials given) {
        return given.password().equals(token)
                ? Optional.of(
                        new Authenticator.DeviceIdentity(
                                workspace, bridge, Set.copyOf(children.keySet())))
                : Optional.empty();
    }

    private void heard(Mqtt5Publish message) {
        var topic = message.getTopic().toString();
        if (!topic.endsWith("/up/ack")) {
            said.put(topic, message.getPayloadAsBytes());
            return;
        }
        var ack = Json.read(message.getPayloadAsBytes(), Ack.class);
        if (ack.st() != Ack.Status.ACCEPTED && ack.st() != Ack.Status.STARTED) {
            ends.put(ack.id(), ack.st());
        }
    }

    private void adopt(int count) {
        Wait.until(READY, "the bridge has found its boards", () -> unknown().size() == count);
        var found = new ArrayList<>(unknown());
        found.sort(Comparator.comparing(board -> Objects.requireNonNull(board.port())));
        var config = new ArrayList<DeviceConfig.Child>();
        for (var board : found) {
            var id = Ids.next();
            children.put(id, board.hardwareUuid());
            config.add(new DeviceConfig.Child(id, board.board(), board.hardwareUuid()));
        }
        broker.setChildren(workspace, bridge, Set.copyOf(children.keySet())).join();
        publish(
                Topics.desiredConfig(workspace, bridge),
                new DeviceConfig(0, NO_LIMITS, Map.of(), config),
                true);
        Wait.until(
                READY,
                "the boards are ready",
                () ->
                        devices().stream()
                                .allMatch(device ->
                                        state(device)
                                                .filter(state ->
                                                        state.s() == BoardState.Phase.READY)
                                                .isPresent()));
        var _ =
                renewals.scheduleWithFixedDelay(
                        () ->
                                publish(
                                        Topics.safety(workspace),
                                        Safety.arm(epoch, System.currentTimeMillis()),
                                        false),
                        0,
                        Safety.RENEWAL_MS,
                        TimeUnit.MILLISECONDS);
        Wait.until(
                READY,
                "the boards are armed",
                () ->
                        devices().stream()
                                .allMatch(device ->
                                        state(device)
                                                .filter(state -> state.epoch() == epoch)
                                                .isPresent()));
    }

    private List<Capabilities.UnknownBoard> unknown() {
        var body = said.get(Topics.describe(workspace, bridge));
        var unknown = body == null ? null : Json.read(body, Capabilities.class).unknown();
        return unknown == null ? List.of() : unknown;
    }

    private Optional<BoardState> state(UUID device) {
        return Optional.ofNullable(said.get(Topics.state(workspace, device)))
                .map(body -> Json.read(body, BoardState.class));
    }

    /** The boards, in the order of their ports. */
    List<UUID> devices() {
        return children.keySet().stream().sorted().toList();
    }

    long bridgePid() {
        return process.pid();
    }

    /** Sends a command to a board. */
    UUID command(UUID device, String name, Map<String, Long> args) {
        var id = Ids.next();
        var now = System.currentTimeMillis();
        var boot = state(device).map(BoardState::boot).orElse(0L);
        publish(
                Topics.command(workspace, device),
                new CommandMessage(id, name, args, now, now + TTL_MS, epoch, boot, null),
                false);
        return id;
    }

    /** How many commands ended, and how many of them done. */
    long ended() {
        return ends.size();
    }

    long done() {
        return ends.values().stream().filter(end -> end == Ack.Status.DONE).count();
    }

    boolean hasEnded(UUID command) {
        return ends.containsKey(command);
    }

    private void publish(String topic, Object body, boolean retained) {
        var _ =
                hub.publish(
                        Mqtt5Publish.builder()
                                .topic(topic)
                                .qos(MqttQos.AT_LEAST_ONCE)
                                .retain(retained)
                                .payload(Json.writeBytes(body))
                                .build());
    }

    @Override
    public void close() {
        renewals.shutdownNow();
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        var _ = hub.disconnect();
        broker.close();
    }
}
