package io.streamwire.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EventStreamTest {

    private static final CountDownLatch ENDED = new CountDownLatch(1);
    private static HttpServer server;

    @BeforeAll
    static void start() {
        var config =
                Configuration.load(
                        Map.of("auth.port", "0", "http.idle-timeout", "100ms"), Map.of(), null);
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
                        EventStream.stream(
                                response,
                                stream -> {
                                    stream.send("1-0", "gift", "{}");
                                    stream.send(null, null, "two\nlines");
                                    stream.send("3\n-0", null, "");
                                }));
        routes.get(
                "/endless",
                Permission.PUBLIC,
                (_, response) ->
                        EventStream.stream(
                                response,
                                _ -> {
                                    try {
                                        new CountDownLatch(1).await();
                                    } finally {
                                        ENDED.countDown();
                                    }
                                },
                                Duration.ofMillis(20)));
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
            var lines =
                    new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            int comments = 0;
            while (comments < 10) { // longer than the idle timeout
                comments += ":".equals(lines.readLine()) ? 1 : 0;
            }
        }

        assertThat(ENDED.await(5, TimeUnit.SECONDS)).isTrue();
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
