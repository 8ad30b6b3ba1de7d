package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.rules.WebhookClient.Result;
import io.streamwire.rules.WebhookSignature.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookClientTest {

    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private final WebhookSignature signature = WebhookSignature.of(WebhookSignature.newSecret());

    @Test
    void aMessageArrivesSigned() {
        try (var receiver = Receiver.saying(204);
                var client = atHome()) {

            var result = send(client, receiver.url("/in%20to?a=b%20c%0d%0aX:y&d=%C3%A4"));

            assertThat(result).isEqualTo(new Result(204, null));
            assertThat(result.delivered()).isTrue();
            var message = receiver.messages.getFirst();
            assertThat(message.path()).isEqualToIgnoringCase("/in%20to?a=b%20c%0d%0aX:y&d=%C3%A4");
            assertThat(message.hops()).isEqualTo("1");
            assertThat(message.id()).isEqualTo("msg");
            assertThat(
                            signature.check(
                                    message.id(),
                                    message.timestamp(),
                                    message.signature(),
                                    message.body().getBytes(StandardCharsets.UTF_8),
                                    Instant.now()))
                    .isEqualTo(Verdict.GOOD);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "200, true, false",
        "301, false, false",
        "400, false, false",
        "404, false, false",
        "408, false, true",
        "410, false, false",
        "429, false, true",
        "500, false, true",
        "503, false, true",
    })
    void anAnswerSaysWhetherToTryAgain(int status, boolean delivered, boolean again) {
        try (var receiver = Receiver.saying(status);
                var client = atHome()) {

            var result = send(client, receiver.url("/"));

            assertThat(result.delivered()).isEqualTo(delivered);
            assertThat(!delivered && result.mayPass()).isEqualTo(again);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "2130706433", "127.1"})
    void thisHostIsNotReached(String host) {
        try (var receiver = Receiver.saying(200);
                var client = client(InetAddress::getAllByName, false)) {

            var result = send(client, "http://" + host + ":" + receiver.port() + "/");

            assertThat(result).isEqualTo(new Result(null, "address_refused"));
            assertThat(result.mayPass()).isFalse();
            assertThat(receiver.messages).isEmpty();
        }
    }

    @Test
    void aRedirectIsNotFollowed() {
        try (var inside = Receiver.saying(200);
                var receiver =
                        new Receiver((exchange, _) -> {
                            exchange.getResponseHeaders().add("Location", inside.url("/secret"));
                            exchange.sendResponseHeaders(307, -1);
                        });
                var client = atHome()) {

            var result = send(client, receiver.url("/"));

            assertThat(result.status()).isEqualTo(307);
            assertThat(result.mayPass()).isFalse();
            assertThat(inside.messages).isEmpty();
        }
    }

    @Test
    void aNameIsLookedUpOnceAndTheAnswerIsWhereItGoes() {
        var lookups = new AtomicInteger();
        try (var receiver = Receiver.saying(200);
                var client =
                        client(
                                _ -> {
                                    lookups.incrementAndGet();
                                    return new InetAddress[] {LOOPBACK};
                                },
                                true)) {

            var result = send(client, "http://hook.example:" + receiver.port() + "/");

            assertThat(result.status()).isEqualTo(200);
            assertThat(lookups).hasValue(1);
        }
    }

    @Test
    void aNameThatBecomesPrivateIsRefusedThen() {
        var lookups = new AtomicInteger();
        try (var receiver = Receiver.saying(200);
                var client =
                        client(
                                _ ->
                                        new InetAddress[] {
                                            lookups.incrementAndGet() == 1
                                                    ? InetAddress.ofLiteral("192.0.2.1")
                                                    : LOOPBACK
                                        },
                                false)) {
            var url = "http://rebound.example:" + receiver.port() + "/";

            assertThat(send(client, url).error()).isEqualTo("address_refused");
            assertThat(send(client, url).error()).isEqualTo("address_refused");
            assertThat(receiver.messages).isEmpty();
        }
    }

    @Test
    @Timeout(20)
    void whoSaysNothingIsNotWaitedForLong() throws IOException {
        try (var silent = new ServerSocket(0, 5, LOOPBACK);
                var client = atHome()) {

            var result = send(client, "http://127.0.0.1:" + silent.getLocalPort() + "/");

            assertThat(result).isEqualTo(new Result(null, "timeout"));
            assertThat(result.mayPass()).isTrue();
        }
    }

    @Test
    @Timeout(20)
    void whoSaysOneByteAtATimeIsNotWaitedForLonger() throws IOException {
        try (var slow = new ServerSocket(0, 5, LOOPBACK);
                var client = atHome()) {
            Thread.startVirtualThread(() -> trickle(slow));

            var result = send(client, "http://127.0.0.1:" + slow.getLocalPort() + "/");

            assertThat(result).isEqualTo(new Result(null, "timeout"));
        }
    }

    @Test
    @Timeout(20)
    void anEndlessAnswerIsNotRead() {
        try (var receiver =
                        new Receiver((exchange, _) -> {
                            exchange.sendResponseHeaders(200, 0);
                            var out = exchange.getResponseBody();
                            while (true) {
                                out.write(new byte[65_536]);
                            }
                        });
                var client = atHome()) {

            assertThat(send(client, receiver.url("/")).status()).isEqualTo(200);
        }
    }

    @Test
    void whoIsNotThereIsUnreachable() throws IOException {
        int port;
        try (var gone = new ServerSocket(0, 5, LOOPBACK)) {
            port = gone.getLocalPort();
        }
        try (var client = atHome()) {
            assertThat(send(client, "http://127.0.0.1:" + port + "/").error())
                    .isEqualTo("unreachable");
            assertThat(send(client, "http://none.invalid/").error()).isEqualTo("unresolved");
        }
    }

    private static void trickle(ServerSocket slow) {
        try (var socket = slow.accept()) {
            var out = socket.getOutputStream();
            out.write("HTTP/1.1 200 OK\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write('x');
                out.flush();
                java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
            }
        } catch (IOException e) {
            // the sender has gone, as it should
        }
    }

    private static WebhookClient atHome() {
        return client(InetAddress::getAllByName, true);
    }

    private static WebhookClient client(PublicAddresses.Lookup lookup, boolean allowPrivate) {
        return new WebhookClient(new PublicAddresses(lookup, allowPrivate), Duration.ofSeconds(3));
    }

    private Result send(WebhookClient client, String url) {
        return client.send(URI.create(url), "msg", "{\"a\": 1}", 1, signature);
    }
}
