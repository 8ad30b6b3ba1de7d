package io.streamwire.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.service.AccessToken;
import io.streamwire.service.Api;
import io.streamwire.service.CutOffs;
import io.streamwire.service.Permission;
import io.streamwire.service.SigningKey;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/auth/me",
                "/api/v1/auth/login",
                "/api/v1/workspaces",
                "/api/v1/livestreams/0198/events",
                "/api/v1/rules",
                "/api/v1/devices",
                "/api/v1/receipts/0198"
            })
    void withoutATokenNothingPasses(String path) throws Exception {
        try (var backend = Backend.named("any");
                var client = Client.of(backend)) {

            var response = client.send(client.request(path));

            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
            assertThat(Client.json(response).get("code").asText()).isEqualTo("token_missing");
            assertThat(backend.arrived()).isEmpty();
        }
    }

    @Test
    void aTokenOfAnotherKeyDoesNotPass() throws Exception {
        var now = Instant.now();
        var forged =
                SigningKey.generate("test")
                        .sign(
                                new AccessToken(
                                        UUID.randomUUID(),
                                        UUID.randomUUID(),
                                        null,
                                        Map.of(),
                                        now,
                                        now.plusSeconds(600)));
        try (var backend = Backend.named("any");
                var client = Client.of(backend)) {

            var response =
                    client.send(
                            client.request("/api/v1/rules", "Authorization", "Bearer " + forged));

            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(Client.json(response).get("code").asText()).isEqualTo("token_invalid");
            assertThat(backend.arrived()).isEmpty();
        }
    }

    @Test
    void whatTheGatewayAnswersItselfIsClosedToRevokedTokensAndLimited() throws Exception {
        var user = UUID.randomUUID();
        var bearer = "Bearer " + Client.token(user, UUID.randomUUID(), Duration.ofMinutes(10));
        Api own =
                routes ->
                        routes.get(
                                "/api/v1/own",
                                Permission.DEVICES_READ,
                                (_, response) -> response.send("own"));
        try (var backend = Backend.named("any");
                var cutOffs = CutOffs.follow(Redis.bus());
                var client =
                        Client.of(
                                Redis.bus(),
                                List.of(own),
                                backend,
                                "gateway.rate-limit",
                                "1",
                                "gateway.rate-burst",
                                "2")) {
            var request = client.request("/api/v1/own", "Authorization", bearer);
            assertThat(client.send(request).body()).isEqualTo("own");

            Await.until(() -> client.send(request).statusCode() == 429);
            cutOffs.cutUser(user);

            Await.until(() -> client.send(request).statusCode() == 401);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"register", "login", "refresh"})
    void signingInNeedsNoToken(String call) throws Exception {
        try (var backend = Backend.named("auth");
                var client = Client.of(backend)) {

            var response =
                    client.send(
                            client.request("/api/v1/auth/" + call)
                                    .POST(HttpRequest.BodyPublishers.ofString("{}")));

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(backend.onlyArrival().body()).isEqualTo("{}");
        }
    }

    @Test
    void aBoardClaimsItselfWithoutAToken() throws Exception {
        try (var backend = Backend.named("devices");
                var client = Client.of(backend)) {

            var response =
                    client.send(
                            client.request("/api/v1/devices/claim")
                                    .POST(HttpRequest.BodyPublishers.ofString("{}")));

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(client.send(client.request("/api/v1/devices/claims")).statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void anotherProgramCallsARuleWithoutAToken() throws Exception {
        try (var backend = Backend.named("rules");
                var client = Client.of(backend)) {
            var hook = "/api/v1/rules/hooks/01980000-0000-7000-8000-00000000000b";

            var response =
                    client.send(
                            client.request(hook, "webhook-id", "msg_1", "webhook-signature", "v1,")
                                    .POST(HttpRequest.BodyPublishers.ofString("{}")));

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(backend.onlyArrival().header("webhook-id")).isEqualTo("msg_1");
            assertThat(client.send(client.request(hook)).statusCode()).isEqualTo(401);
        }
    }

    @Test
    void thePublicKeysNeedNoToken() throws Exception {
        try (var backend = Backend.named("auth");
                var client = Client.of(backend)) {

            var response = client.send(client.request("/.well-known/jwks.json"));

            assertThat(response.statusCode()).isEqualTo(200);
        }
    }
}
