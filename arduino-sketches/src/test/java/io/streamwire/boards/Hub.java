package io.streamwire.boards;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.streamwire.broker.Authenticator.Credentials;
import io.streamwire.broker.Authenticator.DeviceIdentity;
import io.streamwire.broker.Broker;
import io.streamwire.broker.BrokerSettings;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.CommandMessage;
import io.streamwire.contract.mqtt.Safety;
import io.streamwire.contract.mqtt.Topics;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A real broker, and a hub on it that says to one device what a test wants it to say. */
final class Hub implements AutoCloseable {

    static final UUID WORKSPACE = Ids.next();

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PASSWORD = "hub-password-of-the-tests";

    private final Map<String, UUID> devices = new ConcurrentHashMap<>();
    private final Path ca;
    private final int tlsPort;
    private final Broker broker;
    private final Mqtt5BlockingClient client;

    /** What the device has said, in order. */
    private final List<Said> said = new ArrayList<>();

    Hub(Path directory) throws IOException {
        ca = directory.resolve("ca");
        tlsPort = freePort();
        broker =
                Broker.start(
                        new BrokerSettings(
                                BrokerSettings.LOOPBACK,
                                0,
                                new BrokerSettings.Tls(tlsPort, ca, List.of(), null, null),
                                0,
                                0,
                                directory,
                                PASSWORD,
                                "service-secret",
                                BrokerSettings.Limits.STANDARD),
                        this::identify);
        client =
                Mqtt5Client.builder()
                        .identifier("hub-1")
                        .serverHost(BrokerSettings.LOOPBACK)
                        .serverPort(broker.port())
                        .simpleAuth()
                        .username("hub")
                        .password(PASSWORD.getBytes(UTF_8))
                        .applySimpleAuth()
                        .buildBlocking();
        client.connect();
        client.toAsync().publishes(MqttGlobalPublishFilter.ALL, this::hear);
        client.subscribeWith().topicFilter("sw/1/+/+/up/#").qos(MqttQos.AT_LEAST_ONCE).send();
    }

    private UUID device = Ids.next();

    private record Said(String name, String body) {}

    /** From now on it is about a new device. */
    String newDevice() {
        var token = "token-" + Ids.next();
        synchronized (said) {
            device = Ids.next();
            said.clear();
        }
        devices.put(token, device);
        return token;
    }

    UUID device() {
        return device;
    }

    int port() {
        return broker.port();
    }

    int tlsPort() {
        return tlsPort;
    }

    /** The lines of the certificate that a board has to trust. */
    List<String> ca() throws IOException {
        return Files.readAllLines(ca.resolve("ca.pem"));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    void publish(String topic, Object body, boolean retain) {
        client.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(retain)
                .payload(body instanceof byte[] bytes ? bytes : Json.writeBytes(body))
                .send();
    }

    void arm(long epoch) {
        publish(Topics.safety(WORKSPACE), Safety.arm(epoch, now()), false);
    }

    void stop(long epoch) {
        publish(Topics.safety(WORKSPACE, device), Safety.disarm(epoch, now()), true);
    }

    /** A command that may begin for two seconds. */
    UUID send(String command, Map<String, Long> args, long epoch, long boot) {
        return send(
                new CommandMessage(
                        Ids.next(), command, args, now(), now() + 2_000, epoch, boot, null));
    }

    UUID send(CommandMessage command) {
        publish(Topics.command(WORKSPACE, device), command, false);
        return command.id();
    }

    /** The acknowledgement of a command with that status, as soon as it is there. */
    Ack ack(UUID commandId, Ack.Status status) {
        return await("ack", Ack.class, ack -> ack.id().equals(commandId) && ack.st() == status);
    }

    /** How often the device has acknowledged a command so. */
    long acks(UUID commandId, Ack.Status status) {
        return all("ack", Ack.class).stream()
                .filter(ack -> ack.id().equals(commandId) && ack.st() == status)
                .count();
    }

    /** The last thing that fits, as soon as it is there. */
    <T> T await(String name, Class<T> type, Predicate<T> fits) {
        var end = System.nanoTime() + PATIENCE.toNanos();
        synchronized (said) {
            while (true) {
                var found = last(name, type, fits);
                if (found.isPresent()) {
                    return found.get();
                }
                var left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError("no such " + name + ", but: " + texts());
                }
                try {
                    said.wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    /** All that it has said so far. */
    <T> List<T> all(String name, Class<T> type) {
        synchronized (said) {
            return said.stream()
                    .filter(one -> one.name().equals(name))
                    .map(one -> Json.read(one.body().getBytes(UTF_8), type))
                    .toList();
        }
    }

    private <T> Optional<T> last(String name, Class<T> type, Predicate<T> fits) {
        return said.reversed().stream()
                .filter(one -> one.name().equals(name))
                .map(one -> Json.read(one.body().getBytes(UTF_8), type))
                .filter(fits)
                .findFirst();
    }

    private List<String> texts() {
        return said.stream().map(one -> one.name() + " " + one.body()).toList();
    }

    static long now() {
        return System.currentTimeMillis();
    }

    @Override
    public void close() {
        client.disconnect();
        broker.close();
    }

    private Optional<DeviceIdentity> identify(Credentials credentials) {
        return Optional.ofNullable(devices.get(credentials.password()))
                .map(known -> new DeviceIdentity(WORKSPACE, known));
    }

    private void hear(Mqtt5Publish publish) {
        var up = Topics.parseUp(publish.getTopic().toString()).orElseThrow();
        synchronized (said) {
            if (!up.deviceId().equals(device)) {
                return;
            }
            said.add(new Said(up.name(), new String(publish.getPayloadAsBytes(), UTF_8)));
            said.notifyAll();
        }
    }
}
