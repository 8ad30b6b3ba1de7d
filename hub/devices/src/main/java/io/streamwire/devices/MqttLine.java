package io.streamwire.devices;

import io.streamwire.contract.mqtt.HomeAssistantTopics;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
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

    /** Besides that, of what is about safety alone: no other load may hold back a stop. */
    private static final int RESERVE = 450;

    /** Acknowledgements or states that wait: all that ten thousand boards say after a restart. */
    private static final int MOST_URGENT = 32_768;

    /** Of one workspace, so that a flood of its boards costs nobody else an acknowledgement. */
    private static final int SHARE = MOST_URGENT / 4 * 3;

    private static final int MOST_BULK = 4_096;
    private static final String SAFETY = "/down/safety";
    private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Settings settings;
    private final Semaphore window = new Semaphore(WINDOW);
    private final Semaphore reserve = new Semaphore(RESERVE);
    private final Map<Long, CompletableFuture<Taken>> unanswered = new ConcurrentHashMap<>();
    private final AtomicLong published = new AtomicLong();
    private final MqttConnection publisher;
    private final MqttConnection subscriber;
    private final Inbox acks = new Inbox("mqtt-acks", MOST_URGENT);
    private final Inbox states = new Inbox("mqtt-states", MOST_URGENT);
    private final InboxShares ackShares = new InboxShares(acks, SHARE);
    private final InboxShares stateShares = new InboxShares(states, SHARE);

    /** What boards may flood without harm to anybody else. */
    private final Inbox bulk = new Inbox("mqtt-bulk", MOST_BULK);

    /** What is retained for Home Assistant, and its presses; its stops are as urgent as states. */
    private final Inbox homeAssistant = new Inbox("mqtt-home-assistant", MOST_URGENT);

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
     * One message to publish.
     *
     * @param payload empty clears what is retained
     * @param delivery what is worth its while
     * @param expirySeconds how long the broker may hold it, 0 = for ever
     */
    record Outgoing(
            String topic,
            String payload,
            boolean retained,
            Delivery delivery,
            long expirySeconds,
            @Nullable String responseTopic,
            @Nullable String correlation,
            @Nullable String traceparent) {

        static Outgoing retained(String topic, String payload) {
            return new Outgoing(topic, payload, true, Delivery.SURE, 0, null, null, null);
        }

        static Outgoing of(String topic, String payload, Delivery delivery, long expirySeconds) {
            return new Outgoing(topic, payload, false, delivery, expirySeconds, null, null, null);
        }
    }

    /** How much the client library does for a message. */
    enum Delivery {
        /** QoS 0: what is under way when the link is lost is gone, and never comes late. */
        PROMPT(0),
        /** QoS 1: sent again after a lost link, however long that took. */
        SURE(1);

        private final int qos;

        Delivery(int qos) {
            this.qos = qos;
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
     * @param fleeting filters of what is worth nothing later: never kept while nobody is connected,
     *     never delivered twice
     */
    MqttLine(
            Settings settings,
            List<String> acknowledgements,
            List<String> reports,
            List<String> fleeting) {
        this.settings = settings;
        var filters = new ArrayList<MqttSubscription>();
        acknowledgements.forEach(filter -> filters.add(new MqttSubscription(filter, 1)));
        reports.forEach(filter -> filters.add(new MqttSubscription(filter, 1)));
        fleeting.forEach(filter -> filters.add(new MqttSubscription(filter, 0)));
        this.publisher = new MqttConnection(settings, "down", List.of(), new Publishing());
        this.subscriber = new MqttConnection(settings, "up", filters, new Events());
    }

    void start(Receiver receiver) {
        this.receiver = receiver;
        acks.start();
        states.start();
        bulk.start();
        homeAssistant.start();
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
        return connected() && subscriber.subscribed();
    }

    /** How long the oldest message that arrived has been worked at, ms; 0 when none is. */
    long busyMs() {
        return Math.max(acks.busyMs(), states.busyMs());
    }

    /**
     * Acknowledgements and states that were thrown away because they came faster than they could be
     * handled; without those of a workspace that sent too many.
     */
    long dropped() {
        return acks.dropped() + states.dropped();
    }

    /**
     * Publishes; never waits. The future completes when the broker has the message, or, of a {@link
     * Delivery#PROMPT} one, when it was written to the socket. It fails with {@link NotSent} when
     * the message certainly never left, and with a {@link TimeoutException} when that is unknown: a
     * lost link is retried below, so the same message may arrive twice. Stops, disarmings and
     * renewals find a place when everything else has filled the window.
     */
    CompletableFuture<Taken> publish(Outgoing message) {
        var client = publisher.client().orElse(null);
        if (client == null) {
            return CompletableFuture.failedFuture(new NotSent("no connection to the broker"));
        }
        var place = place(message.topic()).orElse(null);
        if (place == null) {
            return CompletableFuture.failedFuture(new NotSent("the window is full"));
        }
        var answer = new CompletableFuture<Taken>();
        // The window counts our futures: the client's own failures are not final.
        var number = published.incrementAndGet();
        unanswered.put(number, answer);
        var _ =
                answer.whenComplete((_, _) -> {
                    unanswered.remove(number);
                    place.release();
                });
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

    private Optional<Semaphore> place(String topic) {
        if (topic.endsWith(SAFETY) && reserve.tryAcquire()) {
            return Optional.of(reserve);
        }
        return window.tryAcquire() ? Optional.of(window) : Optional.empty();
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
                message.delivery().qos,
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

    private final class Publishing extends Events {
        /** Its client will never tell of what it was given. */
        @Override
        public void abandoned() {
            var unknown = new TimeoutException("the client was built anew");
            List.copyOf(unanswered.values())
                    .forEach(answer -> answer.completeExceptionally(unknown));
        }
    }

    private class Events implements MqttConnection.Owner {
        @Override
        public void connected() {
            LockSupport.unpark(watchdog);
            var told = receiver;
            if (told != null && MqttLine.this.connected()) {
                states.first(told::connected);
            }
        }

        @Override
        public void disconnected() {
            LockSupport.unpark(watchdog);
        }

        @Override
        public void arrived(String topic, byte[] payload) {
            var told = receiver;
            if (told != null) {
                put(topic, () -> told.arrived(topic, payload));
            }
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
        homeAssistant.close();
    }

    private void put(String topic, Runnable work) {
        if (topic.endsWith("/up/ack")) {
            ackShares.offer(workspace(topic), work);
        } else if (topic.endsWith("/stop/set")) {
            var _ = acks.offer(work);
        } else if (HomeAssistantTopics.workspace(topic).isPresent()) {
            var _ = homeAssistant.offer(work);
        } else if (topic.endsWith("/up/state") || topic.endsWith("/up/config")) {
            stateShares.offer(workspace(topic), work);
        } else {
            var _ = bulk.offer(work);
        }
    }

    /** Of {@code sw/1/{workspace}/...}. */
    private static String workspace(String topic) {
        var from = topic.indexOf('/', topic.indexOf('/') + 1) + 1;
        return topic.substring(from, Math.max(from, topic.indexOf('/', from)));
    }
}
