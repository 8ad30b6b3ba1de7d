package io.streamwire.bridge;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.streamwire.broker.Authenticator;
import io.streamwire.broker.BrokerSettings;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.CommandMessage;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.contract.mqtt.Safety;
import io.streamwire.contract.mqtt.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A real broker, and a hub that says on it what the hub would say and writes down what it hears.
 */
final class Rig implements AutoCloseable {

    private static final long TTL_MS = 2_000;
    private static final long RENEWAL_MS = 1_000;

    final UUID workspace = Ids.next();
    final UUID bridge = Ids.next();

    private final String token = UUID.randomUUID().toString();
    private final Map<UUID, String> children = new ConcurrentHashMap<>();
    private final Map<String, byte[]> retained = new ConcurrentHashMap<>();
    private final Map<UUID, List<Ack>> acks = new ConcurrentHashMap<>();
    private final AtomicLong configVersion = new AtomicLong(1);
    private final ScheduledExecutorService renewals = Executors.newSingleThreadScheduledExecutor();
    private Mqtt5AsyncClient hub;
    private final AtomicLong renewed = new AtomicLong();
    private volatile long armedEpoch;
    private volatile long epoch;

    Rig() {
        SharedBroker.admit(
                token,
                () ->
                        new Authenticator.DeviceIdentity(
                                workspace, bridge, Set.copyOf(children.keySet())));
        this.hub = connect();
        var _ = renewals.scheduleWithFixedDelay(this::renew, 0, RENEWAL_MS, TimeUnit.MILLISECONDS);
    }

