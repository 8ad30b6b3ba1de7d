package io.streamwire.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamwire.service.Problem;
import java.net.InetAddress;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RateLimitTest {

    private static final String[] SLOW = {"gateway.rate-limit", "1", "gateway.rate-burst", "2"};

    @Test
    void aUserOverTheLimitIsToldWhenToComeBack() throws Exception {
        try (var backend = Backend.named("rules");
                var client = Client.of(backend, SLOW)) {
            var user = Client.newUser();
            var passed = 0;
            var response = client.send(client.request("/api/v1/rules", "Authorization", user));
            while (response.statusCode() == 200 && passed < 100) { // one comes back each second
                passed++;
                var path = passed % 2 == 0 ? "/api/v1/rules" : "/api/v1/devices";
                response = client.send(client.request(path, "Authorization", user));
            }

            assertThat(response.statusCode()).isEqualTo(429);
            assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
            assertThat(response.headers().firstValue("RateLimit-Policy"))
                    .hasValue("\"api\";q=2;w=2");
            assertThat(response.headers().firstValue("RateLimit")).hasValue("\"api\";r=0;t=2");
            assertThat(Client.json(response).get("code").asText()).isEqualTo("rate_limited");
            assertThat(passed).isGreaterThanOrEqualTo(2);
            assertThat(backend.arrived()).hasSize(passed);
        }
    }

    @Test
    void aStopIsLetThroughWhenEverythingElseIsLimited() throws Exception {
        try (var backend = Backend.named("devices");
                var client = Client.of(backend, SLOW)) {
            var user = Client.newUser();
            var devices = client.request("/api/v1/devices", "Authorization", user);
            while (client.send(devices).statusCode() != 429) {
                // until nothing is left
            }

            for (var path : List.of("stop", "0198/stop", "tags/motors/stop", "groups/0198/stop")) {
                var stop =
                        client.request("/api/v1/devices/" + path, "Authorization", Client.newUser())
                                .POST(HttpRequest.BodyPublishers.noBody());
                assertThat(client.send(stop).statusCode()).isEqualTo(200);
            }
            var mine =
                    client.request("/api/v1/devices/stop", "Authorization", user)
                            .POST(HttpRequest.BodyPublishers.noBody());
            assertThat(client.send(mine).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aBoardMayStopWithATokenThatOnlyTheServiceKnows() throws Exception {
        try (var backend = Backend.named("devices");
                var client = Client.of(backend)) {
            var board = "Bearer an-agent-token";

            var stop =
                    client.request("/api/v1/devices/stop", "Authorization", board)
                            .POST(HttpRequest.BodyPublishers.noBody());

            assertThat(client.send(stop).statusCode()).isEqualTo(200);
            assertThat(
                            client.send(client.request("/api/v1/devices", "Authorization", board))
                                    .statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void usersDoNotShareALimit() throws Exception {
        try (var backend = Backend.named("rules");
                var client = Client.of(backend, SLOW)) {

            for (int i = 0; i < 5; i++) {
                var response = client.get("/api/v1/rules");

                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(response.headers().firstValue("RateLimit")).hasValue("\"api\";r=1;t=1");
            }
        }
    }

    @Test
    void theKeysOfAWorkspaceShareALimitButNotWithPeople() throws Exception {
        try (var backend = Backend.named("devices");
                var client = Client.of(backend, "gateway.rate-limit-of-keys", "1")) {
            var workspace = UUID.randomUUID();
            Supplier<String> newKey =
                    () -> "Bearer " + Client.tokenOfKey(UUID.randomUUID(), workspace);

            Await.until(() ->
                    client.send(client.request("/api/v1/devices", "Authorization", newKey.get()))
                                    .statusCode()
                            == 429);

            assertThat(client.get("/api/v1/devices").statusCode()).isEqualTo(200);
            var stop =
                    client.request("/api/v1/devices/stop", "Authorization", newKey.get())
                            .POST(HttpRequest.BodyPublishers.noBody());
            assertThat(client.send(stop).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whoHasNotSignedInIsLimitedByAddress() throws Exception {
        try (var backend = Backend.named("auth");
                var client = Client.of(backend, SLOW)) {
            var login =
                    client.request("/api/v1/auth/login")
                            .POST(HttpRequest.BodyPublishers.ofString("{}"));

            Await.until(() -> client.send(login).statusCode() == 429);

            assertThat(client.get("/api/v1/rules").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void addressesBehindATrustedProxyAreToldApart() throws Exception {
        try (var backend = Backend.named("auth");
                var client =
                        Client.of(
                                backend,
                                "gateway.rate-limit",
                                "1",
                                "gateway.rate-burst",
                                "1",
                                "gateway.trusted-proxies",
                                "127.0.0.1")) {

            for (int i = 1; i < 5; i++) {
                var response =
                        client.send(
                                client.request(
                                                "/api/v1/auth/login",
                                                "X-Forwarded-For",
                                                "203.0.113." + i)
                                        .POST(HttpRequest.BodyPublishers.ofString("{}")));

                assertThat(response.statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void theAddressesOfOneIpv6NetworkAreOneClient() {
        var limit = new RateLimit(1, 1);
        limit.take(RateLimit.address(InetAddress.ofLiteral("2001:db8:0:1::5")));

        assertThatThrownBy(() ->
                        limit.take(RateLimit.address(InetAddress.ofLiteral("2001:db8:0:1::6"))))
                .isInstanceOf(Problem.class);
        assertThat(limit.take(RateLimit.address(InetAddress.ofLiteral("2001:db8:0:2::5"))))
                .isEqualTo(new RateLimit.Allowance(0, 1));
    }
}
