package io.streamwire.bridge;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import javax.net.SocketFactory;
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
 * The bridge's one MQTT session. Each connection is a new client of the library with a clean
 * session: nothing that was under way before comes back. State is confined to the bridge's thread;
 * the library's threads only hand over.
 */
final class HubLine implements AutoCloseable {

    /** A link that is dead without a word is noticed within twice that, s. */
    static final int KEEP_ALIVE_SECONDS = 5;

    static final long RECONNECT_FIRST_MS = 200;
    static final long RECONNECT_MOST_MS = 10_000;

    /** A connection that lasts that long ends the pauses before the next one, ms. */
    static final long STEADY_MS = 10_000;

    private static final Logger LOG = System.getLogger(HubLine.class.getName());

    private static final int CONNECT_TIMEOUT_SECONDS = 5;
    private static final long SUBSCRIBE_AGAIN_MS = 250;
    private static final long CLOSE_MS = 200;
    private static final int REFUSED = 0x80;

    private final Loop loop;
    private final Access access;
    private final Owner owner;
    private final Backoff backoff;

    /** What is wanted; the value is whether the broker has granted it on this connection. */
    private final Map<String, Boolean> filters = new HashMap<>();

    /** Filters that were refused, which is logged once. */
    private final Set<String> refused = new HashSet<>();

    private @Nullable MqttAsyncClient client;
    private boolean connected;
    private boolean closed;
    private String reason = "not connected yet";
    private int connection;
    private long openedAt;

    /**
     * Where to connect, and as whom.
     *
     * @param sockets null for what the library takes for the URL
     * @param willTopic of the message that the broker publishes when this client is gone
     */
    record Access(
            String url,
            String clientId,
            String password,
            @Nullable SocketFactory sockets,
            String willTopic) {

        /** Without the password. */
        @Override
        public String toString() {
            return "Access[url=%s, clientId=%s]".formatted(url, clientId);
        }
    }

    /** Who is told, on the bridge's thread. */
    interface Owner {
        /** The body of the last will, as of now. */
        byte[] lastWill();

        void connected();

        void disconnected(String reason);

        /** The broker has granted a subscription: what is on its topics is heard from now on. */
        void granted(String filter);

        void arrived(String topic, byte[] body, boolean retained);
    }

    HubLine(Loop loop, Access access, Owner owner, RandomGenerator random) {
        this.loop = loop;
        this.access = access;
        this.owner = owner;
        this.backoff = new Backoff(RECONNECT_FIRST_MS, RECONNECT_MOST_MS, random);
    }

    boolean connected() {
        return connected;
    }

    /** Why there is no connection. */
    String reason() {
        return reason;
    }

    void start() {
        connect();
    }

    private void connect() {
        if (closed || client != null) {
            return;
        }
        var of = ++connection;
        try {
            var fresh =
                    new MqttAsyncClient(access.url(), access.clientId(), new MemoryPersistence());
            client = fresh;
            fresh.setCallback(new Events(of));
            var _ =
                    fresh.connect(
                            options(), null, listener(_ -> opened(of), (_, why) -> lost(of, why)));
        } catch (MqttException e) {
            lost(of, explain(e));
        }
    }

    private MqttConnectionOptions options() {
        var options = new MqttConnectionOptions();
        options.setCleanStart(true);
        options.setSessionExpiryInterval(0L);
        options.setAutomaticReconnect(false);
        options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
        options.setConnectionTimeout(CONNECT_TIMEOUT_SECONDS);
        options.setUserName(access.clientId());
        options.setPassword(access.password().getBytes(StandardCharsets.UTF_8));
        if (access.sockets() != null) {
            options.setSocketFactory(access.sockets());
        }
        options.setWill(access.willTopic(), new MqttMessage(owner.lastWill(), 1, true, null));
        return options;
    }

    private void opened(int of) {
        if (of != connection || client == null) {
            return;
        }
        connected = true;
        reason = "";
        openedAt = loop.millis();
        LOG.log(Level.INFO, "hub=connected url={0}", access.url());
        owner.connected();
        filters.keySet().forEach(this::request);
    }

    private void lost(int of, String why) {
        if (of != connection || client == null) {
            return;
        }
        var was = connected;
        if (was && loop.millis() - openedAt >= STEADY_MS) {
            backoff.succeeded();
        }
        discard();
        reason = why;
        var pause = backoff.nextMs();
        LOG.log(
                was ? Level.WARNING : Level.INFO,
                "hub=disconnected reason=\"{0}\" again_in_ms={1,number,#}",
                why,
                pause);
        if (was) {
            owner.disconnected(why);
        }
        loop.after(pause, this::connect);
    }

    private void discard() {
        var old = client;
        client = null;
        connected = false;
        connection++;
        filters.replaceAll((_, _) -> false);
        if (old != null) {
            Thread.ofVirtual().start(() -> destroy(old));
        }
    }

    private static void destroy(MqttAsyncClient old) {
        try {
            old.disconnectForcibly(CLOSE_MS, CLOSE_MS, false);
        } catch (MqttException e) {
            LOG.log(Level.DEBUG, "hub client=discarded disconnect={0}", e.getMessage());
        }
        try {
            old.close(true);
        } catch (MqttException e) {
            LOG.log(Level.DEBUG, "hub client=discarded close={0}", e.getMessage());
        }
    }

    /** Wants a filter from now on, also on later connections. */
    void subscribe(String filter) {
        if (filters.putIfAbsent(filter, false) == null && connected) {
            request(filter);
        }
    }

    void unsubscribe(String filter) {
        if (filters.remove(filter) == null || !connected || client == null) {
            return;
        }
        try {
            var _ = client.unsubscribe(filter);
        } catch (MqttException e) {
            LOG.log(Level.DEBUG, "hub unsubscribe={0} failed={1}", filter, e.getMessage());
        }
    }