    private Mqtt5AsyncClient connect() {
        var client =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier("hub-" + UUID.randomUUID())
                        .serverHost(BrokerSettings.LOOPBACK)
                        .serverPort(SharedBroker.port())
                        .simpleAuth()
                        .username("hub")
                        .password(SharedBroker.HUB_PASSWORD.getBytes(StandardCharsets.UTF_8))
                        .applySimpleAuth()
                        .buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, this::heard);
        client.connect().join();
        client.subscribeWith()
                .topicFilter("sw/1/+/+/up/#") // the hub may ask for no single workspace
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .join();
        return client;
    }

    private void heard(Mqtt5Publish message) {
        var topic = message.getTopic().toString();
        if (!topic.startsWith("sw/1/" + workspace)) {
            return;
        }
        var body = message.getPayloadAsBytes();
        if (topic.endsWith("/up/ack")) {
            var ack = Json.read(body, Ack.class);
            acks.computeIfAbsent(ack.id(), _ -> new CopyOnWriteArrayList<>()).add(ack);
            return;
        }
        retained.put(topic, body);
    }

    // The bridge.

    BridgeSettings.Hub hub() {
        return new BridgeSettings.Hub(
                "tcp://127.0.0.1:" + SharedBroker.port(), workspace, bridge, token, null);
    }

    BridgeSettings settings(List<Path> ports) {
        return new BridgeSettings(
                hub(),
                0,
                new BridgeSettings.Serial(
                        ports.stream().map(Path::toString).toList(),
                        false,
                        BridgeSettings.Serial.VENDORS,
                        Set.of(),
                        BridgeSettings.Serial.BAUD,
                        Duration.ofMillis(100),
                        BridgeSettings.Serial.MOST_BOARDS),
                List.of(),
                List.of());
    }

    /** Starts a bridge for boards, adopts them and waits until they are ready. */
    Bridge bridge(BoardProcess... boards) {
        var running =
                Bridge.start(
                        settings(List.of(boards).stream().map(BoardProcess::port).toList()),
                        () -> {});
        return running;
    }

    // What the hub knows.

    Optional<BoardState> state(UUID device) {
        return read(Topics.state(workspace, device), BoardState.class);
    }

    Optional<Capabilities> capabilities(UUID device) {
        return read(Topics.describe(workspace, device), Capabilities.class);
    }

    Optional<DeviceConfig> echo(UUID device) {
        return read(Topics.reportedConfig(workspace, device), DeviceConfig.class);
    }

    private <T> Optional<T> read(String topic, Class<T> type) {
        return Optional.ofNullable(retained.get(topic)).map(body -> Json.read(body, type));
    }

    boolean is(UUID device, BoardState.Phase phase) {
        return state(device).filter(state -> state.s() == phase).isPresent();
    }

    List<Capabilities.UnknownBoard> unknown() {
        return capabilities(bridge).map(Capabilities::unknown).map(List::copyOf).orElse(List.of());
    }

    List<Ack> acks(UUID command) {
        return List.copyOf(acks.getOrDefault(command, List.of()));
    }

    Ack last(UUID command) {
        return acks(command).getLast();
    }

    /** How long a command says that it was on, ms. */
    long onMs(UUID command) {
        var times = last(command).t();
        return Objects.requireNonNull(times.off()) - Objects.requireNonNull(times.on());
    }

    /** Waits for the end of a command; its last acknowledgement. */
    Ack awaitEnd(UUID command) {
        Await.until("the end of " + command, () -> isFinal(command));
        return last(command);
    }

    boolean has(UUID command, Ack.Status status) {
        return acks(command).stream().anyMatch(ack -> ack.st() == status);
    }

    boolean isFinal(UUID command) {
        return acks(command).stream()
                .anyMatch(ack -> ack.st() != Ack.Status.ACCEPTED && ack.st() != Ack.Status.STARTED);
    }

    // What the hub does.

    /** Adopts every board that waits for it; their devices, in the order of the ports. */
    List<UUID> adoptAll(int count) {
        Await.until(count + " unknown boards", () -> unknown().size() == count);
        var adopted = new ArrayList<UUID>();
        unknown().stream()
                .sorted(
                        java.util.Comparator.comparing(
                                board -> Objects.requireNonNull(board.port())))
                .forEach(board -> {
                    var id = Ids.next();
                    children.put(id, board.hardwareUuid());
                    adopted.add(id);
                });
        tellChildren();
        for (var device : adopted) {
            Await.until("ready", () -> is(device, BoardState.Phase.READY));
        }
        return adopted;
    }

    /** Adopts what has that name. */
    UUID adopt(String hardwareUuid) {
        var id = Ids.next();
        children.put(id, hardwareUuid);
        tellChildren();
        Await.until("ready", () -> is(id, BoardState.Phase.READY));
        return id;
    }

    void release(UUID device) {
        children.remove(device);
        tellChildren();
    }

    /** As the hub does: the bridge may hear of it before the broker does. */
    void tellChildren() {
        publish(
                Topics.desiredConfig(workspace, bridge),
                new DeviceConfig(
                        0,
                        "44136fa355b3678a",
                        Map.of(),
                        children.entrySet().stream()
                                .map(child ->
                                        new DeviceConfig.Child(
                                                child.getKey(), "uno", child.getValue()))
                                .toList()),
                true);
        SharedBroker.broker().setChildren(workspace, bridge, Set.copyOf(children.keySet())).join();
    }

    /** Tighter limits of the owner. */
    Envelope limit(UUID device, Map<String, DeviceConfig.Limits> limits) {
        var envelope = Envelope.compile(capabilities(device).orElseThrow(), limits);
        publish(
                Topics.desiredConfig(workspace, device),
                new DeviceConfig(configVersion.getAndIncrement(), envelope.hash(), limits),
                true);
        return envelope;
    }

    private long nextEpoch() {
        epoch = Math.max(epoch + 1, System.currentTimeMillis());
        return epoch;
    }

    /** Arms the workspace, and renews it until the next stop. */
    void arm() {
        armedEpoch = nextEpoch();
        renew();
    }

    /** No more renewals. */
    void neglect() {
        armedEpoch = 0;
    }

    /** Arms once, for so long. */
    void armFor(long ms) {
        var now = System.currentTimeMillis();
        publish(Topics.safety(workspace), new Safety(true, nextEpoch(), now + ms, now), false);
    }

    /** Waits until the bridge has heard a renewal that was sent after this moment. */
    void awaitRenewal() {
        var before = renewed.get();
        Await.until("renewed, and the one before was heard", () -> renewed.get() > before + 1);
    }

    private void renew() {
        var of = armedEpoch;
        if (of != 0) {
            publish(Topics.safety(workspace), Safety.arm(of, System.currentTimeMillis()), false);
            renewed.incrementAndGet();
        }
    }

    /** Stops the workspace; the epoch of it. */
    long stop() {
        armedEpoch = 0;
        var of = nextEpoch();
        publish(Topics.safety(workspace), Safety.disarm(of, System.currentTimeMillis()), true);
        return of;
    }

    /** Stops one device. */
    long stop(UUID device) {
        var of = nextEpoch();
        publish(
                Topics.safety(workspace, device),
                Safety.disarm(of, System.currentTimeMillis()),
                true);
        return of;
    }

    UUID command(UUID device, String name, Map<String, Long> args) {
        return command(device, name, args, TTL_MS);
    }

    UUID command(UUID device, String name, Map<String, Long> args, long ttlMs) {
        var now = System.currentTimeMillis();
        var id = Ids.next();
        send(
                device,
                new CommandMessage(
                        id,
                        name,
                        args,
                        now,
                        now + ttlMs,
                        epoch,
                        state(device).orElseThrow().boot(),
                        null));
        return id;
    }

    void send(UUID device, CommandMessage command) {
        publish(Topics.command(workspace, device), command, false);
    }

    void publish(String topic, Object body, boolean retain) {
        var _ =
                hub.publish(
                        Mqtt5Publish.builder()
                                .topic(topic)
                                .qos(MqttQos.AT_LEAST_ONCE)
                                .retain(retain)
                                .payload(Json.writeBytes(body))
                                .build());
    }

    /** Sends a command until it is done: the bridge may not know yet that it is armed. */
    void moveOnce(UUID device, String name, Map<String, Long> args) {
        Await.until(
                name + " is done",
                () -> {
                    var id = command(device, name, args);
                    Await.until("an answer", () -> isFinal(id));
                    return has(id, Ack.Status.DONE);
                });
    }

    // Faults.

    /** The broker is there again, without anything that it retained; the hub comes back to it. */
    void reopenBroker() {
        retained.clear();
        SharedBroker.reopen();
        hub = connect();
        tellChildren();
    }

    @Override
    public void close() {
        renewals.shutdownNow();
        try {
            hub.disconnect().get(1, TimeUnit.SECONDS);
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            // The broker may be gone already.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
