package io.streamwire.broker;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import io.streamwire.broker.Authenticator.Credentials;
import io.streamwire.broker.Authenticator.DeviceIdentity;
import io.streamwire.contract.Ids;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** A running broker with tokens, and clients for it. */
final class Fixture implements AutoCloseable {

    static final String HUB_PASSWORD = "hub-password-of-the-tests";

    /** A token that nobody can be asked about. */
    static final String UNKNOWABLE = "unknowable";

    static final String SECRET = "service-secret";
    static final Duration WAIT = Duration.ofSeconds(30);

    final UUID workspace = Ids.next();
    final UUID device = Ids.next();
    final UUID neighbour = Ids.next();
    final Map<String, DeviceIdentity> tokens = new ConcurrentHashMap<>();
    final AtomicInteger questions = new AtomicInteger();

    /** What happens between an answer about a token and its arrival. */
    volatile Runnable slow = () -> {};

    final Broker broker;

    Fixture(Path dataDir) {
        this(BrokerSettings.onLoopback(dataDir, HUB_PASSWORD, SECRET));
    }

    Fixture(Path dataDir, BrokerSettings.Limits limits) {
        this(
                new BrokerSettings(
                        BrokerSettings.LOOPBACK,
                        0,
                        BrokerSettings.Tls.OFF,
                        0,
                        0,
                        dataDir,
                        HUB_PASSWORD,
                        SECRET,
                        limits));
    }

    Fixture(BrokerSettings settings) {
        tokens.put("token-1", new DeviceIdentity(workspace, device));
        tokens.put("token-2", new DeviceIdentity(workspace, neighbour));
        broker = Broker.start(settings, this::identify);
    }

    private Optional<DeviceIdentity> identify(Credentials credentials) {
        var _ = questions.incrementAndGet();
        if (credentials.password().equals(UNKNOWABLE)) {
            throw new IllegalStateException("nobody can be asked");
        }
        var answer = Optional.ofNullable(tokens.get(credentials.password()));
        slow.run();
        return answer;
    }

    Mqtt5BlockingClient mqtt5(String clientId) {
        return MqttClient.builder()
                .useMqttVersion5()
                .identifier(clientId)
                .serverHost(BrokerSettings.LOOPBACK)
                .serverPort(broker.port())
                .buildBlocking();
    }

    Mqtt3BlockingClient mqtt3(String clientId) {
        return MqttClient.builder()
                .useMqttVersion3()
                .identifier(clientId)
                .serverHost(BrokerSettings.LOOPBACK)
                .serverPort(broker.port())
                .buildBlocking();
    }

    Mqtt5BlockingClient device5() {
        return device5(device, "token-1");
    }

    Mqtt5BlockingClient device5(UUID deviceId, String token) {
        var client = mqtt5(deviceId.toString());
        client.connectWith()
                .simpleAuth()
                .username(deviceId.toString())
                .password(bytes(token))
                .applySimpleAuth()
                .send();
        return client;
    }

    Mqtt3BlockingClient device3() {
        var client = mqtt3(device.toString());
        client.connectWith()
                .simpleAuth()
                .username(device.toString())
                .password(bytes("token-1"))
                .applySimpleAuth()
                .send();
        return client;
    }

    Mqtt5BlockingClient hub() {
        var client = mqtt5("hub-1");
        client.connectWith()
                .simpleAuth()
                .username("hub")
                .password(bytes(HUB_PASSWORD))
                .applySimpleAuth()
                .send();
        return client;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        var end = System.nanoTime() + WAIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + WAIT + ": " + what);
            }
            Thread.sleep(5);
        }
    }

    @Override
    public void close() {
        broker.close();
    }
}
