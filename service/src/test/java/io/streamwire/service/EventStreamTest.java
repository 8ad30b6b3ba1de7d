package io.streamwire.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventStreamTest {

    private static final UUID WORKSPACE = new UUID(1, 1);
    private static final UUID FULL = new UUID(1, 2);
    private static final UUID STUCK = new UUID(1, 3);
    private static final CountDownLatch ENDED = new CountDownLatch(1);
    private static final CountDownLatch CUT_OFF = new CountDownLatch(1);
    private static HttpServer server;
    private static EventStreams streams;

    @BeforeAll
    static void start() {
        var config =
                Configuration.load(
                        Map.of(
                                "auth.port", "0",
                                "http.idle-timeout", "100ms",
                                "http.event-streams", "4",
                                "http.event-streams-per-workspace", "2",
                                "http.event-stream-patience", "2s"),
                        Map.of(),
                        null);
        streams = EventStreams.of(config, Duration.ofMillis(20));
        var verifier = TokenVerifier.trusting(SigningKey.generate("k1"));
        server = HttpServer.start(config, "auth", verifier, List.of(EventStreamTest::routes));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void routes(Routes routes) {
        routes.get(
                "/three",
                Permission.PUBLIC,
                (_, response) ->
                        streams.stream(
                                response,
                                WORKSPACE,
                                stream -> {
                                    stream.send("1-0", "gift", "{}");
                                    stream.batch()
                                            .add(null, null, "two\nlines")
                                            .add("3\n-0", null, "")
                                            .send();
                                }));
        routes.get(
                "/endless",
                Permission.PUBLIC,
                (_, response) -> streams.stream(response, WORKSPACE, _ -> waitForever(ENDED)));
        routes.get(
                "/full",
                Permission.PUBLIC,
                (_, response) ->
                        streams.stream(response, FULL, _ -> waitForever(new CountDownLatch(1))));
        routes.get(
                "/much",
                Permission.PUBLIC,
                (_, response) -> streams.stream(response, STUCK, EventStreamTest::sendForever));
    }

    private static void waitForever(CountDownLatch ended) throws InterruptedException {
        try {
            new CountDownLatch(1).await();
        } finally {
            ended.countDown();
        }
    }

    private static void sendForever(EventStream stream) throws IOException {
        try {
            while (true) {
                stream.send(null, null, "x".repeat(10_000));
            }
        } finally {
            CUT_OFF.countDown();
        }
    }

    @Test
    void eventsAreFramed() throws Exception {
        try (var socket = request("/three")) {
            var text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(text)
                    .contains("text/event-stream")
                    .contains("id: 1-0\nevent: gift\ndata: {}\n\n")
                    .contains("data: two\ndata: lines\n\n")
                    .contains("id: 3 -0\n");
        }
    }

    @Test
    void aReaderThatHasGoneEndsTheSource() throws Exception {
        try (var socket = request("/endless")) {
            var lines = lines(socket);
            int comments = 0;
            while (comments < 10) { // longer than the idle timeout
                comments += ":".equals(lines.readLine()) ? 1 : 0;
            }
        }

        assertThat(ENDED.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aReaderThatTakesNothingIsCutOff() throws Exception {
        try (var _ = request("/much")) {
            assertThat(CUT_OFF.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aWorkspaceHasOnlySoManyReaders() throws Exception {
        try (var first = request("/full");
                var second = request("/full")) {
            awaitComment(first);
            awaitComment(second);

            try (var third = request("/full")) {
                var text =
                        new String(third.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

                assertThat(text)
                        .startsWith("HTTP/1.1 429")
                        .contains("too_many_event_streams")
                        .contains("Retry-After: 10");
            }
        }

        while (true) { // until those that have gone are noticed
            try (var again = request("/full")) {
                if (lines(again).readLine().startsWith("HTTP/1.1 200")) {
                    return;
                }
            }
        }
    }

    private static void awaitComment(Socket socket) throws IOException {
        var lines = lines(socket);
        while (!":".equals(lines.readLine())) {
            // still headers
        }
    }

    private static BufferedReader lines(Socket socket) throws IOException {
        return new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    private static Socket request(String path) throws Exception {
        var socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(5_000);
        socket.getOutputStream()
                .write(
                        ("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}
