package io.streamwire.auth;

import static io.streamwire.auth.Client.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BrowserSessionsTest {

    private final Client client = Client.of(Infrastructure.AUTH);

    @Test
    void signingInIsThrottledAsEveryLogin() {
        try (var strict = Infrastructure.start(Map.of("auth.login-attempts", "3"))) {
            var there = Client.of(strict);
            var email = there.newPerson().email();
            var wrong = Map.of("email", email, "password", "wrong");
            there.login(email, "wrong").assertProblem(401, "login_failed");
            there.post("/sessions", wrong).assertProblem(401, "login_failed");
            there.post("/sessions", wrong).assertProblem(401, "login_failed");

            there.post("/sessions", Map.of("email", email, "password", PASSWORD))
                    .assertProblem(429, "too_many_attempts");
        }
    }

    @Test
    void theSecretIsNeitherInABodyNorInTheDatabase() {
        var email = client.newPerson().email();

        var answer = client.post("/sessions", Map.of("email", email, "password", PASSWORD));

        var secret = answer.assertStatus(201).header("Set-Cookie").split("[=;]", 3)[1];
        assertThat(secret).hasSize(43);
        assertThat(answer.response().body()).doesNotContain(secret);
        assertThat(Infrastructure.query("SELECT row_to_json(s)::text FROM sessions s"))
                .isNotEmpty()
                .noneMatch(row -> row.contains(secret));
        client.exchange("session", secret).assertStatus(200);
        client.exchange("ticket", secret).assertProblem(401, "secret_invalid");
        client.exchange("key", secret).assertProblem(401, "secret_invalid");
    }

    @Test
    void whoSignsInEndsTheSessionThatTheBrowserHadButNoOther() {
        var person = client.newPerson();
        var first = signIn(person.email(), "").assertStatus(201);
        var token = client.exchange("session", secret(first)).text("access_token");
        var another = client.newPerson().email();

        signIn(another, token).assertStatus(201);
        signIn(another, person.accessToken()).assertStatus(201);
        signIn(another, "nonsense").assertStatus(201);

        client.exchange("session", secret(first)).assertProblem(401, "secret_invalid");
        client.get("/me", "Authorization", "Bearer " + token).assertStatus(401);
        client.as(person, "GET", "/me").assertStatus(200);
    }

    @Test
    void overHttpsTheCookieIsOfThisHostAlone() {
        var email = client.newPerson().email();
        var body = Map.of("email", email, "password", PASSWORD);

        var cookie = client.post("/sessions", body, "X-Forwarded-Proto", "https");

        assertThat(cookie.assertStatus(201).header("Set-Cookie"))
                .startsWith("__Host-streamwire_session=")
                .contains("; Path=/;", "; Secure")
                .doesNotContain("Domain");
    }

    private Client.Answer signIn(String email, String token) {
        var body = Map.of("email", email, "password", PASSWORD);
        return token.isEmpty()
                ? client.post("/sessions", body)
                : client.post("/sessions", body, "Authorization", "Bearer " + token);
    }

    private static String secret(Client.Answer signedIn) {
        return signedIn.header("Set-Cookie").split("[=;]", 3)[1];
    }

    @Test
    void aTicketIsGoodForOneOfManyAtTheSameTime() {
        var ticket = client.as(client.newPerson(), "POST", "/tickets").assertStatus(201);

        var statuses =
                IntStream.range(0, 4)
                        .parallel()
                        .mapToObj(_ -> client.exchange("ticket", ticket.text("ticket")).status())
                        .toList();

        assertThat(statuses).containsOnly(200, 401).containsOnlyOnce(200);
    }

    @Test
    void theExchangeNeedsTheSecretOfServices() {
        client.post("/internal/exchange", Map.of("kind", "session", "secret", "any"))
                .assertProblem(403, "service_only");
        client.post(
                        "/internal/exchange",
                        Map.of("kind", "session", "secret", "any"),
                        "X-Service-Secret",
                        "another secret of thirty-two characters")
                .assertProblem(403, "service_only");
    }
}
