package io.streamwire.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StreamingTest {

    private static final String EVENTS = "/api/v1/livestreams/0198/events";

    @Test
    void anEventArrivesBeforeTheNextOneHappens() throws Exception {
        var happening = new LinkedBlockingQueue<String>();
        try (var backend =
                        Backend.start((_, response) -> {
                            response.header(HeaderNames.CONTENT_TYPE, "text/event-stream");
                            try (var out = response.outputStream()) {
                                for (int i = 0; i < 3; i++) {
                                    out.write(utf8("data: " + happening.take() + "\n\n"));
                                    out.flush();
                                }
                            }
                        });
                var client = Client.of(backend)) {
            happening.put("gift");
            var response = client.stream(EVENTS);
            assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
            try (var lines = lines(response.body())) {
                assertThat(lines.readLine()).isEqualTo("data: gift");
                assertThat(lines.readLine()).isEmpty();

                happening.put("comment");

                assertThat(lines.readLine()).isEqualTo("data: comment");
                assertThat(lines.readLine()).isEmpty();

                happening.put("follow");

                assertThat(lines.lines()).containsExactly("data: follow", "");
            }
        }
    }

    @Test
    void theServiceNoticesThatTheClientHasGone() throws Exception {
        var noticed = new CountDownLatch(1);
        try (var backend =
                        Backend.start((_, response) -> {
                            response.header(HeaderNames.CONTENT_TYPE, "text/event-stream");
                            try {
                                var out = response.outputStream();
                                while (true) {
                                    out.write(utf8(":\n\n"));
                                    out.flush();
                                }
                            } catch (Exception e) {
                                noticed.countDown();
                                throw new CloseConnectionException("gone", e);
                            }
                        });
                var client = Client.of(backend)) {
            var response = client.stream(EVENTS);
            assertThat(response.body().read()).isEqualTo(':');

            response.body().close();

            assertThat(noticed.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aResponseThatTheServiceCutsDoesNotLookWhole() throws Exception {
        try (var backend =
                        Backend.start((_, response) -> {
                            var out = response.outputStream();
                            out.write(utf8("{\"half\":"));
                            out.flush();
                            throw new CloseConnectionException("crash");
                        });
                var client = Client.of(backend)) {

            var response = client.stream("/api/v1/livestreams/0198/events/export");

            assertThatThrownBy(() -> response.body().readAllBytes())
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aServiceThatFallsSilentIsCutOff() throws Exception {
        var over = new CountDownLatch(1);
        try (var backend =
                        Backend.start((_, response) -> {
                            var out = response.outputStream();
                            out.write(utf8("data: 1\n\n"));
                            out.flush();
                            over.await();
                        });
                var client = Client.of(backend, "gateway.silence-timeout", "200ms")) {

            var response = client.stream(EVENTS);

            assertThatThrownBy(() -> response.body().readAllBytes())
                    .isInstanceOf(IOException.class);
            over.countDown();
        }
    }

    @Test
    void aLargeResponsePassesWhole() throws Exception {
        var line = utf8("x".repeat(1023) + "\n");
        int lines = 32 * 1024;
        try (var backend =
                        Backend.start((_, response) -> {
                            try (var out = response.outputStream()) {
                                for (int i = 0; i < lines; i++) {
                                    out.write(line);
                                }
                            }
                        });
                var client = Client.of(backend)) {

            var response = client.stream("/api/v1/livestreams/0198/events/export");

            long bytes = 0;
            var buffer = new byte[64 * 1024];
            for (int n = response.body().read(buffer); n >= 0; n = response.body().read(buffer)) {
                bytes += n;
            }
            assertThat(bytes).isEqualTo((long) line.length * lines);
        }
    }

    @Test
    void closingEndsStreams() throws Exception {
        var over = new CountDownLatch(1);
        try (var backend =
                Backend.start((_, response) -> {
                    var out = response.outputStream();
                    out.write(utf8(":\n\n"));
                    out.flush();
                    over.await();
                })) {
            var client = Client.of(backend);
            var response = client.stream(EVENTS);
            assertThat(response.body().read()).isEqualTo(':');

            client.gateway().close();

            assertThatThrownBy(() -> response.body().readAllBytes())
                    .isInstanceOf(IOException.class);
            over.countDown();
            client.close();
        }
    }

    private static BufferedReader lines(java.io.InputStream in) {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
