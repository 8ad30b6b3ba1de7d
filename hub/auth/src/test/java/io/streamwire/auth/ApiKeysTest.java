package io.streamwire.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.auth.Client.Answer;
import io.streamwire.auth.Client.Person;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ApiKeysTest {

    private final Client client = Client.of(Infrastructure.AUTH);

    @Test
    void aKeyIsShownOnceAndKeptAsItsHash() {
        var owner = client.newPerson();

        var made = make(owner, "viewer").assertStatus(201);

        assertThat(made.text("key"))
                .matches("swk_[A-Za-z0-9_-]{43}")
                .startsWith(made.text("prefix"));
        assertThat(made.header("Location"))
                .isEqualTo("/api/v1" + keys(owner) + "/" + made.text("id"));
        var listed = client.as(owner, "GET", keys(owner)).assertStatus(200).body();
        assertThat(listed.path("items")).hasSize(1);
        assertThat(listed.at("/items/0/role").asText()).isEqualTo("viewer");
        assertThat(listed.path("items").path(0).has("last_used_at")).isFalse();
        assertThat(listed.toString()).doesNotContain(made.text("key"));
        assertThat(Infrastructure.query("SELECT row_to_json(k)::text FROM api_keys k"))
                .isNotEmpty()
                .noneMatch(row -> row.contains(made.text("key")));
    }

    @Test
    void aKeyCallsInItsWorkspaceOnly() {
        var owner = client.newPerson();
        var made = make(owner, "admin").assertStatus(201);
        var token = exchange(made.text("key")).assertStatus(200).text("access_token");
        var stranger = client.newPerson();

        with(token, "GET", "/workspaces/" + owner.workspaceId()).assertStatus(200);
        with(token, "GET", "/workspaces/" + stranger.workspaceId()).assertProblem(404, "not_found");
        var used = client.as(owner, "GET", keys(owner)).body().at("/items/0/last_used_at").asText();
        assertThat(Instant.parse(used)).isAfter(Instant.now().minusSeconds(60));
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /me",
        "POST, /password",
        "POST, /logout",
        "GET, /sessions",
        "DELETE, /sessions/current",
        "POST, /invitations/accept",
        "POST, /workspaces",
        "GET, /workspaces",
        "PATCH, /workspaces/{id}",
        "DELETE, /workspaces/{id}",
        "GET, /workspaces/{id}/members",
        "POST, /workspaces/{id}/members",
        "DELETE, /workspaces/{id}/members/{id}",
        "GET, /workspaces/{id}/keys",
        "POST, /workspaces/{id}/keys",
        "DELETE, /workspaces/{id}/keys/{id}",
        "GET, /workspaces/{id}/invitations",
        "POST, /workspaces/{id}/invitations",
        "DELETE, /workspaces/{id}/invitations/{id}",
        "GET, /workspaces/{id}/audit",
    })
    void aKeyDoesNotGiveAccessOrReadAboutPeople(String method, String path) {
        var owner = client.newPerson();
        var token = exchange(make(owner, "admin").text("key")).text("access_token");

        with(token, method, path.replace("{id}", owner.workspaceId().toString()))
                .assertProblem(403, "key_forbidden");
    }

    @Test
    void aKeyIsNeverMoreThanItsMakerIs() {
        var owner = client.newPerson();
        var admin = member(owner, "admin");
        make(owner, "owner").assertProblem(422, "invalid_value");
        var key = make(admin, owner.workspaceId(), "admin").assertStatus(201).text("key");
        assertThat(roleOf(key, owner)).isEqualTo("admin");

        var path = "/workspaces/" + owner.workspaceId() + "/members/" + admin.id();
        var before = exchange(key).text("access_token");
        var version = client.as(owner, "GET", path).header("ETag");
        client.as(owner, "PATCH", path, Map.of("role", "viewer"), "If-Match", version)
                .assertStatus(200);

        assertThat(roleOf(key, owner)).isEqualTo("viewer");
        with(before, "GET", "/workspaces/" + owner.workspaceId())
                .assertProblem(401, "token_invalid");
        var now = admin.with(client.refresh(admin.refreshToken()));
        make(now, owner.workspaceId(), "viewer").assertProblem(403, "role_too_low");
    }

    @Test
    void aKeyEndsWithTheMembershipOfItsMaker() {
        var owner = client.newPerson();
        var admin = member(owner, "admin");
        var key = make(admin, owner.workspaceId(), "viewer").assertStatus(201).text("key");
        var token = exchange(key).assertStatus(200).text("access_token");

        client.as(owner, "DELETE", "/workspaces/" + owner.workspaceId() + "/members/" + admin.id())
                .assertStatus(204);

        exchange(key).assertProblem(401, "secret_invalid");
        with(token, "GET", "/workspaces/" + owner.workspaceId())
                .assertProblem(401, "token_invalid");
    }

    @Test
    void aDeletedKeyEndsAtOnceAndADeletedWorkspaceTakesItsKeysAlong() {
        var owner = client.newPerson();
        var made = make(owner, "viewer").assertStatus(201);
        var token = exchange(made.text("key")).text("access_token");

        client.as(owner, "DELETE", keys(owner) + "/" + made.text("id")).assertStatus(204);

        exchange(made.text("key")).assertProblem(401, "secret_invalid");
        with(token, "GET", "/workspaces/" + owner.workspaceId())
                .assertProblem(401, "token_invalid");
        client.as(owner, "DELETE", keys(owner) + "/" + made.text("id"))
                .assertProblem(404, "not_found");
        var another = make(owner, "viewer").text("key");
        client.as(owner, "DELETE", "/workspaces/" + owner.workspaceId()).assertStatus(204);
        exchange(another).assertProblem(401, "secret_invalid");
    }

    @Test
    void anExpiredKeyIsNone() {
        var owner = client.newPerson();
        var made =
                client.as(
                                owner,
                                "POST",
                                keys(owner),
                                Map.of(
                                        "name",
                                        "soon",
                                        "role",
                                        "viewer",
                                        "expires_at",
                                        Instant.now().plusSeconds(3600)))
                        .assertStatus(201);
        exchange(made.text("key")).assertStatus(200);
        Infrastructure.execute(
                "UPDATE api_keys SET expires_at = now() WHERE id = '" + made.text("id") + "'");

        exchange(made.text("key")).assertProblem(401, "secret_invalid");
        client.as(
                        owner,
                        "POST",
                        keys(owner),
                        Map.of("name", "x", "role", "viewer", "expires_at", Instant.EPOCH))
                .assertProblem(422, "invalid_value");
    }

    @Test
    void keysAreForAdminsAndNotForStrangers() {
        var owner = client.newPerson();
        var id = make(owner, "viewer").text("id");
        var stranger = client.newPerson();
        for (var role : List.of("viewer", "moderator")) {
            var member = member(owner, role);
            make(member, owner.workspaceId(), "viewer").assertProblem(403, "role_too_low");
            client.as(member, "GET", keys(owner)).assertProblem(403, "role_too_low");
        }

        make(stranger, owner.workspaceId(), "viewer").assertProblem(404, "not_found");
        client.as(stranger, "GET", keys(owner)).assertProblem(404, "not_found");
        client.as(stranger, "DELETE", keys(owner) + "/" + id).assertProblem(404, "not_found");
        client.as(stranger, "DELETE", keys(stranger) + "/" + id).assertProblem(404, "not_found");
    }

    @Test
    void aRepeatedRequestMakesNoSecondKey() {
        var owner = client.newPerson();
        var body = Map.of("name", "once", "role", "viewer");

        client.as(owner, "POST", keys(owner), body, "Idempotency-Key", "k").assertStatus(201);
        client.as(owner, "POST", keys(owner), body, "Idempotency-Key", "k")
                .assertProblem(409, "key_made");

        assertThat(client.as(owner, "GET", keys(owner)).body().path("items")).hasSize(1);
    }

    @Test
    void aWorkspaceHasOnlySoManyKeys() {
        var owner = client.newPerson();
        make(owner, "viewer").assertStatus(201);
        Infrastructure.execute(
                """
                INSERT INTO api_keys (id, workspace_id, created_by, name, role, prefix, hash, created_at)
                SELECT gen_random_uuid(), workspace_id, created_by, name, role, prefix, hash || n, created_at
                FROM api_keys, generate_series(2, %d) n WHERE workspace_id = '%s'
                """
                        .formatted(ApiKeys.MOST, owner.workspaceId()));

        make(owner, "viewer").assertProblem(409, "key_limit");
    }

    private String roleOf(String key, Person owner) {
        var token = exchange(key).assertStatus(200).text("access_token");
        return with(token, "GET", "/workspaces/" + owner.workspaceId()).text("role");
    }

    private Person member(Person owner, String role) {
        var member = client.newPerson();
        client.as(
                        owner,
                        "POST",
                        "/workspaces/" + owner.workspaceId() + "/members",
                        Map.of("email", member.email(), "role", role))
                .assertStatus(201);
        return member;
    }

    private Answer make(Person person, String role) {
        return make(person, person.workspaceId(), role);
    }

    private Answer make(Person person, UUID workspaceId, String role) {
        var body = Map.of("name", "overlay", "role", role);
        return client.as(person, "POST", "/workspaces/" + workspaceId + "/keys", body);
    }

    private static String keys(Person person) {
        return "/workspaces/" + person.workspaceId() + "/keys";
    }

    private Answer exchange(String key) {
        return client.exchange("key", key);
    }

    private Answer with(String token, String method, String path) {
        return client.call(method, path, "", "Authorization", "Bearer " + token);
    }
}
