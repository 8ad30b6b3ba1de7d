package io.streamwire.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class LiveHostileTest {

    private final Backend backend = Backend.named("any");
    private final UUID workspace = Ids.next();
    private final String token = Client.token(UUID.randomUUID(), workspace, Duration.ofMinutes(10));
    private Client gateway = Client.of(backend);

    @BeforeEach
    void start() {
        gateway.close();
        gateway =
                Client.of(
                        backend,
                        "gateway.live.largest-message",
                        "1KiB",
                        "gateway.live.messages-per-second",
                        "5",
                        "gateway.live.subscriptions",
                        "2",
                        "gateway.live.sockets-per-user",
                        "2",
                        "gateway.live.sockets",
                        "4",
                        "gateway.live.sockets-of-keys",
                        "2",
                        "gateway.live.handshake-burst",
                        "5",
                        "gateway.live.handshakes-per-second",
                        "1");
    }

    @AfterEach
    void stop() {
        gateway.close();
        backend.close();
    }

    @Test
    void withoutATokenThereIsNoSocket() throws Exception {
        try (var socket =
                RawSocket.open(
                        gateway,
                        "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")) {
            assertThat(socket.answer())
                    .startsWith("HTTP/1.1 401 Unauthorized")
                    .contains("Content-Type: application/problem+json")
                    .contains("WWW-Authenticate: Bearer");
        }
        try (var socket = RawSocket.open(gateway, "ey.forged.token")) {
            assertThat(socket.answer()).startsWith("HTTP/1.1 401 Unauthorized");
        }
    }

    @Test
    void withoutAnUpgradeItSaysWhatItIs() throws Exception {
        var response = gateway.get(Live.PATH);

        assertThat(response.statusCode()).isEqualTo(426);
        assertThat(Client.json(response).get("code").asText()).isEqualTo("upgrade_required");
    }

    @ParameterizedTest
    @CsvSource({
        "8, AAAAAAAAAAAAAAAAAAAAAA==, 426",
        "13, short, 400",
        "13, '', 400",
        "13, $%&/()=, 400"
    })
    void aBadHandshakeIsRefused(String version, String key, int status) throws Exception {
        try (var socket =
                RawSocket.open(
                        gateway,
                        "Sec-WebSocket-Version: " + version,
                        "Sec-WebSocket-Key: " + key,
                        "Authorization: Bearer " + token)) {
            assertThat(socket.answer()).startsWith("HTTP/1.1 " + status);
        }
    }

    @Test
    void theAddressOfTooManyHandshakesIsRefused() {
        var answer = new AtomicReference<>("");
        Await.until(() -> {
            for (int n = 0; n < 5; n++) {
                RawSocket.open(gateway, "no.valid.token").close();
            }
            try (var socket = RawSocket.open(gateway, token)) {
                var told = socket.answer();
                answer.set(told);
                return told.startsWith("HTTP/1.1 429"); // unless that took a second
            }
        });

        assertThat(answer).hasValueMatching(told -> told.matches("(?s).*Retry-After: \\d+.*"));
    }

    @Test
    void theUserOfTooManySocketsIsTold() {
        try (var first = LiveClient.connect(gateway, token).subscribe(workspace, "events");
                var second = LiveClient.connect(gateway, token).subscribe(workspace, "events");
                var third = LiveClient.connect(gateway, token)) {

            assertThat(third.closeCode()).isEqualTo(4029);
            assertThat(third.closeReason()).isEqualTo("too_many_sockets");
            assertThat(first.isClosed()).isFalse();
            assertThat(second.isClosed()).isFalse();
        }
    }

    @Test
    void theKeysOfAWorkspaceCountTogetherAndLeaveSocketsToPeople() {
        var other = Ids.next();
        try (var _ = counted(workspace);
                var _ = counted(workspace);
                var third = LiveClient.connect(gateway, ofKey(workspace))) {
            assertThat(third.closeReason()).isEqualTo("too_many_sockets");
            try (var _ = LiveClient.connect(gateway, ofKey(other));
                    var person = LiveClient.connect(gateway, token)) {
                person.subscribe(workspace, "events");
            }
        }
    }

    @Test
    void allKeysTogetherLeaveAShareToPeople() {
        try (var _ = counted(workspace);
                var _ = counted(workspace);
                var _ = counted(Ids.next());
                var fourth = LiveClient.connect(gateway, ofKey(Ids.next()))) {
            assertThat(fourth.closeReason()).isEqualTo("too_many_sockets");
            try (var person = LiveClient.connect(gateway, token)) {
                person.subscribe(workspace, "events");
            }
        }
    }

    /** A socket that is counted by the time this returns, not only open. */
    private LiveClient counted(UUID ofKey) {
        return LiveClient.connect(gateway, ofKey(ofKey)).subscribe(ofKey, "events");
    }

    private static String ofKey(UUID workspace) {
        return Client.tokenOfKey(UUID.randomUUID(), workspace);
    }

    @Test
    void whoSendsTooManyFramesOfAnyKindIsClosed() throws Exception {
        try (var socket = RawSocket.open(gateway, token)) {
            for (int n = 0; n < 300; n++) {
                socket.frame(0x8A, new byte[0]); // pongs, which cost a message nothing
            }
            assertThat(socket.read()).isEqualTo("close 1008");
            assertThat(socket.atEnd()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nothing",
                "[]",
                "7",
                "{}",
                "{\"type\":\"subscribe\"}",
                "{\"type\":\"subscribe\",\"id\":\"a\"}",
                "{\"type\":\"subscribe\",\"id\":{\"a\":1},\"workspace_id\":[]}",
                "{\"type\":\"subscribe\",\"id\":\"a\",\"workspace_id\":\"*\",\"topics\":[\"events\"]}",
                "{\"type\":\"subscribe\",\"id\":\"a\",\"workspace_id\":\"WS\",\"topics\":[]}",
                "{\"type\":\"subscribe\",\"id\":\"a\",\"workspace_id\":\"WS\",\"topics\":[\"audit\"]}",
                "{\"type\":\"subscribe\",\"id\":\"a\",\"workspace_id\":\"WS\",\"topics\":[\"events\"],\"after\":{\"events\":\"$\"}}",
                "{\"type\":\"subscribe\",\"id\":\"a\",\"workspace_id\":\"WS\",\"topics\":[\"events\"],\"after\":{\"events\":\"1-1 +\"}}",
                "{\"type\":\"subscribe\",\"id\":\"a\",\"workspace_id\":\"WS\",\"topics\":[\"events\"],\"after\":\"1-1\",\"livestream_id\":\"x\"}",
                "{\"type\":\"unsubscribe\",\"id\":\"never\"}"
            })
    void aMessageThatMakesNoSenseIsAnError(String message) {
        try (var client = LiveClient.connect(gateway, token)) {

            client.send(message.replace("WS", workspace.toString()));

            assertThat(client.await("error").path("code").asText())
                    .isIn("bad_message", "bad_topic", "bad_cursor", "not_subscribed");
            client.subscribe(workspace, "events");
        }
    }

    @Test
    void aSubscriptionTooManyIsAnError() {
        try (var client = LiveClient.connect(gateway, token).subscribe(workspace, "events")) {
            var subscribe =
                    "{\"type\":\"subscribe\",\"id\":\"%s\",\"workspace_id\":\"%s\",\"topics\":[\"events\"]}";

            client.send(subscribe.formatted("s1", workspace));
            client.send(subscribe.formatted("s2", workspace));
            client.send(subscribe.formatted("s3", workspace));

            client.await(message -> message.path("code").asText().equals("id_taken"));
            client.await(message -> message.path("code").asText().equals("too_many_subscriptions"));
        }
    }

    @Test
    void whoSaysTooMuchIsClosed() {
        // Four at once: the fifth is too many, unless all of them take a second.
        try (var strict = Client.of(backend, "gateway.live.messages-per-second", "1");
                var client = LiveClient.connect(strict, token)) {
            for (int n = 0; n < 5; n++) {
                client.send("{\"type\":\"pong\"}");
            }

            assertThat(client.closeCode()).isEqualTo(4029);
            assertThat(client.closeReason()).isEqualTo("too_many_messages");
        }
    }

    @Test
    void aMessageMayComeInPartsWithAPingInBetween() throws Exception {
        try (var socket = RawSocket.open(gateway, token)) {
            socket.frame(0x01, utf8("{\"type\":\"unsub"));
            socket.frame(0x89, utf8("hello"));
            socket.frame(0x80, utf8("scribe\",\"id\":\"é\"}"));

            assertThat(socket.read()).isEqualTo("pong hello");
            assertThat(socket.read()).startsWith("text ").contains("not_subscribed", "\"é\"");
            socket.frame(0x88, new byte[] {3, (byte) 0xE8});
            assertThat(socket.read()).isEqualTo("close 1000");
            assertThat(socket.atEnd()).isTrue();
        }
    }

    @Test
    void binaryIsNotTaken() throws Exception {
        try (var socket = RawSocket.open(gateway, token)) {
            socket.frame(0x82, new byte[3]);
            assertThat(socket.read()).isEqualTo("close 1003");
            assertThat(socket.atEnd()).isTrue();
        }
    }

    @Test
    void whatIsNoUtf8IsNotTaken() throws Exception {
        try (var socket = RawSocket.open(gateway, token)) {
            socket.frame(0x81, new byte[] {(byte) 0xC3, (byte) 0x28});
            assertThat(socket.read()).isEqualTo("close 1007");
        }
    }

    @Test
    void aLargeMessageIsNotTaken() throws Exception {
        try (var socket = RawSocket.open(gateway, token)) {
            socket.frame(0x81, new byte[2_000]);
            assertThat(socket.read()).isEqualTo("close 1009");
        }
        try (var socket = RawSocket.open(gateway, token)) {
            socket.frame(0x01, new byte[1_000]);
            socket.frame(0x80, new byte[1_000]);
            assertThat(socket.read()).isEqualTo("close 1009");
        }
        try (var socket = RawSocket.open(gateway, token)) {
            socket.raw(0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF);
            assertThat(socket.read()).isEqualTo("close 1009");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x80, 0x83, 0x8B, 0xC1, 0x09})
    void aFrameThatMayNotBeIsRefused(int head) throws Exception {
        try (var socket = RawSocket.open(gateway, token)) {
            socket.frame(head, new byte[1]);
            assertThat(socket.read()).isEqualTo("close 1002");
            assertThat(socket.atEnd()).isTrue();
        }
    }

    @Test
    void aFrameWithoutAMaskIsRefused() throws Exception {
        try (var socket = RawSocket.open(gateway, token)) {
            socket.raw(0x81, 0x01, 'x');
            assertThat(socket.read()).isEqualTo("close 1002");
        }
    }

    @Test
    void theMetricsAreForPrometheusAlone() throws Exception {
        assertThat(gateway.send(gateway.request("/metrics")).statusCode()).isEqualTo(403);
        try (var client = LiveClient.connect(gateway, token).subscribe(workspace, "events")) {

            var metrics =
                    gateway.send(gateway.request("/metrics", "X-Service-Secret", Client.SECRET));

            assertThat(client.isClosed()).isFalse();
            assertThat(metrics.body())
                    .contains("streamwire_gateway_live_sockets 1.0")
                    .contains("streamwire_gateway_live_subscriptions 1.0");
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
