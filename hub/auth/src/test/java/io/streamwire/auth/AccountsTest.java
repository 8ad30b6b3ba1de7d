package io.streamwire.auth;

import static io.streamwire.auth.Client.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.auth.Client.Answer;
import io.streamwire.auth.Client.Person;
import io.streamwire.service.OpenApi;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccountsTest {

    private final Client client = Client.of(Infrastructure.AUTH);

    @Test
    void theDocumentDescribesEveryRouteAndNoOther() {
        assertThat(OpenApi.of(Auth.class).differences(Infrastructure.AUTH.routes())).isEmpty();
    }

    @Test
    void registeringMakesAUserAWorkspaceAndASession() {
        var email = Client.newEmail();

        var answer = client.register(email.toUpperCase(Locale.ROOT));

        answer.assertStatus(201);
        assertThat(answer.body().fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "user",
                        "workspace",
                        "access_token",
                        "refresh_token",
                        "token_type",
                        "expires_in");
        assertThat(answer.at("/user/email")).isEqualTo(email);
        assertThat(answer.at("/user/display_name")).isEqualTo("Somebody");
        assertThat(answer.body().path("user")).hasSize(3);
        assertThat(answer.at("/workspace/name")).isEqualTo("Somebody's workspace");
        assertThat(answer.at("/workspace/role")).isEqualTo("owner");
        assertThat(answer.text("token_type")).isEqualTo("Bearer");
        assertThat(answer.body().path("expires_in").asInt()).isEqualTo(600);
    }

    @Test
    void anEmailIsTakenOnce() {
        var email = Client.newEmail();
        client.register(email).assertStatus(201);

        client.register(email).assertProblem(409, "email_taken");
        client.register(email.replace("user", "USER")).assertProblem(409, "email_taken");
    }

    @Test
    void anEmailIsTakenOnceByRegistrationsAtTheSameTime() {
        var email = Client.newEmail();

        var statuses =
                IntStream.range(0, 4)
                        .parallel()
                        .mapToObj(_ -> client.register(email).status())
                        .toList();

        assertThat(statuses).containsOnly(201, 409).containsOnlyOnce(201);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    {"email":"a                                                     | 400 | malformed_json |
                    {"email":"a@b.de","password":"long enough"}                     | 400 | malformed_json | /display_name
                    {"email":"a@b.de","password":"long enough","display_name":null} | 400 | malformed_json | /display_name
                    {"email":"a@b.de","password":"long enough","display_name":"A","role":"owner"} | 400 | malformed_json | /role
                    {"email":["a@b.de"],"password":"long enough","display_name":"A"} | 400 | malformed_json | /email
                    {"email":"a.b.de","password":"long enough","display_name":"A"}  | 422 | invalid_value | /email
                    {"email":"a@b","password":"long enough","display_name":"A"}     | 422 | invalid_value | /email
                    {"email":"a@b.de","password":"too short","display_name":"A"}    | 422 | invalid_value | /password
                    {"email":"a@b.de","password":"long enough","display_name":" "}  | 422 | invalid_value | /display_name
                    """)
    void aBadRegistrationIsExplained(String body, int status, String code, String pointer) {
        var answer = client.call("POST", "/register", body).assertProblem(status, code);

        assertThat(answer.at("/errors/0/pointer")).isEqualTo(pointer == null ? "" : pointer);
    }

    @Test
    void aPasswordThatIsTooLongIsRefused() {
        client.post(
                        "/register",
                        Map.of(
                                "email", Client.newEmail(),
                                "password", "x".repeat(201),
                                "display_name", "A"))
                .assertProblem(422, "invalid_value");
    }

    @Test
    void registrationCanBeClosed() {
        try (var closed = Infrastructure.start(Map.of("auth.registration", "closed"));
                var invite = Infrastructure.start(Map.of("auth.registration", "invite"))) {
            Client.of(closed).register(Client.newEmail()).assertProblem(403, "registration_closed");
            Client.of(invite).register(Client.newEmail()).assertProblem(403, "invitation_needed");
        }
    }

    @Test
    void whoKnowsThePasswordSignsIn() {
        var person = client.newPerson();

        var grant = client.login(" " + person.email().toUpperCase(Locale.ROOT), PASSWORD);

        var me = client.as(person.with(grant), "GET", "/api/v1/auth/me").assertStatus(200);
        assertThat(me.at("/user/id")).isEqualTo(person.id().toString());
        assertThat(me.at("/workspaces/0/id")).isEqualTo(person.workspaceId().toString());
        assertThat(me.at("/workspaces/0/role")).isEqualTo("owner");
    }

    @Test
    void aWrongPasswordAndAnUnknownEmailGetTheSameAnswer() {
        var wrong = client.login(client.newPerson().email(), "wrong password");
        var unknown = client.login(Client.newEmail(), "wrong password");
        var nonsense = client.login("nonsense", "x".repeat(10_000));

        for (var answer : new Answer[] {wrong, unknown, nonsense}) {
            answer.assertProblem(401, "login_failed");
            assertThat(answer.text("detail")).isEqualTo(wrong.text("detail"));
        }
    }

    @Test
    void passwordsAndRefreshTokensAreNotStored() {
        var person = client.newPerson();

        var hash =
                Infrastructure.query(
                        "SELECT password_hash FROM users WHERE id = '" + person.id() + "'");
        var tokens = Infrastructure.query("SELECT hash FROM refresh_tokens");

        assertThat(hash.getFirst()).startsWith("$argon2id$v=19$m=1024,t=2,p=1$");
        assertThat(tokens).isNotEmpty().allMatch(token -> token.matches("[0-9a-f]{64}"));
    }

    @Test
    void aUserIsRenamedByTheVersionThatWasRead() {
        var person = client.newPerson();
        var change = Map.of("display_name", " Another ");
        var etag = client.as(person, "GET", "/me").header("ETag");

        client.as(person, "PATCH", "/me", change).assertProblem(428, "version_required");
        var changed = client.as(person, "PATCH", "/me", change, "If-Match", etag);
        assertThat(changed.assertStatus(200).at("/user/display_name")).isEqualTo("Another");
        assertThat(changed.header("ETag")).isNotEqualTo(etag);
        client.as(person, "PATCH", "/me", change, "If-Match", etag)
                .assertProblem(412, "version_mismatch");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Basic dXNlcjpwYXNz",
                "Bearer ",
                "Bearer nonsense",
                "Bearer eyJhbGciOiJub25lIiwia2lkIjoiYSJ9.eyJzdWIiOiJhIn0."
            })
    void withoutAGoodTokenNothingIsTold(String authorization) {
        var answer =
                authorization.isEmpty()
                        ? client.get("/me")
                        : client.get("/me", "Authorization", authorization);

        answer.assertStatus(401);
        assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
    }

    @Test
    void logoutEndsTheSessionAtOnce() {
        var person = client.newPerson();
        var elsewhere = person.with(client.login(person.email(), PASSWORD));

        client.as(person, "POST", "/api/v1/auth/logout").assertStatus(204);

        client.as(person, "GET", "/me").assertProblem(401, "token_invalid");
        client.refresh(person.refreshToken()).assertProblem(401, "refresh_token_invalid");
        client.as(elsewhere, "GET", "/me").assertStatus(200);
    }

    @Test
    void aNewPasswordEndsTheOtherSessions() {
        var person = client.newPerson();
        var elsewhere = person.with(client.login(person.email(), PASSWORD));
        var next = "another good password";

        client.as(person, "POST", "/password", passwords("not the password", next))
                .assertProblem(403, "wrong_password");
        client.as(person, "POST", "/password", passwords(PASSWORD, "short"))
                .assertProblem(422, "invalid_value");
        client.as(person, "POST", "/password", passwords(PASSWORD, next)).assertStatus(204);

        client.as(person, "GET", "/me").assertStatus(200);
        client.as(elsewhere, "GET", "/me").assertProblem(401, "token_invalid");
        client.refresh(elsewhere.refreshToken()).assertProblem(401, "refresh_token_invalid");
        client.login(person.email(), PASSWORD).assertProblem(401, "login_failed");
        client.login(person.email(), next).assertStatus(200);
    }

    @Test
    void whatHappensToAnAccountIsWrittenDown() {
        var person = client.newPerson();
        client.login(person.email(), "wrong password").assertStatus(401);
        var again = person.with(client.login(person.email(), PASSWORD));
        client.as(again, "POST", "/logout").assertStatus(204);

        var events =
                Infrastructure.query(
                        "SELECT event || ' ' || address FROM audit WHERE user_id = '%s' ORDER BY id"
                                .formatted(person.id()));

        assertThat(events)
                .containsExactly(
                        "registered 127.0.0.1",
                        "workspace_created 127.0.0.1",
                        "login_failed 127.0.0.1",
                        "logged_in 127.0.0.1",
                        "logged_out 127.0.0.1");
    }

    private static Map<String, String> passwords(String current, String next) {
        return Map.of("current_password", current, "new_password", next);
    }

    @Test
    void attemptsForOneEmailAreLimited() {
        try (var auth = Infrastructure.start(Map.of("auth.login-attempts", "2"))) {
            var limited = Client.of(auth);
            Person person = limited.newPerson();
            limited.login(person.email(), "wrong password").assertStatus(401);
            limited.login(person.email(), PASSWORD).assertStatus(200);

            var refused = limited.login(person.email(), PASSWORD);

            refused.assertProblem(429, "too_many_attempts");
            assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 300);
            assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"login\";q=2;w=600");
            assertThat(refused.header("RateLimit")).startsWith("\"login\";r=0;t=");
        }
    }

    @Test
    void whoTriesPasswordsDoesNotKeepTheOwnerOut() {
        var settings = Map.of("auth.login-attempts", "1", "auth.login-attempts-per-email", "3");
        try (var auth = Infrastructure.start(settings)) {
            var limited = Client.of(auth);
            var email = limited.newPerson().email();
            login(limited, email, "2001:db8:0:1::5").assertStatus(401);
            login(limited, email, "2001:db8:0:1::6").assertProblem(429, "too_many_attempts");

            limited.login(email, PASSWORD).assertStatus(200);

            login(limited, email, "203.0.113.8").assertStatus(401);
            login(limited, email, "203.0.113.9").assertProblem(429, "too_many_attempts");
        }
    }

    private static Answer login(Client client, String email, String address) {
        return client.post(
                "/login",
                Map.of("email", email, "password", "wrong password"),
                "X-Forwarded-For",
                address);
    }

    @Test
    void aLoginUnderWayDoesNotSurviveAPasswordChange() throws Exception {
        var person = client.newPerson();
        try (var change =
                Infrastructure.begin(
                        "UPDATE users SET password_hash = 'another' WHERE id = '%s'"
                                .formatted(person.id()))) {
            var login = CompletableFuture.supplyAsync(() -> client.login(person.email(), PASSWORD));
            Polling.await(() ->
                    login.isDone()
                            || !Infrastructure.query(
                                            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type ="
                                                    + " 'Lock' AND query LIKE '%FOR SHARE%'")
                                    .isEmpty());

            change.commit();

            login.join().assertProblem(401, "login_failed");
        }
    }

    @Test
    void attemptsFromOneAddressAreLimitedWhateverTheEmail() {
        var settings = Map.of("auth.login-attempts-per-address", "2");
        try (var auth = Infrastructure.start(settings)) {
            var limited = Client.of(auth);
            attempt(limited, "203.0.113.7").assertStatus(401);
            attempt(limited, "203.0.113.7").assertStatus(401);

            attempt(limited, "203.0.113.7").assertProblem(429, "too_many_attempts");
            attempt(limited, "203.0.113.8").assertStatus(401);
        }
    }

    private static Answer attempt(Client client, String address) {
        return client.post(
                "/login",
                Map.of("email", Client.newEmail(), "password", "wrong password"),
                "X-Forwarded-For",
                address);
    }
}
