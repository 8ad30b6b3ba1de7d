package io.streamwire.virtualboard;

import com.hivemq.client.mqtt.MqttClientExecutorConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.Topics;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A board's MQTT connection: connects again by itself, taps what passes for the recorder, what
 * comes in before the board sees it, and can be made to misbehave. State is confined to the board's
 * thread; messages arrive on the network's.
 */
final class BoardLink implements Firmware.Uplink {

    private static final System.Logger LOG = System.getLogger(BoardLink.class.getName());

    private static final int KEEP_ALIVE_SECONDS = 15;
    private static final long FIRST_RECONNECT_MS = 200;
    private static final long LONGEST_RECONNECT_MS = 10_000;
    private static final int MOST_DOUBLINGS = 6;

    private final URI broker;
    private final BoardAccess access;
    private final MqttClientExecutorConfig executors;
    private final BoardThread thread;
    private final PinRecorder recorder;
    private final VirtualBoard board;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();

    private @Nullable Mqtt5AsyncClient client;

    /** Counts connections, so that what is left of an older one is told apart. */
    private long connection;

    private int failures;
    private boolean closed;
    private @Nullable Message lastCommand;
    private volatile long delayMs;
    private volatile boolean doubled;

    /** What came in and waits for the board's thread. */
    private final Queue<Message> inbox = new ConcurrentLinkedQueue<>();

    BoardLink(
            URI broker,
            BoardAccess access,
            MqttClientExecutorConfig executors,
            BoardThread thread,
            PinRecorder recorder,
            VirtualBoard board) {
        this.broker = broker;
        this.access = access;
        this.executors = executors;
        this.thread = thread;
        this.recorder = recorder;
        this.board = board;
    }

    /** Completes when the board was connected and subscribed for the first time. */
    CompletableFuture<Void> ready() {
        return ready;
    }

    boolean connected() {
        return client != null;
    }

    void connect() {
        if (closed || client != null) {
            return;
        }
        var of = ++connection;
        var connecting = client(of);
        client = connecting;
        connecting.publishes(
                MqttGlobalPublishFilter.ALL, publish -> arrived(Message.of(of, publish)));
        var _ =
                connecting
                        .connect(
                                Mqtt5Connect.builder()
                                        .cleanStart(true)
                                        .sessionExpiryInterval(0)
                                        .keepAlive(KEEP_ALIVE_SECONDS)
                                        .build())
                        .whenComplete((_, failure) ->
                                thread.execute(() -> {
                                    if (failure == null) {
                                        opened(of);
                                    } else {
                                        lost(of, failure);
                                    }
                                }));
    }

    @Override
    public void publish(String topic, Object body, boolean retain, Firmware.Taken taken) {
        var open = client;
        if (open == null) {
            taken.by(false);
            return;
        }
        var payload = Json.writeBytes(body);
        if (topic.endsWith("/up/describe")) {
            recorder.described(access.deviceId(), payload);
        }
        var _ =
                open.publish(
                                Mqtt5Publish.builder()
                                        .topic(topic)
                                        .qos(MqttQos.AT_LEAST_ONCE)
                                        .retain(retain)
                                        .payload(payload)
                                        .build())
                        .whenComplete((result, failure) ->
                                thread.execute(() ->
                                        taken.by(failure == null && result.getError().isEmpty())));
    }

    @Override
    public void publish(String topic, Object body) {
        var open = client;
        if (open != null) {
            var _ =
                    open.publish(
                            Mqtt5Publish.builder()
                                    .topic(topic)
                                    .qos(MqttQos.AT_MOST_ONCE)
                                    .payload(Json.writeBytes(body))
                                    .build());
        }
    }

    /** Loses the connection, as the broker sees it, and comes back after a while. */
    void drop(long awayMs) {
        var _ = hangUp().whenComplete((_, _) -> thread.schedule(this::connect, awayMs));
    }

    CompletableFuture<Void> close() {
        closed = true;
        return hangUp();
    }

