package io.streamwire.devices;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.eclipse.paho.mqttv5.common.packet.MqttReturnCode;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the MQTT client library, built anew when it does not come back by itself.
 * Thread-safe.
 */
final class MqttConnection implements AutoCloseable {

    private static final Logger LOG = System.getLogger(MqttConnection.class.getName());

    private static final long SESSION_EXPIRY_SECONDS = 60;
    private static final int KEEP_ALIVE_SECONDS = 10;
    private static final int CONNECT_TIMEOUT_SECONDS = 5;
    private static final int LONGEST_RECONNECT_DELAY_MS = 4_000;
    private static final long REBUILD_AFTER_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long CLOSE_MS = 50;

    /** MQTT 5 reason codes that tell that a client no longer understands its broker. */
    private static final Set<Integer> BROKEN_SESSION =
            Set.of(
                    MqttReturnCode.RETURN_CODE_PROTOCOL_ERROR,
                    MqttReturnCode.RETURN_CODE_RECEIVE_MAXIMUM_EXCEEDED,
                    MqttReturnCode.RETURN_CODE_TOPIC_ALIAS_NOT_ACCEPTED);

    private final MqttLine.Settings settings;
    private final Owner owner;

    private final String name;
    private final List<MqttSubscription> subscriptions;
    private final AtomicInteger brokenSessions = new AtomicInteger();
    private volatile @Nullable MqttAsyncClient client;
    private volatile long aliveAt = System.nanoTime();
    private volatile boolean connecting;
    private volatile boolean everConnected;
    private volatile boolean subscribed;
    private volatile boolean closed;

    /** Who is told, on a thread of the library. */
    interface Owner {
        /** It has a connection again. */
        void connected();

        void disconnected();

        void arrived(String topic, byte[] payload);

        /** Its client is given up, with all that it has not told of yet; another one comes. */
        default void abandoned() {}
    }

    /**
     * @param name what the client id ends with
     * @param subscriptions what is subscribed to whenever it is connected
     */
    MqttConnection(
            MqttLine.Settings settings,
            String name,
            List<MqttSubscription> subscriptions,
            Owner owner) {
        this.settings = settings;
        this.name = name;
        this.subscriptions = List.copyOf(subscriptions);
        this.owner = owner;
    }

    /** The client while it is connected. */
    Optional<MqttAsyncClient> client() {
        return Optional.ofNullable(client).filter(MqttAsyncClient::isConnected);
    }

    /** Whether the broker has taken the subscriptions of this connection. */
    boolean subscribed() {
        return subscribed;
    }

    boolean connected() {
        var current = client;
        return current != null && current.isConnected();
    }

    synchronized void open() {
        aliveAt = System.nanoTime();
        everConnected = false;
        try {
            // Its default persistence writes files: 60 times slower, and Redis has the queue.
            var fresh =
                    new MqttAsyncClient(
                            settings.url(),
                            settings.clientId() + "-" + name,
                            new MemoryPersistence());
            fresh.setCallback(new Events());
            client = fresh;
            connect(fresh);
        } catch (MqttException e) {
            LOG.log(Level.WARNING, "mqtt={0} client=not_built reason={1}", name, e.getMessage());
        }
    }

    private void connect(MqttAsyncClient target) {
        connecting = true;
        try {
            var _ =
                    target.connect(
                            options(),
                            null,
                            new MqttActionListener() {
                                @Override
                                public void onSuccess(IMqttToken token) {
                                    connecting = false;
                                }

                                @Override
                                public void onFailure(IMqttToken token, Throwable failure) {
                                    connecting = false;
                                    LOG.log(
                                            Level.DEBUG,
                                            "mqtt={0} connected=no reason={1}",
                                            name,
                                            failure.getMessage());
                                }
                            });
        } catch (MqttException e) {
            connecting = false;
            LOG.log(Level.DEBUG, "mqtt={0} connected=no reason={1}", name, e.getMessage());
        }
    }

    private MqttConnectionOptions options() {
        var options = new MqttConnectionOptions();
        options.setCleanStart(false);
        options.setSessionExpiryInterval(SESSION_EXPIRY_SECONDS);
        options.setAutomaticReconnect(true);
        options.setMaxReconnectDelay(LONGEST_RECONNECT_DELAY_MS);
        options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
        options.setConnectionTimeout(CONNECT_TIMEOUT_SECONDS);
        if (settings.url().startsWith("tcp:")) {
            options.setSocketFactory(new PromptSockets());
        }
        options.setUserName(settings.username());
        options.setPassword(settings.password().getBytes(StandardCharsets.UTF_8));
        return options;
    }

    /** The library comes back by itself only after a first connection, and not always then. */
    synchronized void watch() {
        var current = client;
        if (closed) {
            return;
        }
        if (current == null) {
            open();
            return;
        }
        if (current.isConnected()) {
            aliveAt = System.nanoTime();
        }
        if (!everConnected && !connecting && !current.isConnected()) {
            connect(current);
        }
        var silent = System.nanoTime() - aliveAt > REBUILD_AFTER_NANOS;
        if (silent || brokenSessions.get() >= 2) {
            LOG.log(Level.WARNING, "mqtt={0} client=rebuilt", name);
            brokenSessions.set(0);
            destroy(current);
            owner.abandoned();
            open();
        }
    }

    private void subscribe(MqttAsyncClient current) {
        if (subscriptions.isEmpty()) {
            return;
        }
        try {
            var _ =
                    current.subscribe(
                            subscriptions.toArray(MqttSubscription[]::new),
                            null,
                            new MqttActionListener() {
                                @Override
                                public void onSuccess(IMqttToken token) {
                                    subscribed = true;
                                }

                                @Override
                                public void onFailure(IMqttToken token, Throwable failure) {
                                    LOG.log(
                                            Level.WARNING,
                                            "mqtt={0} subscribed=no reason={1}",
                                            name,
                                            failure.getMessage());
                                }
                            },
                            new MqttProperties());
        } catch (MqttException e) {
            LOG.log(Level.WARNING, "mqtt={0} subscribed=no reason={1}", name, e.getMessage());
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        var current = client;
        if (current != null) {
            destroy(current);
        }
    }

    private void destroy(MqttAsyncClient old) {
        try {
            old.disconnectForcibly(CLOSE_MS, CLOSE_MS, true);
        } catch (MqttException e) {
            LOG.log(Level.DEBUG, "mqtt={0} disconnect={1}", name, e.getMessage());
        }
        try {
            old.close(true);
        } catch (MqttException e) {
            LOG.log(Level.DEBUG, "mqtt={0} close={1}", name, e.getMessage());
        }
    }

    private final class Events implements MqttCallback {
        @Override
        public void connectComplete(boolean reconnect, String url) {
            everConnected = true;
            subscribed = false;
            aliveAt = System.nanoTime();
            var current = client;
            if (current != null) {
                subscribe(current);
            }
            owner.connected();
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            if (BROKEN_SESSION.contains(response.getReturnCode())) {
                brokenSessions.incrementAndGet();
            }
            owner.disconnected();
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            owner.arrived(topic, message.getPayload());
        }

        @Override
        public void deliveryComplete(IMqttToken token) {
            brokenSessions.set(0);
        }

        @Override
        public void mqttErrorOccurred(MqttException failure) {
            LOG.log(Level.DEBUG, "mqtt={0} error={1}", name, failure.getMessage());
        }

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {
            // We use no extended authentication.
        }
    }
}
