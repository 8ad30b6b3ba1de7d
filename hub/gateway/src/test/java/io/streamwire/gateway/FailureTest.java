package io.streamwire.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.streamwire.service.Problem;
import io.streamwire.service.Role;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class FailureTest {

    private static final Handler CRASH =
            (_, _) -> {
                throw new CloseConnectionException("crash");
            };

    @Test
    @Timeout(20)
    void aUserUploadsOneImageAtATime() throws Exception {
        var user = Client.newUser();
        try (var backend = Backend.named("devices");
                var client =
                        Client.of(
                                backend,
                                "gateway.rate-limit",
                                "100000",
                                "gateway.rate-burst",
                                "100000")) {
            while (!refusesWhileAnotherIsUnderWay(client, user)) {
                Thread.onSpinWait(); // the other one came second and was refused itself
            }

            while (upload(client, user).statusCode() != 200) {
                Thread.onSpinWait(); // until the broken connection is noticed
            }
        }
    }

    /** False when it was not the other one that was under way first. */
    private static boolean refusesWhileAnotherIsUnderWay(Client client, String user)
            throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), client.port())) {
            var head =
                    "POST /api/v1/devices/firmware HTTP/1.1\r\nHost: a\r\nAuthorization: %s\r\nContent-Length: 9\r\n\r\nx"
                            .formatted(user);
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));

            var refused = upload(client, user);
            while (refused.statusCode() != 429) { // the first one is not here yet
                if (socket.getInputStream().available() > 0) {
                    return false;
                }
                refused = upload(client, user);
            }
            assertThat(Client.json(refused).at("/code").asText()).isEqualTo("too_many_uploads");
            assertThat(upload(client, Client.newUser()).statusCode()).isEqualTo(200);
            return true;
        }
    }

    @Test
    void whoseRoleIsTooLowTakesNoPlaceOfUploads() throws Exception {
        var viewer =
                "Bearer "
                        + Client.token(
                                UUID.randomUUID(),
                                UUID.randomUUID(),
                                Role.VIEWER,
                                Duration.ofMinutes(1));
        try (var backend = Backend.named("any");
                var client = Client.of(backend)) {
            for (var path : List.of("devices/firmware", "livestreams/recordings", "rules/import")) {
                var refused =
                        client.send(
                                client.request("/api/v1/" + path, "Authorization", viewer)
                                        .POST(HttpRequest.BodyPublishers.ofString("image")));

                assertThat(Client.json(refused).at("/code").asText()).isEqualTo("role_too_low");
            }
            assertThat(backend.arrived()).isEmpty();
        }
    }

    @Test
    @Timeout(10)
    void anUploadThatTricklesLosesItsPlace() throws Exception {
        try (var backend = Backend.named("devices");
                var client = Client.of(backend, "gateway.body-timeout", "18s");
                var socket = new Socket(InetAddress.getLoopbackAddress(), client.port())) {
            var head =
                    "POST /api/v1/devices/firmware HTTP/1.1\r\nHost: a\r\nAuthorization: %s\r\nContent-Length: 99\r\n\r\nx"
                            .formatted(Client.newUser());
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));

            socket.getInputStream().readAllBytes(); // whatever it says, it ends

            assertThat(backend.arrived()).isEmpty();
        }
    }

    private static HttpResponse<String> upload(Client client, String user) throws Exception {
        return client.send(
                client.request("/api/v1/devices/firmware")
                        .header("Authorization", user)
                        .POST(HttpRequest.BodyPublishers.ofString("image")));
    }

    @Test
    @Timeout(10)
    void aBodyThatComesTooSlowlyEndsTheConnection() throws Exception {
        try (var backend = Backend.named("rules");
                var client = Client.of(backend, "gateway.body-timeout", "300ms");
                var socket = new Socket(InetAddress.getLoopbackAddress(), client.port())) {
            var head =
                    "POST /api/v1/rules HTTP/1.1\r\nHost: a\r\nAuthorization: %s\r\nContent-Length: 9\r\n\r\nx"
                            .formatted(Client.newUser());
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));

            socket.getInputStream().readAllBytes(); // whatever it says, it ends

            assertThat(backend.arrived()).isEmpty();
        }
    }

    @Test
    void instancesTakeTurns() throws Exception {
        try (var one = Backend.named("one");
                var two = Backend.named("two");
                var client = Client.of(one, "gateway.rules-url", one.url() + "," + two.url())) {

            assertThat(answers(client, 10)).isEqualTo(Map.of("one", 5, "two", 5));
        }
    }

    @Test
    void anInstanceThatIsDownIsPassedOver() throws Exception {
        try (var one = Backend.named("one");
                var client = Client.of(one, "gateway.rules-url", nowhere() + "," + one.url())) {

            assertThat(answers(client, 6)).isEqualTo(Map.of("one", 6));
            assertThat(client.post("/api/v1/rules", "{}").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void anInstanceThatComesBackIsUsedAgain() throws Exception {
        var first = Backend.named("first");
        int port = first.port();
        try (var client = Client.of(first)) {
            assertThat(client.get("/api/v1/rules").body()).isEqualTo("first");
            first.close();
            assertThat(client.get("/api/v1/rules").statusCode()).isEqualTo(503);

            try (var _ = Backend.start((_, response) -> response.send("second"), port)) {
                assertThat(client.get("/api/v1/rules").body()).isEqualTo("second");
            }
        }
    }

    @Test
    void aServiceWithoutAnInstanceIsUnavailable() throws Exception {
        try (var backend = Backend.named("any");
                var client = Client.of(backend, "gateway.rules-url", nowhere())) {

            for (var response :
                    new HttpResponse<?>[] {
                        client.get("/api/v1/rules"), client.post("/api/v1/rules", "{}")
                    }) {
                assertThat(response.statusCode()).isEqualTo(503);
                assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
                assertThat(response.headers().firstValue("Content-Type"))
                        .hasValue("application/problem+json");
                assertThat(response.body().toString()).contains("\"upstream_unavailable\"");
            }
            assertThat(client.get("/api/v1/devices").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aReadThatBreaksOffIsAskedOfAnotherInstance() throws Exception {
        try (var broken = Backend.start(CRASH);
                var sound = Backend.named("sound");
                var client =
                        Client.of(sound, "gateway.rules-url", broken.url() + "," + sound.url())) {

            assertThat(answers(client, 4)).isEqualTo(Map.of("sound", 4));
        }
    }

    @Test
    void aChangeThatBreaksOffIsNeverSentTwice() throws Exception {
        try (var broken = Backend.start(CRASH);
                var sound = Backend.named("sound");
                var client =
                        Client.of(sound, "gateway.rules-url", broken.url() + "," + sound.url())) {

            var response = client.post("/api/v1/rules", "{}");

            assertThat(response.statusCode()).isEqualTo(502);
            assertThat(Client.json(response).get("code").asText())
                    .isEqualTo("upstream_unavailable");
            assertThat(broken.arrived()).hasSize(1);
            assertThat(sound.arrived()).isEmpty();
        }
    }

    @Test
    void aServiceThatDoesNotAnswerInTimeIsGivenUp() throws Exception {
        var over = new CountDownLatch(1);
        try (var backend = Backend.start((_, _) -> over.await());
                var client = Client.of(backend, "gateway.response-timeout", "100ms")) {

            var response = client.get("/api/v1/rules");

            assertThat(response.statusCode()).isEqualTo(504);
            assertThat(Client.json(response).get("code").asText()).isEqualTo("upstream_timeout");
            over.countDown();
        }
    }

    @Test
    void aClientThatPrefersToWaitMayWaitLonger() throws Exception {
        var given = new CountDownLatch(1);
        try (var backend =
                        Backend.start((_, response) -> {
                            given.await();
                            response.send("done");
                        });
                var client = Client.of(backend, "gateway.response-timeout", "100ms")) {
            var hasty = client.get("/api/v1/devices", "Prefer", "return=minimal");
            assertThat(hasty.statusCode()).isEqualTo(504);
            var patient =
                    new Thread(() -> {
                        while (backend.arrived().stream()
                                .noneMatch(come -> come.header("prefer").contains("wait="))) {
                            Thread.onSpinWait(); // the hasty one may never have come
                        }
                        given.countDown();
                    });
            patient.start();

            var response = client.get("/api/v1/devices", "Prefer", "respond-async, wait=10");

            assertThat(response.body()).isEqualTo("done");
            patient.join();
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws Exception {
        var body = new byte[4097];
        try (var backend = Backend.named("any");
                var client = Client.of(backend, "http.max-body", "4KiB")) {
            for (var publisher :
                    new HttpRequest.BodyPublisher[] {
                        HttpRequest.BodyPublishers.ofByteArray(body),
                        HttpRequest.BodyPublishers.ofInputStream(
                                () -> new ByteArrayInputStream(body))
                    }) {

                var response =
                        client.send(
                                client.request("/api/v1/rules", "Authorization", Client.newUser())
                                        .POST(publisher));

                assertThat(response.statusCode()).isEqualTo(413);
                assertThat(Client.json(response).get("code").asText()).isEqualTo("body_too_large");
            }
            assertThat(backend.arrived()).isEmpty();
        }
    }

    @Test
    void aBundleOfRulesMayBeLarger() throws Exception {
        try (var backend = Backend.named("rules");
                var client = Client.of(backend, "http.max-body", "4KiB")) {

            assertThat(imported(client, 1 << 20)).isEqualTo(200);
            assertThat(imported(client, (1 << 20) + 1)).isEqualTo(413);
            assertThat(backend.onlyArrival().body()).hasSize(1 << 20);
        }
    }

    private static int imported(Client client, int size) throws Exception {
        var request =
                client.request("/api/v1/rules/import?mode=add", "Authorization", Client.newUser());
        // In chunks, so that nearly all of it is read before it turns out to be too large.
        var body =
                HttpRequest.BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(new byte[size]));
        return client.send(request.POST(body)).statusCode();
    }

    @Test
    void readinessNeedsEveryService() throws Exception {
        var rules = Backend.named("rules");
        try (var backend = Backend.named("any");
                var client =
                        Client.of(backend, "gateway.rules-url", nowhere() + "," + rules.url())) {
            assertThat(client.send(client.request("/health/live")).statusCode()).isEqualTo(200);
            await(() -> client.send(client.request("/health/ready")).statusCode() == 200);
            client.gateway().check();

            rules.close();

            await(() -> client.send(client.request("/health/ready")).statusCode() == 503);
            assertThatThrownBy(client.gateway()::check)
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("rules");
            assertThat(client.send(client.request("/health/live")).statusCode()).isEqualTo(200);
        }
    }

    private static Map<String, Integer> answers(Client client, int requests) throws Exception {
        var answers = new HashMap<String, Integer>();
        for (int i = 0; i < requests; i++) {
            answers.merge(client.get("/api/v1/rules").body(), 1, Integer::sum);
        }
        return answers;
    }

    /** A URL where nobody listens. */
    private static String nowhere() throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "http://127.0.0.1:" + socket.getLocalPort();
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within 10 s");
            }
        }
    }
}