    private CompletableFuture<Void> hangUp() {
        var open = client;
        if (open == null) {
            return CompletableFuture.completedFuture(null);
        }
        forget();
        return open.disconnectWith()
                .reasonCode(Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
                .send();
    }

    void delay(long ms) {
        delayMs = ms;
    }

    void duplicate(boolean on) {
        doubled = on;
    }

    /** Lets the last command arrive once more. */
    void repeatLastCommand() {
        var message = lastCommand;
        if (message != null) {
            var again = message.again(connection);
            tap(again);
            deliver(again);
        }
    }

    private Mqtt5AsyncClient client(long of) {
        var id = access.deviceId().toString();
        return Mqtt5Client.builder()
                .identifier(id)
                .serverHost(broker.getHost())
                .serverPort(broker.getPort())
                .executorConfig(executors)
                .simpleAuth()
                .username(id)
                .password(access.token().getBytes(StandardCharsets.UTF_8))
                .applySimpleAuth()
                .willPublish()
                .topic(Topics.state(access.workspaceId(), access.deviceId()))
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(true)
                .payload(Json.writeBytes(board.firmware().state(BoardState.Phase.LOST)))
                .applyWillPublish()
                .addDisconnectedListener(context -> {
                    var cause = context.getCause();
                    thread.execute(() -> lost(of, cause));
                })
                .buildAsync();
    }

    private void opened(long of) {
        var open = client;
        if (of != connection || open == null) {
            return;
        }
        failures = 0;
        LOG.log(Level.DEBUG, "board device={0} status=connected", access.deviceId());
        board.firmware().connected();
        var _ =
                open.subscribe(
                                Mqtt5Subscribe.builder()
                                        .addSubscription(
                                                subscription(
                                                        Topics.downFilter(
                                                                access.workspaceId(),
                                                                access.deviceId())))
                                        .addSubscription(
                                                subscription(
                                                        Topics.downFilter(access.workspaceId())))
                                        .build())
                        .whenComplete((_, failure) ->
                                thread.execute(() -> {
                                    if (of != connection) {
                                        return;
                                    }
                                    if (failure != null) {
                                        drop(backoffMs());
                                        return;
                                    }
                                    board.subscribed();
                                    ready.complete(null);
                                }));
    }

    private void lost(long of, Throwable cause) {
        if (of != connection || client == null) {
            return;
        }
        var level = failures == 0 ? Level.INFO : Level.DEBUG;
        LOG.log(
                level,
                "board device={0} status=disconnected reason={1}",
                access.deviceId(),
                cause.getMessage());
        forget();
        thread.schedule(this::connect, backoffMs());
    }

    private void forget() {
        client = null;
        connection++;
        recorder.disconnected(access.deviceId());
        board.firmware().disconnected();
    }

    /** Doubles with each failure; half of it is random, so that a fleet does not come at once. */
    private long backoffMs() {
        var longest =
                Math.min(
                        LONGEST_RECONNECT_MS,
                        FIRST_RECONNECT_MS << Math.min(failures, MOST_DOUBLINGS));
        failures++;
        return longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2);
    }

    /** On the network's thread, so that recorder and board know when a message really came. */
    private void arrived(Message message) {
        var copies = doubled && message.isCommand() ? 2 : 1;
        for (var copy = 0; copy < copies; copy++) {
            var delay = delayMs;
            if (delay == 0) {
                tap(message);
                inbox.add(message);
                thread.execute(this::deliverNext);
            } else {
                thread.schedule(
                        () -> {
                            if (message.connection == connection) {
                                var late = message.again(connection);
                                tap(late);
                                deliver(late);
                            }
                        },
                        delay);
            }
        }
    }

    private void tap(Message message) {
        recorder.received(
                access.deviceId(), message.topic, message.body, message.retained, message.nanoTime);
    }

    private void deliverNext() {
        var message = inbox.poll();
        if (message != null) { // else the board took it out of turn
            deliver(message);
        }
    }

    @Override
    public void heedSafety() {
        for (var waiting = inbox.iterator(); waiting.hasNext(); ) {
            var message = waiting.next();
            if (message.isSafety()) {
                waiting.remove();
                deliver(message);
            }
        }
    }

    private void deliver(Message message) {
        if (message.connection != connection) {
            return;
        }
        if (message.isCommand()) {
            lastCommand = message;
        }
        board.received(message.topic, message.body, message.retained, message.nanoTime);
    }

    private static Mqtt5Subscription subscription(String filter) {
        return Mqtt5Subscription.builder().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).build();
    }

    /** What came in, on which connection, and when. */
    private static final class Message {
        private final long connection;
        private final String topic;
        private final byte[] body;
        private final boolean retained;
        private final long nanoTime = System.nanoTime();

        private Message(long connection, String topic, byte[] body, boolean retained) {
            this.connection = connection;
            this.topic = topic;
            this.body = body;
            this.retained = retained;
        }

        static Message of(long connection, Mqtt5Publish publish) {
            return new Message(
                    connection,
                    publish.getTopic().toString(),
                    publish.getPayloadAsBytes(),
                    publish.isRetain());
        }

        /** The same, as it comes now. */
        Message again(long on) {
            return new Message(on, topic, body, retained);
        }

        boolean isCommand() {
            return topic.endsWith("/down/cmd");
        }

        boolean isSafety() {
            return topic.endsWith("/down/safety");
        }
    }
}
