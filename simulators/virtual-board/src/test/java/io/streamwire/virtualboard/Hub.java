package io.streamwire.virtualboard;

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
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.CommandMessage;
import io.streamwire.contract.mqtt.Safety;
import io.streamwire.contract.mqtt.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** A real broker and a hub on it that says what a test wants it to say. */
final class Hub implements AutoCloseable {

    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final String PASSWORD = "hub-password-of-the-tests";
    private static final String SECRET = "service-secret";

    private final Map<String, DeviceIdentity> tokens = new ConcurrentHashMap<>();
    private final Map<UUID, List<BoardState>> states = new ConcurrentHashMap<>();
    private final Map<UUID, List<Ack>> acks = new ConcurrentHashMap<>();
    private final Map<String, byte[]> last = new ConcurrentHashMap<>();
    private final Broker broker;
    private final Mqtt5BlockingClient client;

    Hub(Path directory) {
        broker =
                Broker.start(
                        BrokerSettings.onLoopback(directory, PASSWORD, SECRET), this::identify);
        client =
                Mqtt5Client.builder()
                        .identifier("hub-1")
                        .serverHost(BrokerSettings.LOOPBACK)
                        .serverPort(broker.port())
                        .simpleAuth()
                        .username("hub")
                        .password(PASSWORD.getBytes(StandardCharsets.UTF_8))
                        .applySimpleAuth()
                        .buildBlocking();
        client.connect();
        client.toAsync().publishes(MqttGlobalPublishFilter.ALL, this::hear);
        client.subscribeWith().topicFilter("sw/1/+/+/up/#").qos(MqttQos.AT_LEAST_ONCE).send();
    }

    URI url() {
        return URI.create("tcp://" + BrokerSettings.LOOPBACK + ":" + broker.port());
    }

    /** A new device with a token. */
    BoardAccess register(UUID workspaceId) {
        var access = new BoardAccess(workspaceId, Ids.next(), "token-" + Ids.next());
        tokens.put(access.token(), new DeviceIdentity(workspaceId, access.deviceId()));
        return access;
    }

    /** Ends the session of a device, as when a token is revoked. */
    void kick(UUID deviceId) {
        var request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://%s:%d/clients/%s"
                                                .formatted(
                                                        BrokerSettings.LOOPBACK,
                                                        broker.httpPort(),
                                                        deviceId)))
                        .header("X-Service-Secret", SECRET)
                        .DELETE()
                        .build();
        try (var http = HttpClient.newHttpClient()) {
            var status = http.send(request, BodyHandlers.discarding()).statusCode();
            if (status != 204) {
                throw new AssertionError("kick answered " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
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

    void arm(UUID workspaceId, long epoch) {
        publish(Topics.safety(workspaceId), Safety.arm(epoch, now()), false);
    }

    void stop(UUID workspaceId, long epoch) {
        publish(Topics.safety(workspaceId), Safety.disarm(epoch, now()), false);
    }

    UUID send(VirtualBoard board, CommandMessage command) {
        publish(Topics.command(board.workspaceId(), board.deviceId()), command, false);
        return command.id();
    }

    List<BoardState> states(UUID deviceId) {
        return states.getOrDefault(deviceId, List.of());
    }

    List<Ack> acks(UUID commandId) {
        return acks.getOrDefault(commandId, List.of());
    }

    List<Ack.Status> statuses(UUID commandId) {
        return acks(commandId).stream().map(Ack::st).toList();
    }

    /** The last thing that a device said under a name. */
    <T> Optional<T> last(UUID deviceId, String name, Class<T> type) {
        return Optional.ofNullable(last.get(deviceId + name)).map(body -> Json.read(body, type));
    }

    void awaitState(UUID deviceId, BoardState.Phase phase, long epoch) {
        await(
                phase + " with epoch " + epoch,
                () ->
                        last(deviceId, "state", BoardState.class)
                                .filter(state -> state.s() == phase && state.epoch() == epoch)
                                .isPresent());
    }

    /** The acknowledgement with a status, as soon as it is there. */
    Ack awaitAck(UUID commandId, Ack.Status status) {
        await("ack " + status, () -> statuses(commandId).contains(status));
        return acks(commandId).stream().filter(ack -> ack.st() == status).findFirst().orElseThrow();
    }

    static void await(String what, BooleanSupplier condition) {
        var end = System.nanoTime() + WAIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + WAIT + ": " + what);
            }
            try {
                Thread.sleep(2);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
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
        return Optional.ofNullable(tokens.get(credentials.password()));
    }

    private void hear(Mqtt5Publish publish) {
        var up = Topics.parseUp(publish.getTopic().toString()).orElseThrow();
        var body = publish.getPayloadAsBytes();
        last.put(up.deviceId() + up.name(), body);
        if (up.name().equals("state")) {
            states.computeIfAbsent(up.deviceId(), _ -> new CopyOnWriteArrayList<>())
                    .add(Json.read(body, BoardState.class));
        } else if (up.name().equals("ack")) {
            var ack = Json.read(body, Ack.class);
            acks.computeIfAbsent(ack.id(), _ -> new CopyOnWriteArrayList<>()).add(ack);
        }
    }
}
