package io.streamwire.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.streamwire.broker.Authenticator.Credentials;
import io.streamwire.broker.Authenticator.DeviceIdentity;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpAuthenticatorTest {

    private static final String SECRET = "service-secret";

    private final UUID workspace = Ids.next();
    private final UUID device = Ids.next();
    private final List<String> questions = new CopyOnWriteArrayList<>();
    private HttpServer devices;
    private final AtomicLong now = new AtomicLong();
    private final List<UUID> children = new CopyOnWriteArrayList<>();
    private volatile boolean revoked;
    private volatile int status = 200;

    HttpAuthenticatorTest() throws IOException {
        devices = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        devices.createContext(
                "/internal/mqtt/authenticate",
                exchange -> {
                    var body = exchange.getRequestBody().readAllBytes();
                    var question = Json.read(body, Map.class);
                    questions.add(new String(body, java.nio.charset.StandardCharsets.UTF_8));
                    var known =
                            SECRET.equals(exchange.getRequestHeaders().getFirst("X-Service-Secret"))
                                    && "token-1".equals(question.get("password"))
                                    && !revoked;
                    var answer =
                            Json.writeBytes(
                                    known
                                            ? Map.of(
                                                    "allow",
                                                    true,
                                                    "workspace_id",
                                                    workspace,
                                                    "device_id",
                                                    device,
                                                    "children",
                                                    children)
                                            : Map.of("allow", false));
                    exchange.sendResponseHeaders(status, answer.length);
                    exchange.getResponseBody().write(answer);
                    exchange.close();
                });
        devices.start();
    }

    @AfterEach
    void stop() {
        devices.stop(0);
    }

    @Test
    void aYesIsRememberedUntilTheDeviceIsForgotten() {
        var authenticator = authenticator();

        var first = authenticator.authenticate(credentials("token-1"));
        var second = authenticator.authenticate(credentials("token-1"));
        assertThat(first).contains(new DeviceIdentity(workspace, device));
        assertThat(second).isEqualTo(first);
        assertThat(questions)
                .containsExactly(
                        "{\"client_id\":\"%s\",\"username\":\"%s\",\"password\":\"token-1\"}"
                                .formatted(device, device));

        authenticator.forget(device);
        assertThat(authenticator.authenticate(credentials("token-1"))).isEqualTo(first);
        assertThat(questions).hasSize(2);
    }

    @Test
    void aNoIsAskedAgain() {
        var authenticator = authenticator();

        assertThat(authenticator.authenticate(credentials("guess"))).isEmpty();
        assertThat(authenticator.authenticate(credentials("guess"))).isEmpty();

        assertThat(questions).hasSize(2);
    }

    @Test
    void anErrorIsNotANo() {
        status = 500;

        assertThatThrownBy(() -> authenticator().authenticate(credentials("token-1")))
                .isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void aYesIsAskedAgainAfterAWhile() {
        var authenticator = authenticator();
        var _ = authenticator.authenticate(credentials("token-1"));

        pass(Duration.ofSeconds(9));
        var _ = authenticator.authenticate(credentials("token-1"));
        assertThat(questions).hasSize(1);

        pass(Duration.ofSeconds(1));
        revoked = true;
        assertThat(authenticator.authenticate(credentials("token-1"))).isEmpty();
        assertThat(questions).hasSize(2);
    }

    @Test
    void whoWasGoodAShortTimeAgoComesInWhileNobodyCanBeAsked() {
        var authenticator = authenticator();
        var known = authenticator.authenticate(credentials("token-1"));
        status = 503;

        pass(Duration.ofMinutes(9));
        assertThat(authenticator.authenticate(credentials("token-1"))).isEqualTo(known);
        assertThatThrownBy(() -> authenticator.authenticate(credentials("guess")))
                .isInstanceOf(UncheckedIOException.class);

        pass(Duration.ofMinutes(1));
        assertThatThrownBy(() -> authenticator.authenticate(credentials("token-1")))
                .isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void whoWasRefusedOrRevokedStaysOutWhileNobodyCanBeAsked() {
        var authenticator = authenticator();
        var _ = authenticator.authenticate(credentials("token-1"));
        pass(Duration.ofSeconds(10));
        revoked = true;
        var _ = authenticator.authenticate(credentials("token-1"));
        status = 503;
        assertThatThrownBy(() -> authenticator.authenticate(credentials("token-1")))
                .isInstanceOf(UncheckedIOException.class);

        status = 200;
        revoked = false;
        var _ = authenticator.authenticate(credentials("token-1"));
        authenticator.forget(device);
        status = 503;
        assertThatThrownBy(() -> authenticator.authenticate(credentials("token-1")))
                .isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void theYesOfAnInstanceThatHasNotHeardOfARevocationIsNotRemembered() {
        var authenticator = authenticator();
        authenticator.forget(device);
        assertThat(authenticator.authenticate(credentials("token-1"))).isPresent();

        revoked = true;
        assertThat(authenticator.authenticate(credentials("token-1"))).isEmpty();

        revoked = false;
        pass(Duration.ofSeconds(10));
        var _ = authenticator.authenticate(credentials("token-1"));
        revoked = true;
        assertThat(authenticator.authenticate(credentials("token-1"))).isPresent();
    }

    @Test
    void theBoardsOfABridgeAreRememberedAsTheyAreNow() {
        var authenticator = authenticator();
        var child = Ids.next();
        children.add(child);
        assertThat(authenticator.authenticate(credentials("token-1")))
                .contains(new DeviceIdentity(workspace, device, Set.of(child)));

        var other = Ids.next();
        authenticator.setChildren(device, Set.of(other));

        assertThat(authenticator.authenticate(credentials("token-1")))
                .contains(new DeviceIdentity(workspace, device, Set.of(other)));
    }

    @Test
    void anotherInstanceIsAskedWhenOneIsAway() {
        var away = URI.create("http://127.0.0.1:1");

        assertThat(authenticator(List.of(away, url())).authenticate(credentials("token-1")))
                .contains(new DeviceIdentity(workspace, device));
    }

    private void pass(Duration time) {
        var _ = now.addAndGet(time.toNanos());
    }

    private Authenticator authenticator() {
        return authenticator(List.of(url()));
    }

    private Authenticator authenticator(List<URI> instances) {
        return new HttpAuthenticator(instances, SECRET, Authenticator.Memory.STANDARD, now::get);
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + devices.getAddress().getPort());
    }

    private Credentials credentials(String token) {
        return new Credentials(device.toString(), device.toString(), token);
    }
}