    boolean granted(String filter) {
        return filters.getOrDefault(filter, false);
    }

    private void request(String filter) {
        var open = client;
        var of = connection;
        if (open == null || !filters.containsKey(filter)) {
            return;
        }
        try {
            var _ =
                    open.subscribe(
                            new MqttSubscription[] {new MqttSubscription(filter, 1)},
                            null,
                            listener(
                                    codes -> answered(of, filter, codes),
                                    (codes, why) ->
                                            answered(
                                                    of,
                                                    filter,
                                                    codes.length > 0
                                                            ? codes
                                                            : new int[] {REFUSED})),
                            new MqttProperties());
        } catch (MqttException e) {
            askAgain(of, filter);
        }
    }

    private void answered(int of, String filter, int[] codes) {
        if (of != connection || !filters.containsKey(filter)) {
            return;
        }
        if (codes.length > 0 && codes[0] >= REFUSED) {
            if (refused.add(filter)) {
                LOG.log(Level.INFO, "hub subscription={0} refused={1}", filter, codes[0]);
            }
            askAgain(of, filter);
            return;
        }
        refused.remove(filter);
        filters.put(filter, true);
        owner.granted(filter);
    }

    /** The broker may hear of a new board a moment after the bridge. */
    private void askAgain(int of, String filter) {
        loop.after(
                SUBSCRIBE_AGAIN_MS,
                () -> {
                    if (of == connection && connected && !granted(filter)) {
                        request(filter);
                    }
                });
    }

    /**
     * Publishes with QoS 1.
     *
     * @param taken whether the broker has it, on the bridge's thread
     */
    void publish(String topic, byte[] body, boolean retained, Consumer<Boolean> taken) {
        var open = client;
        if (open == null || !connected) {
            taken.accept(false);
            return;
        }
        try {
            var _ =
                    open.publish(
                            topic,
                            new MqttMessage(body, 1, retained, null),
                            null,
                            listener(
                                    codes -> taken.accept(codes.length == 0 || codes[0] < REFUSED),
                                    (_, _) -> taken.accept(false)));
        } catch (MqttException e) {
            taken.accept(false);
        }
    }

    /** Publishes with QoS 0. */
    void publish(String topic, byte[] body) {
        var open = client;
        if (open == null || !connected) {
            return;
        }
        try {
            var _ = open.publish(topic, new MqttMessage(body, 0, false, null));
        } catch (MqttException e) {
            LOG.log(Level.DEBUG, "hub topic={0} published=no reason={1}", topic, e.getMessage());
        }
    }

    /** Says goodbye; the broker publishes no last will. Not on the bridge's thread. */
    @Override
    public void close() {
        var open =
                loop.ask(
                        CLOSE_MS,
                        () -> {
                            closed = true;
                            var last = client;
                            client = null;
                            connected = false;
                            connection++;
                            return java.util.Optional.ofNullable(last);
                        });
        open.ifPresent(last -> {
            try {
                last.disconnect().waitForCompletion(CLOSE_MS);
            } catch (MqttException e) {
                LOG.log(Level.DEBUG, "hub goodbye={0}", e.getMessage());
            }
            destroy(last);
        });
    }

    private interface Failure {
        void of(int[] codes, String why);
    }

    private MqttActionListener listener(Consumer<int[]> success, Failure failure) {
        return new MqttActionListener() {
            @Override
            public void onSuccess(IMqttToken token) {
                var codes = codes(token);
                loop.execute(() -> success.accept(codes));
            }

            @Override
            public void onFailure(IMqttToken token, Throwable cause) {
                var codes = codes(token);
                loop.execute(() -> failure.of(codes, explain(cause)));
            }
        };
    }

    private static int[] codes(@Nullable IMqttToken token) {
        var codes = token == null ? null : token.getReasonCodes();
        return codes == null ? new int[0] : codes;
    }

    private static String explain(@Nullable Throwable failure) {
        if (failure instanceof MqttException e) {
            var cause = e.getCause();
            if (cause != null) {
                return said(cause);
            }
            return switch (e.getReasonCode()) {
                case MqttReturnCode.RETURN_CODE_NOT_AUTHORIZED, 0x86 -> "token refused";
                default -> "%s (0x%02x)".formatted(said(e), e.getReasonCode());
            };
        }
        return failure == null ? "closed" : said(failure);
    }

    private static String said(Throwable failure) {
        var message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    private static String explain(MqttDisconnectResponse response) {
        if (response.getException() != null) {
            return explain(response.getException());
        }
        var said = response.getReasonString();
        var why =
                response.getReturnCode() == MqttReturnCode.RETURN_CODE_SESSION_TAKEN_OVER
                        ? "another bridge has this identity"
                        : said == null || said.isBlank() ? "closed by the broker" : said;
        return "%s (0x%02x)".formatted(why, response.getReturnCode());
    }

    private final class Events implements MqttCallback {
        private final int of;

        Events(int of) {
            this.of = of;
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            var body = message.getPayload();
            var retained = message.isRetained();
            loop.execute(() -> {
                if (of == connection) {
                    owner.arrived(topic, body, retained);
                }
            });
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            var why = explain(response);
            loop.execute(() -> lost(of, why));
        }

        @Override
        public void connectComplete(boolean reconnect, String url) {
            // The listener of the connect is told, too.
        }

        @Override
        public void deliveryComplete(IMqttToken token) {
            // Each publish has a listener.
        }

        @Override
        public void mqttErrorOccurred(MqttException failure) {
            LOG.log(Level.DEBUG, "hub error={0}", failure.getMessage());
        }

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {
            // No extended authentication.
        }
    }
}
