package io.streamwire.devices;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
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
import org.eclipse.paho.mqttv5.common.packet.UserProperty;
import org.jspecify.annotations.Nullable;

/**
 * The line to the boards: one MQTT client that publishes, one that subscribes. It starts while the
 * broker is away and connects when it comes. What arrives is handed to two threads through bounded
 * queues, so that no callback of the client ever waits. Thread-safe.
 */
final class MqttLine implements AutoCloseable {

    private static final Logger LOG = System.getLogger(MqttLine.class.getName());

    /** Published but not acknowledged by the broker, most; its receive maximum is 1,000. */
    private static final int WINDOW = 500;

    /** Acknowledgements or states that wait: all that ten thousand boards say after a restart. */
    private static final int MOST_URGENT = 32_768;

    private static final int MOST_BULK = 4_096;
    private static final long SESSION_EXPIRY_SECONDS = 60;
    private static final int KEEP_ALIVE_SECONDS = 10;
    private static final int CONNECT_TIMEOUT_SECONDS = 5;
    private static final int LONGEST_RECONNECT_DELAY_MS = 4_000;
    private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long REBUILD_AFTER_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long CLOSE_MS = 50;

    /** MQTT 5 reason codes that tell that a client no longer understands its broker. */
    private static final Set<Integer> BROKEN_SESSION =
            Set.of(
                    MqttReturnCode.RETURN_CODE_PROTOCOL_ERROR,
                    MqttReturnCode.RETURN_CODE_RECEIVE_MAXIMUM_EXCEEDED,
                    MqttReturnCode.RETURN_CODE_TOPIC_ALIAS_NOT_ACCEPTED);

    private final Settings settings;
    private final Semaphore window = new Semaphore(WINDOW);
    private final Client publisher;
    private final Client subscriber;
    private final Inbox acks = new Inbox("mqtt-acks", MOST_URGENT);
    private final Inbox states = new Inbox("mqtt-states", MOST_URGENT);

    /** What boards may flood without harm to anybody else. */
    private final Inbox bulk = new Inbox("mqtt-bulk", MOST_BULK);

    private final Thread watchdog = Thread.ofVirtual().name("mqtt-watchdog").unstarted(this::watch);
    private volatile @Nullable Receiver receiver;
    private volatile boolean closed;

    /**
     * Where and as whom to connect.
     *
     * @param clientId the same after a restart, so that acknowledgements wait for us meanwhile
     */
    record Settings(String url, String username, String password, String clientId) {}

    /**
     * One message to publish with QoS 1.
     *
     * @param payload empty clears what is retained
     * @param expirySeconds how long the broker may hold it, 0 = for ever
     */
    record Outgoing(
            String topic,
            String payload,
            boolean retained,
            long expirySeconds,
            @Nullable String responseTopic,
            @Nullable String correlation,
            @Nullable String traceparent) {

        static Outgoing retained(String topic, String payload) {
            return new Outgoing(topic, payload, true, 0, null, null, null);
        }
    }

    /** What the broker did with a message. */
    enum Taken {
        DELIVERABLE,
        /** Nobody subscribes to its topic: nobody will ever get it. */
        NOBODY_THERE
    }

    /** The message never left: there is no connection, or the window is full. */
    static final class NotSent extends RuntimeException {
        NotSent(String message) {
            super(message, null, false, false);
        }
    }

    /** Who is told what happens; never on a thread of the MQTT client. */
    interface Receiver {
        /** Both clients have a connection, the subscriptions have been asked for. */
        void connected();

        void arrived(String topic, byte[] payload);
    }

    /**
     * @param acknowledgements filters of what may be handled in any order
     * @param reports filters of the rest: states and configurations in order, bulk apart
     */
    MqttLine(Settings settings, List<String> acknowledgements, List<String> reports) {
        this.settings = settings;
        var filters = new ArrayList<>(acknowledgements);
        filters.addAll(reports);
        this.publisher = new Client("down", List.of());
        this.subscriber = new Client("up", filters);
    }

