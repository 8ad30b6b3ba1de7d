package io.streamwire.auth;

import static io.streamwire.auth.Client.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.auth.Client.Answer;
import io.streamwire.auth.Client.Person;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InvitationsTest {

    private final Client client = Client.of(Infrastructure.AUTH);

    @Test
    void whoeverHasTheSecretJoinsOnce() {
        var owner = client.newPerson();
        var guest = client.newPerson();
        var invitation = invite(owner, Map.of("role", "moderator")).assertStatus(201);
        var secret = invitation.text("secret");

        var look = look(secret).assertStatus(200);
        assertThat(look.text("workspace_name")).isEqualTo("Somebody's workspace");
        assertThat(look.text("role")).isEqualTo("moderator");
        assertThat(look.at("/invited_by/display_name")).isEqualTo("Somebody");
        var joined = accept(guest, secret).assertStatus(200);

        assertThat(joined.text("id")).isEqualTo(owner.workspaceId().toString());
        assertThat(joined.text("role")).isEqualTo("moderator");
        client.as(guest, "GET", "/workspaces/" + owner.workspaceId()).assertStatus(200);
        accept(client.newPerson(), secret).assertProblem(404, "invitation_invalid");
        look(secret).assertProblem(404, "invitation_invalid");
        assertThat(client.as(owner, "GET", invitations(owner)).body().path("items")).isEmpty();
    }

    @Test
    void oneOfManyAtTheSameTimeJoins() {
        var owner = client.newPerson();
        var secret = invite(owner, Map.of("role", "viewer")).text("secret");
        var guests = Stream.generate(client::newPerson).limit(4).toList();

        var statuses =
                guests.parallelStream().map(guest -> accept(guest, secret).status()).toList();

        assertThat(statuses).containsOnly(200, 404).containsOnlyOnce(200);
    }

    @Test
    void aMemberKeepsTheInvitationForAnother() {
        var owner = client.newPerson();
        var secret = invite(owner, Map.of("role", "viewer")).text("secret");

        accept(owner, secret).assertProblem(409, "already_member");

        accept(client.newPerson(), secret).assertStatus(200);
    }

    @Test
    void anInvitationWithAnEmailIsForThatAccount() {
        var owner = client.newPerson();
        var guest = client.newPerson();
        var secret = invite(owner, Map.of("role", "viewer", "email", guest.email())).text("secret");

        accept(client.newPerson(), secret).assertProblem(403, "invitation_for_another");
        accept(guest, secret).assertStatus(200);
    }

    @Test
    void anInvitationIsTakenBackOrExpires() {
        var owner = client.newPerson();
        var back = invite(owner, Map.of("role", "viewer"));
        var old = invite(owner, Map.of("role", "viewer", "expires_in", 60));
        var listed = client.as(owner, "GET", invitations(owner)).assertStatus(200).body();
        assertThat(listed.path("items")).hasSize(2);
        assertThat(listed.toString()).doesNotContain(back.text("secret"), old.text("secret"));

        client.as(owner, "DELETE", invitations(owner) + "/" + back.text("id")).assertStatus(204);
        Infrastructure.execute(
                "UPDATE invitations SET expires_at = now() WHERE id = '" + old.text("id") + "'");

        for (var secret : List.of(back.text("secret"), old.text("secret"), "", "swi_nonsense")) {
            look(secret).assertProblem(404, "invitation_invalid");
            accept(client.newPerson(), secret).assertProblem(404, "invitation_invalid");
        }
        assertThat(client.as(owner, "GET", invitations(owner)).body().path("items")).isEmpty();
    }

    @Test
    void nobodyInvitesAboveTheOwnRoleOrAfterLosingIt() {
        var owner = client.newPerson();
        var admin = client.newPerson();
        accept(admin, invite(owner, Map.of("role", "admin")).text("secret")).assertStatus(200);
        var path = "/workspaces/" + owner.workspaceId() + "/invitations";
        client.as(admin, "POST", path, Map.of("role", "owner"))
                .assertProblem(403, "role_above_own");
        var secret =
                client.as(admin, "POST", path, Map.of("role", "admin"))
                        .assertStatus(201)
                        .text("secret");

        var member = "/workspaces/" + owner.workspaceId() + "/members/" + admin.id();
        var version = client.as(owner, "GET", member).header("ETag");
        client.as(owner, "PATCH", member, Map.of("role", "viewer"), "If-Match", version)
                .assertStatus(200);

        look(secret).assertProblem(404, "invitation_invalid");
        var viewer = admin.with(client.refresh(admin.refreshToken()));
        client.as(viewer, "POST", path, Map.of("role", "viewer"))
                .assertProblem(403, "role_too_low");
        client.as(owner, "DELETE", member).assertStatus(204);
        assertThat(client.as(owner, "GET", path).body().path("items")).isEmpty();
    }

    @Test
    void strangersSeeAndChangeNothing() {
        var owner = client.newPerson();
        var id = invite(owner, Map.of("role", "viewer")).text("id");
        var stranger = client.newPerson();

        client.as(stranger, "GET", invitations(owner)).assertProblem(404, "not_found");
        client.as(stranger, "POST", invitations(owner), Map.of("role", "viewer"))
                .assertProblem(404, "not_found");
        client.as(stranger, "DELETE", invitations(owner) + "/" + id)
                .assertProblem(404, "not_found");
        client.as(stranger, "DELETE", invitations(stranger) + "/" + id)
                .assertProblem(404, "not_found");
    }

    @Test
    void wrongWishesAreRefused() {
        var owner = client.newPerson();

        invite(owner, Map.of("role", "viewer", "email", "nobody"))
                .assertProblem(422, "invalid_value");
        invite(owner, Map.of("role", "viewer", "expires_in", 59))
                .assertProblem(422, "invalid_value");
        invite(owner, Map.of("role", "viewer", "expires_in", 2592001))
                .assertProblem(422, "invalid_value");
        invite(owner, Map.of("role", "king")).assertProblem(400, "malformed_json");
    }

    @Test
    void whoIsInvitedMayRegisterWhereOthersMayNot() {
        try (var closed = Infrastructure.start(Map.of("auth.registration", "invite"))) {
            var owner = client.newPerson();
            var secret = invite(owner, Map.of("role", "viewer")).text("secret");
            var there = Client.of(closed);
            there.register(Client.newEmail()).assertProblem(403, "invitation_needed");
            register(there, "swi_nonsense").assertProblem(404, "invitation_invalid");

            var registered = register(there, secret).assertStatus(201);

            assertThat(registered.at("/joined/id")).isEqualTo(owner.workspaceId().toString());
            assertThat(registered.at("/joined/role")).isEqualTo("viewer");
            assertThat(registered.at("/workspace/role")).isEqualTo("owner");
            register(there, secret).assertProblem(404, "invitation_invalid");
        }
    }

    @Test
    void theAuditOfAWorkspaceIsForItsAdmins() {
        var owner = client.newPerson();
        var guest = client.newPerson();
        accept(guest, invite(owner, Map.of("role", "moderator")).text("secret")).assertStatus(200);
        var path = "/workspaces/" + owner.workspaceId() + "/audit";

        var first = client.as(owner, "GET", path + "?limit=2").assertStatus(200);
        var rest =
                client.as(owner, "GET", path + "?limit=2&cursor=" + first.text("next_cursor"))
                        .assertStatus(200);

        assertThat(first.body().path("items").findValuesAsText("event"))
                .containsExactly("invitation_accepted", "invitation_created");
        assertThat(first.at("/items/0/user/id")).isEqualTo(guest.id().toString());
        assertThat(first.at("/items/0/subject/display_name")).isEqualTo("Somebody");
        assertThat(rest.body().path("items").findValuesAsText("event"))
                .containsExactly("workspace_created");
        client.as(guest, "GET", path).assertProblem(403, "role_too_low");
        client.as(client.newPerson(), "GET", path).assertProblem(404, "not_found");
    }

    private static Answer register(Client client, String invitation) {
        return client.post(
                "/register",
                Map.of(
                        "email",
                        Client.newEmail(),
                        "password",
                        PASSWORD,
                        "display_name",
                        "Invited",
                        "invitation",
                        invitation));
    }

    private Answer invite(Person person, Map<String, Object> wish) {
        return client.as(person, "POST", invitations(person), wish);
    }

    private Answer look(String secret) {
        return client.post("/invitations/look", Map.of("secret", secret));
    }

    private Answer accept(Person person, String secret) {
        return client.as(person, "POST", "/invitations/accept", Map.of("secret", secret));
    }

    private static String invitations(Person person) {
        return "/workspaces/" + person.workspaceId() + "/invitations";
    }
}
