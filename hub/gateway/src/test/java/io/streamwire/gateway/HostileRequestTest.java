package io.streamwire.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that no proper client sends, byte by byte. */
class HostileRequestTest {

    private static Backend backend;
    private static Client client;
    private static String user;

    @BeforeAll
    static void start() {
        backend = Backend.named("any");
        client = Client.of(backend);
        user = Client.newUser();
    }

    @AfterAll
    static void stop() {
        client.close();
        backend.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/rules/../devices",
                "/api/v1/rules/./x",
                "/api/v1/rules/..",
                "/api/v1/rules/%2e%2e/devices",
                "/api/v1/rules/%2E%2E%2Fdevices",
                "/api/v1/rules/..%2fdevices",
                "/api/v1/rules/..%5cdevices",
                "/api/v1/rules/..;/devices",
                "/api/v1/rules;x=1/0198",
                "/api/v1/rules/%252e%252e/devices",
                "/api/v1/rules/a%2fb",
                "/api/v1/rules/a%5cb",
                "/api/v1/rules/a\\b",
                "/api/v1/rules//devices",
                "//api/v1/rules",
                "/api/v1/%72ules",
                "/api/v1/rules/%00",
                "/api/v1/rules/%0d%0aX-Evil:1",
                "/api/v1/rules/%zz",
                "/api/v1/rules/%c0%ae%c0%ae/",
                "/api/v1/rules/ä",
                "/api/v1/rules#fragment",
                "/api/v1/rules?x=a|b",
                "/api/v1/rules?x=\"<script>",
                "/api/v1/rules?x=1#fragment",
                "/api/v1/auth/login/../../rules",
                "http://127.0.0.1/api/v1/rules",
                "http://evil.example/api/v1/rules",
                "https://evil.example/",
                "evil.example:443",
                "api/v1/rules",
                "*",
                "/.well-known/../api/v1/rules"
            })
    void aTargetThatCanBeReadInTwoWaysReachesNobody(String target) throws Exception {
        int before = backend.arrived().size();

        var answer = exchange("GET " + target + " HTTP/1.1\r\n" + head());

        assertThat(answer).matches("(?s)HTTP/1\\.1 (400|404) .*");
        assertThat(answer).contains("application/problem+json").doesNotContain("evil");
        assertThat(backend.arrived()).hasSize(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Note: a\rX-Service-Secret: b",
                "X-Note: a\nX-Service-Secret: b",
                "X-Note: a\u0000b",
                "X Note: a",
                "X-Note : a",
                ": a",
                "X-Note",
                " X-Folded: a"
            })
    void aHeaderThatIsNoHeaderIsNotPassedOn(String header) throws Exception {
        int before = backend.arrived().size();

        var answer = exchange("GET /api/v1/rules HTTP/1.1\r\n" + header + "\r\n" + head());

        assertThat(backend.arrived().stream().skip(before))
                .allSatisfy(arrived -> {
                    assertThat(arrived.headers()).doesNotContainKey("x-service-secret");
                    assertThat(arrived.headers().values().toString())
                            .doesNotContain("\r", "\n", "\u0000");
                });
        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("application/problem+json");
    }

    @Test
    void headersNamedByConnectionStay() throws Exception {
        int before = backend.arrived().size();

        var answer =
                exchange(
                        "GET /api/v1/rules HTTP/1.1\r\n"
                                + "X-Private: 1\r\n"
                                + "TE: trailers\r\n"
                                + "Upgrade: websocket\r\n"
                                + "Keep-Alive: timeout=5\r\n"
                                + "Proxy-Connection: x\r\n"
                                + "Authorization: "
                                + user
                                + "\r\nHost: a\r\nConnection: close, X-Private\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 200 ");
        assertThat(backend.arrived().get(before).headers())
                .doesNotContainKeys("x-private", "te", "keep-alive", "proxy-connection");
        assertThat(backend.arrived().get(before).header("upgrade")).isNotEqualTo("websocket");
    }

    @Test
    void headersThatAreTooLargeAreRefused() throws Exception {
        int before = backend.arrived().size();

        var answer =
                exchange(
                        "GET /api/v1/rules HTTP/1.1\r\nX-Large: "
                                + "x".repeat(64 * 1024)
                                + "\r\n"
                                + head());

        assertThat(answer).startsWith("HTTP/1.1 4");
        assertThat(backend.arrived()).hasSize(before);
    }

    @Test
    void aRequestLineThatIsTooLongIsRefused() throws Exception {
        int before = backend.arrived().size();

        var answer =
                exchange("GET /api/v1/rules?x=" + "x".repeat(64 * 1024) + " HTTP/1.1\r\n" + head());

        assertThat(answer).startsWith("HTTP/1.1 4");
        assertThat(backend.arrived()).hasSize(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                "Content-Length: 5\r\nContent-Length: 6\r\n",
                "Content-Length: -1\r\n",
                "Content-Length: 5, 6\r\n",
                "Transfer-Encoding: chunked, identity\r\n",
                "Transfer-Encoding: xchunked\r\n"
            })
    void aBodyWithTwoLengthsSmugglesNothing(String lengths) throws Exception {
        int before = backend.arrived().size();

        exchange(
                "POST /api/v1/rules HTTP/1.1\r\n"
                        + lengths
                        + head()
                        + "0\r\n\r\nGET /api/v1/devices HTTP/1.1\r\nX-Smuggled: 1\r\n"
                        + head());

        assertThat(backend.arrived().stream().skip(before))
                .noneMatch(arrived -> arrived.headers().containsKey("x-smuggled"));
    }

    @Test
    void aForeignHostIsOnlyAName() throws Exception {
        int before = backend.arrived().size();

        var answer =
                exchange(
                        "GET /api/v1/rules HTTP/1.1\r\n"
                                + "Host: evil.example/<x>\r\n"
                                + "Connection: close\r\n"
                                + "Authorization: "
                                + user
                                + "\r\n\r\n");

        assertThat(answer).doesNotContain("evil");
        assertThat(backend.arrived().stream().skip(before))
                .noneMatch(arrived -> arrived.headers().toString().contains("evil"));
    }

    private static String head() {
        return "Host: a\r\nConnection: close\r\nAuthorization: " + user + "\r\n\r\n";
    }

    /** Sends the bytes and reads until the gateway closes the connection. */
    private static String exchange(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), client.port())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
