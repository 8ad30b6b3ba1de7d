package io.streamwire.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.auth.Client.Answer;
import io.streamwire.auth.Client.Person;
import io.streamwire.service.Problem;
import io.streamwire.service.TokenVerifier;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkspacesTest {

    private static final String ROOT = "/api/v1/workspaces";

    private final Client client = Client.of(Infrastructure.AUTH);
    private final Person owner = client.newPerson();
    private final String home = ROOT + "/" + owner.workspaceId();

    @Test
    void aWorkspaceIsMadeReadRenamedAndDeleted() {
        var made = client.as(owner, "POST", ROOT, Map.of("name", " Studio ")).assertStatus(201);
        var path = made.header("Location");

        assertThat(path).isEqualTo(ROOT + "/" + made.text("id"));
        assertThat(made.text("name")).isEqualTo("Studio");
        assertThat(made.text("role")).isEqualTo("owner");
        var etag = client.as(owner, "GET", path).assertStatus(200).header("ETag");
        var renamed = client.as(owner, "PATCH", path, Map.of("name", "Stage"), "If-Match", etag);
        assertThat(renamed.assertStatus(200).text("name")).isEqualTo("Stage");
        client.as(owner, "PATCH", path, Map.of("name", "Stage"))
                .assertProblem(428, "version_required");
        client.as(owner, "PATCH", path, Map.of("name", "Stage"), "If-Match", etag)
                .assertProblem(412, "version_mismatch");
        client.call("DELETE", path, "", "Authorization", bearer(owner), "If-Match", etag)
                .assertProblem(412, "version_mismatch");
        client.as(owner, "DELETE", path).assertStatus(204);
        var again = owner.with(client.refresh(owner.refreshToken()));
        client.as(again, "GET", path).assertProblem(404, "not_found");
    }

    @Test
    void aRepeatedRequestMakesOneWorkspace() {
        var body = Map.of("name", "Once");

        var first = client.as(owner, "POST", ROOT, body, "Idempotency-Key", "key 1");
        var second = client.as(owner, "POST", ROOT, body, "Idempotency-Key", "key 1");
        var other = client.as(client.newPerson(), "POST", ROOT, body, "Idempotency-Key", "key 1");

        assertThat(second.assertStatus(201).text("id")).isEqualTo(first.text("id"));
        assertThat(other.assertStatus(201).text("id")).isNotEqualTo(first.text("id"));
    }

    @Test
    void workspacesAreListedInPages() {
        client.as(owner, "POST", "/workspaces", Map.of("name", "B")).assertStatus(201);
        client.as(owner, "POST", "/workspaces", Map.of("name", "C")).assertStatus(201);

        var first = client.as(owner, "GET", "/workspaces?limit=2").assertStatus(200);
        var rest = client.as(owner, "GET", "/workspaces?cursor=" + first.text("next_cursor"));

        assertThat(first.body().path("items")).hasSize(2);
        assertThat(rest.body().path("items")).hasSize(1);
        assertThat(rest.body().path("next_cursor").asText("none")).isIn("none", "null");
    }

    @Test
    void anotherWorkspaceDoesNotExist() {
        var stranger = client.newPerson();

        client.as(stranger, "GET", home).assertProblem(404, "not_found");
        client.as(stranger, "DELETE", home).assertProblem(404, "not_found");
        client.as(stranger, "GET", home + "/members").assertProblem(404, "not_found");
        client.as(stranger, "POST", home + "/members", newMember(stranger, "owner"))
                .assertProblem(404, "not_found");
        client.as(stranger, "GET", ROOT + "/nonsense").assertProblem(404, "not_found");
    }

    @Test
    void aMemberIsAddedByEmail() {
        var friend = client.newPerson();

        var added = add(owner, friend, "moderator").assertStatus(201);

        assertThat(added.text("user_id")).isEqualTo(friend.id().toString());
        assertThat(added.text("role")).isEqualTo("moderator");
        client.as(friend, "GET", home).assertStatus(200); // at once, without a new token
        var members = client.as(friend, "GET", home + "/members").assertStatus(200);
        assertThat(members.body().path("items")).hasSize(2);
        add(owner, friend, "moderator").assertProblem(409, "already_member");
        client.as(
                        owner,
                        "POST",
                        home + "/members",
                        newMember(friend, "moderator"),
                        "Idempotency-Key",
                        "k")
                .assertStatus(201);
        client.as(
                        owner,
                        "POST",
                        home + "/members",
                        Map.of("email", "nobody@example.org", "role", "viewer"))
                .assertProblem(404, "user_not_found");
        client.as(owner, "POST", home + "/members", newMember(friend, "king"))
                .assertProblem(400, "malformed_json");
    }

    @ParameterizedTest
    @CsvSource({
        "viewer, viewer, 403, role_too_low",
        "moderator, viewer, 403, role_too_low",
        "admin, owner, 403, role_above_own",
        "admin, admin, 201, ''",
        "owner, owner, 201, ''"
    })
    void nobodyGrantsMoreThanTheOwnRole(String own, String granted, int status, String code) {
        var member = client.newPerson();
        add(owner, member, own).assertStatus(201);

        var answer = add(member, client.newPerson(), granted).assertStatus(status);

        assertThat(answer.text("code")).isEqualTo(code);
    }

    @Test
    void anAdminDoesNotTouchAnOwner() {
        var admin = client.newPerson();
        add(owner, admin, "admin").assertStatus(201);

        changeRole(admin, owner.id(), "viewer").assertProblem(403, "role_above_own");
        changeRole(admin, admin.id(), "owner").assertProblem(403, "role_above_own");
        remove(admin, owner.id()).assertProblem(403, "role_above_own");
        client.as(admin, "DELETE", home).assertProblem(403, "role_too_low");
    }

    @Test
    void theLastOwnerStays() {
        changeRole(owner, owner.id(), "admin").assertProblem(409, "last_owner");
        remove(owner, owner.id()).assertProblem(409, "last_owner");

        var second = client.newPerson();
        add(owner, second, "owner").assertStatus(201);
        remove(owner, owner.id()).assertStatus(204);
    }

    @Test
    void oneOfTwoOwnersStaysWhenBothLeaveAtTheSameTime() {
        var second = client.newPerson();
        add(owner, second, "owner").assertStatus(201);
        var people = new Person[] {owner, second};

        var statuses =
                IntStream.range(0, 2)
                        .parallel()
                        .mapToObj(i -> remove(people[i], people[i].id()).status())
                        .toList();

        assertThat(statuses).containsExactlyInAnyOrder(204, 409);
    }

    @Test
    void aViewerMayLeaveButRemovesNobody() {
        var viewer = client.newPerson();
        var other = client.newPerson();
        add(owner, viewer, "viewer").assertStatus(201);
        add(owner, other, "viewer").assertStatus(201);

        remove(viewer, other.id()).assertProblem(403, "role_too_low");
        remove(viewer, UUID.randomUUID()).assertProblem(404, "not_found");
        remove(viewer, viewer.id()).assertStatus(204);
    }

    @Test
    void aRoleChangeNeedsTheVersionThatWasRead() {
        var friend = client.newPerson();
        add(owner, friend, "viewer").assertStatus(201);
        var path = home + "/members/" + friend.id();

        client.as(owner, "PATCH", path, Map.of("role", "admin"))
                .assertProblem(428, "version_required");
        client.as(owner, "PATCH", path, Map.of("role", "admin"), "If-Match", "\"99\"")
                .assertProblem(412, "version_mismatch");
        var changed = changeRole(owner, friend.id(), "admin").assertStatus(200);
        assertThat(changed.text("role")).isEqualTo("admin");
    }

    @Test
    void aChangedOrEndedMembershipIsEffectiveEverywhereWithinASecond() {
        var friend = client.newPerson();
        add(owner, friend, "admin").assertStatus(201);
        var before = friend.with(client.refresh(friend.refreshToken()));
        var url = "http://127.0.0.1:" + Infrastructure.AUTH.port() + "/.well-known/jwks.json";
        var config = Infrastructure.config(Map.of("auth.jwks-url", url));
        try (var elsewhere = TokenVerifier.of(config, Infrastructure.BUS)) {
            elsewhere.verify(before.accessToken());

            changeRole(owner, friend.id(), "viewer").assertStatus(200);

            Polling.await(() -> refuses(elsewhere, before));
            var after = friend.with(client.refresh(before.refreshToken()));
            elsewhere.verify(after.accessToken());

            remove(owner, friend.id()).assertStatus(204);

            Polling.await(() -> refuses(elsewhere, after));
            var last = friend.with(client.refresh(after.refreshToken()));
            assertThat(elsewhere.verify(last.accessToken()).role(owner.workspaceId())).isEmpty();
        }
    }

    @Test
    void aUserHasRoomForFiftyWorkspaces() {
        Infrastructure.execute(
                """
                WITH made AS (
                    INSERT INTO workspaces (id, name, created_at)
                    SELECT gen_random_uuid(), 'W', now() FROM generate_series(1, 49) RETURNING id)
                INSERT INTO workspace_members (workspace_id, user_id, role, added_at)
                SELECT id, '%s', 'owner', now() FROM made
                """
                        .formatted(owner.id()));

        client.as(owner, "POST", ROOT, Map.of("name", "One more"))
                .assertProblem(409, "workspace_limit");
        client.as(owner, "POST", "/refresh", Map.of("refresh_token", owner.refreshToken()))
                .assertStatus(200);
    }

    private static boolean refuses(TokenVerifier verifier, Person person) {
        try {
            verifier.verify(person.accessToken());
            return false;
        } catch (Problem e) {
            return e.code().equals("token_invalid");
        }
    }

    private Answer add(Person caller, Person friend, String role) {
        return client.as(caller, "POST", home + "/members", newMember(friend, role));
    }

    private Answer changeRole(Person caller, UUID userId, String role) {
        var path = home + "/members/" + userId;
        var etag = client.as(caller, "GET", path).header("ETag");
        return client.as(caller, "PATCH", path, Map.of("role", role), "If-Match", etag);
    }

    private Answer remove(Person caller, UUID userId) {
        return client.as(caller, "DELETE", home + "/members/" + userId);
    }

    private static Map<String, String> newMember(Person person, String role) {
        return Map.of("email", person.email(), "role", role);
    }

    private static String bearer(Person person) {
        return "Bearer " + person.accessToken();
    }
}