    void start(Receiver receiver) {
        this.receiver = receiver;
        acks.start();
        states.start();
        bulk.start();
        publisher.open();
        subscriber.open();
        watchdog.start();
    }

    /** Whether messages can be sent and received right now. */
    boolean connected() {
        return publisher.connected() && subscriber.connected();
    }

    /** Whether, besides that, the broker has taken our subscriptions. */
    boolean listening() {
        return connected() && subscriber.subscribed;
    }

    /** How long the oldest message that arrived has been worked at, ms; 0 when none is. */
    long busyMs() {
        return Math.max(acks.busyMs(), states.busyMs());
    }

    /**
     * Acknowledgements and states that were thrown away because they came faster than they could be
     * handled.
     */
    long dropped() {
        return acks.dropped.get() + states.dropped.get();
    }

    /**
     * Publishes; never waits. The future completes when the broker has the message. It fails with
     * {@link NotSent} when the message certainly never left, and with a {@link TimeoutException}
     * when that is unknown: a lost link is retried below, so the same message may arrive twice.
     */
    CompletableFuture<Taken> publish(Outgoing message) {
        var client = publisher.client;
        if (client == null || !client.isConnected()) {
            return CompletableFuture.failedFuture(new NotSent("no connection to the broker"));
        }
        if (!window.tryAcquire()) {
            return CompletableFuture.failedFuture(new NotSent("the window is full"));
        }
        var answer = new CompletableFuture<Taken>();
        // The window counts our futures: the client's own failures are not final.
        var _ = answer.whenComplete((_, _) -> window.release());
        try {
            var _ =
                    client.publish(
                            message.topic(),
                            mqttMessage(message),
                            null,
                            new MqttActionListener() {
                                @Override
                                public void onSuccess(IMqttToken token) {
                                    var codes = token.getReasonCodes();
                                    var nobody =
                                            codes != null
                                                    && codes.length > 0
                                                    && codes[0]
                                                            == MqttReturnCode
                                                                    .RETURN_CODE_NO_MATCHING_SUBSCRIBERS;
                                    answer.complete(
                                            nobody ? Taken.NOBODY_THERE : Taken.DELIVERABLE);
                                }

                                @Override
                                public void onFailure(IMqttToken token, Throwable failure) {
                                    // Not final: it is sent again after a reconnect.
                                }
                            });
        } catch (MqttException e) {
            answer.completeExceptionally(new NotSent("refused: " + e.getMessage()));
            return answer;
        }
        return answer.orTimeout(Math.max(2, message.expirySeconds() + 1), TimeUnit.SECONDS);
    }

    private static MqttMessage mqttMessage(Outgoing message) {
        var properties = new MqttProperties();
        if (message.expirySeconds() > 0) {
            properties.setMessageExpiryInterval(message.expirySeconds());
        }
        if (message.responseTopic() != null) {
            properties.setResponseTopic(message.responseTopic());
        }
        if (message.correlation() != null) {
            properties.setCorrelationData(message.correlation().getBytes(StandardCharsets.UTF_8));
        }
        if (message.traceparent() != null) {
            properties.setUserProperties(
                    List.of(new UserProperty("traceparent", message.traceparent())));
        }
        return new MqttMessage(
                message.payload().getBytes(StandardCharsets.UTF_8),
                1,
                message.retained(),
                properties);
    }

    private void watch() {
        var wasConnected = false;
        while (!closed) {
            publisher.watch();
            subscriber.watch();
            var isConnected = connected();
            if (isConnected != wasConnected) {
                LOG.log(
                        Level.INFO,
                        "mqtt={0} url={1}",
                        isConnected ? "up" : "down",
                        settings.url());
            }
            wasConnected = isConnected;
            LockSupport.parkNanos(WATCH_NANOS);
        }
    }

