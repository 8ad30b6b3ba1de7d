package io.streamwire.auth;

import static io.streamwire.auth.Client.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamwire.service.AccessToken;
import io.streamwire.service.ConfigurationException;
import io.streamwire.service.Role;
import io.streamwire.service.SigningKey;
import io.streamwire.service.TokenVerifier;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SessionsTest {

    private final Client client = Client.of(Infrastructure.AUTH);

    @Test
    void aRefreshTokenIsReplaced() {
        var person = client.newPerson();

        var grant = client.refresh(person.refreshToken());

        var next = person.with(grant);
        assertThat(grant.body())
                .hasSize(4)
                .noneMatch(field -> field.asText().equals(person.refreshToken()));
        client.as(next, "GET", "/me").assertStatus(200);
        client.refresh(next.refreshToken()).assertStatus(200);
    }

    @Test
    void aRefreshTokenThatIsUsedTwiceEndsTheWholeSession() {
        var person = client.newPerson();
        var next = person.with(client.refresh(person.refreshToken()));

        client.refresh(person.refreshToken()).assertProblem(401, "refresh_token_reused");

        client.refresh(next.refreshToken()).assertProblem(401, "refresh_token_invalid");
        client.as(next, "GET", "/me").assertProblem(401, "token_invalid");
        client.login(person.email(), PASSWORD).assertStatus(200);
        assertThat(
                        Infrastructure.query(
                                "SELECT event FROM audit WHERE user_id = '%s'"
                                        .formatted(person.id())))
                .contains("refresh_token_reused");
    }

    @Test
    void aRefreshTokenIsGoodForOneOfManyAtTheSameTime() {
        var person = client.newPerson();

        var statuses =
                IntStream.range(0, 4)
                        .parallel()
                        .mapToObj(_ -> client.refresh(person.refreshToken()).status())
                        .toList();

        assertThat(statuses).containsOnly(200, 401).containsOnlyOnce(200);
    }

    @Test
    void anUnknownOrExpiredRefreshTokenIsRefused() {
        var person = client.newPerson();
        Infrastructure.execute(
                "UPDATE refresh_tokens SET expires_at = now() FROM sessions s WHERE s.id ="
                        + " session_id AND s.user_id = '%s'".formatted(person.id()));

        client.refresh(person.refreshToken()).assertProblem(401, "refresh_token_invalid");
        client.refresh("swr_nonsense").assertProblem(401, "refresh_token_invalid");
        client.call("POST", "/refresh", "{}").assertProblem(400, "malformed_json");
    }

    @Test
    void anExpiredOrForeignAccessTokenIsRefused() {
        var person = client.newPerson();
        var key = SigningKey.generate("foreign");
        var now = Instant.now();
        var token =
                new AccessToken(
                        person.id(),
                        person.id(),
                        person.workspaceId(),
                        Map.of(person.workspaceId(), Role.OWNER),
                        now,
                        now.plus(Duration.ofMinutes(5)));

        client.get("/me", "Authorization", "Bearer " + key.sign(token))
                .assertProblem(401, "token_invalid");
    }

    @Test
    void otherServicesVerifyTokensByTheJwks() {
        var person = client.newPerson();
        var keys = client.get("/.well-known/jwks.json").assertStatus(200);
        var url = "http://127.0.0.1:" + Infrastructure.AUTH.port() + "/.well-known/jwks.json";
        var config = Infrastructure.config(Map.of("auth.jwks-url", url));

        try (var verifier = TokenVerifier.of(config, Infrastructure.BUS)) {
            var token = verifier.verify(person.accessToken());

            assertThat(token.userId()).isEqualTo(person.id());
            assertThat(token.workspaceId()).isEqualTo(person.workspaceId());
            assertThat(token.role(person.workspaceId())).contains(Role.OWNER);
            assertThat(Duration.between(token.issuedAt(), token.expiresAt()))
                    .isBetween(Duration.ofSeconds(599), Duration.ofSeconds(600));
        }
        assertThat(keys.body().at("/keys/0").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("kty", "use", "alg", "kid", "n", "e");
    }

    @Test
    void theSigningKeyIsKeptSealedOverRestarts() {
        var person = client.newPerson();

        try (var restarted = Infrastructure.start(Map.of())) {
            Client.of(restarted).as(person, "GET", "/me").assertStatus(200);
        }

        assertThat(Infrastructure.query("SELECT private_key FROM signing_keys"))
                .hasSize(1)
                .noneMatch(key -> key.startsWith("MII")); // PKCS #8 in base64
        assertThatThrownBy(() ->
                        Infrastructure.start(
                                Map.of(
                                        "service.secret",
                                        "another secret of thirty-two characters")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("service.secret is not the one");
    }

    @Test
    void theSigningKeyStaysWhenTheSecretChanges() {
        var next = "the next secret of thirty-two characters";
        var person = client.newPerson();
        Infrastructure.start(sealedWith(next, Infrastructure.SECRET)).close();

        try (var restarted = Infrastructure.start(Map.of("service.secret", next))) {
            Client.of(restarted).as(person, "GET", "/me").assertStatus(200);
        } finally {
            Infrastructure.start(sealedWith(Infrastructure.SECRET, next)).close();
        }
    }

    private static Map<String, String> sealedWith(String secret, String former) {
        return Map.of("service.secret", secret, "service.former-secret", former);
    }

    @Test
    void aSecretThatIsTooShortIsRefused() {
        assertThatThrownBy(() -> Infrastructure.start(Map.of("service.secret", "short")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("at least 32 characters, has 5");
    }

    @Test
    void expiredSessionsAreDeleted() {
        var person = client.newPerson();
        Infrastructure.execute(
                "UPDATE sessions SET expires_at = now() - interval '1 second' WHERE user_id = '%s'"
                        .formatted(person.id()));

        try (var _ = Infrastructure.start(Map.of())) { // sweeps when it starts
            Polling.await(() ->
                    Infrastructure.query(
                                    "SELECT id FROM sessions WHERE user_id = '%s'"
                                            .formatted(person.id()))
                            .isEmpty());
        }
    }
}