    private void connectionChanged() {
        LockSupport.unpark(watchdog);
        var told = receiver;
        if (told != null && connected()) {
            states.first(told::connected);
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(watchdog);
        publisher.close();
        subscriber.close();
        acks.close();
        states.close();
        bulk.close();
    }

    /** One client of the library, built anew when it does not come back by itself. */
    private final class Client {

        private final String name;
        private final List<String> filters;
        private final AtomicInteger brokenSessions = new AtomicInteger();
        private volatile @Nullable MqttAsyncClient client;
        private volatile long aliveAt = System.nanoTime();
        private volatile boolean connecting;
        private volatile boolean everConnected;
        private volatile boolean subscribed;

        Client(String name, List<String> filters) {
            this.name = name;
            this.filters = filters;
        }

        boolean connected() {
            var current = client;
            return current != null && current.isConnected();
        }

        void open() {
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
                LOG.log(
                        Level.WARNING,
                        "mqtt={0} client=not_built reason={1}",
                        name,
                        e.getMessage());
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
        void watch() {
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
                open();
            }
        }

        private void subscribe(MqttAsyncClient current) {
            if (filters.isEmpty()) {
                return;
            }
            var subscriptions =
                    filters.stream()
                            .map(filter -> new MqttSubscription(filter, 1))
                            .toArray(MqttSubscription[]::new);
            try {
                var _ =
                        current.subscribe(
                                subscriptions,
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

        void close() {
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
                connectionChanged();
            }

            @Override
            public void disconnected(MqttDisconnectResponse response) {
                if (BROKEN_SESSION.contains(response.getReturnCode())) {
                    brokenSessions.incrementAndGet();
                }
                LockSupport.unpark(watchdog);
            }

            @Override
            public void messageArrived(String topic, MqttMessage message) {
                var payload = message.getPayload();
                var told = receiver;
                if (told != null) {
                    inbox(topic).offer(() -> told.arrived(topic, payload));
                }
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

    private Inbox inbox(String topic) {
        if (topic.endsWith("/up/ack")) {
            return acks;
        }
        return topic.endsWith("/up/state") || topic.endsWith("/up/config") ? states : bulk;
    }

    /** A bounded queue and the thread that empties it, in order. */
    private final class Inbox {

        private final int capacity;
        private final ArrayBlockingQueue<Runnable> queue;

        /** What goes before everything in the queue, and cannot be dropped. */
        private final AtomicReference<@Nullable Runnable> first = new AtomicReference<>();

        private final AtomicLong dropped = new AtomicLong();
        private final Thread thread;
        private volatile long busySince; // System.nanoTime(), 0 when idle

        Inbox(String name, int capacity) {
            this.capacity = capacity;
            queue = new ArrayBlockingQueue<>(capacity);
            thread = Thread.ofVirtual().name(name).unstarted(this::run);
        }

        void start() {
            thread.start();
        }

        void offer(Runnable work) {
            if (!queue.offer(work) && dropped.getAndIncrement() % capacity == 0) {
                LOG.log(Level.WARNING, "inbox={0} dropped={1}", thread.getName(), dropped.get());
            }
        }

        /** Does this next; a later one replaces it. */
        void first(Runnable work) {
            first.set(work);
            var _ = queue.offer(() -> {}); // a full queue needs nobody to wake its thread
        }

        private void run() {
            while (!closed) {
                try {
                    var work = queue.take();
                    busySince = Math.max(1, System.nanoTime());
                    var urgent = first.getAndSet(null);
                    if (urgent != null) {
                        urgent.run();
                    }
                    work.run();
                } catch (InterruptedException e) {
                    return;
                } catch (RuntimeException e) {
                    LOG.log(Level.ERROR, "inbox=" + thread.getName() + " message=failed", e);
                } finally {
                    busySince = 0;
                }
            }
        }

        long busyMs() {
            var since = busySince;
            return since == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
        }

        void close() {
            thread.interrupt();
        }
    }
}
