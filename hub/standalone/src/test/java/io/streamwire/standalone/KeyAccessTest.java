package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** API keys and invitations, through a real gateway in front of a real auth. */
@Timeout(60)
class KeyAccessTest {

    private static final String ANY = "/api/v1/livestreams/any";
    private static final String STREAM = "/api/v1/livestreams/events";

    private static AccessHub hub;
    private static URI gateway;

    @BeforeAll
    static void start() {
        hub = AccessHub.start();
        gateway = hub.gateway();
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @Test
    void aKeyCallsWithItsRoleInItsWorkspace() {
        var owner = Browser.of(gateway);
        var made = key(owner, "viewer");

        var arrived = call(made, "POST", ANY).is(200);

        assertThat(arrived.body().path("of_key").asBoolean()).isTrue();
        assertThat(arrived.id("/user")).isEqualTo(made.id("/id"));
        assertThat(arrived.body().path("roles")).hasSize(1);
        assertThat(arrived.body().at("/roles/" + made.text("/workspace_id")).asText())
                .isEqualTo("viewer");
        call(made, "GET", "/api/v1/workspaces/" + made.text("/workspace_id")).is(200);
        call(made, "GET", "/api/v1/auth/me").is(403, "key_forbidden");
        call(made, "GET", "/api/v1/workspaces/" + workspace(Browser.of(gateway)))
                .is(404, "not_found");
    }

    @Test
    void aKeyEndsWhileItIsUsed() {
        var owner = Browser.of(gateway);
        var made = key(owner, "viewer");
        call(made, "GET", ANY).is(200);

        owner.delete("/api/v1/workspaces/" + workspace(owner) + "/keys/" + made.text("/id"))
                .is(204);

        Await.until(() -> call(made, "GET", ANY).status() == 401);
        call(made, "POST", "/api/v1/devices/stop").is(401, "token_invalid");
    }

    @Test
    void aKeyGetsTicketsThatCountAsTheKey() {
        var made = key(Browser.of(gateway), "viewer");
        var ticket = call(made, "POST", "/api/v1/auth/tickets").is(201).text("/ticket");

        var arrived = Browser.send(gateway, "GET", STREAM + "?ticket=" + ticket, "").is(200);

        assertThat(arrived.id("/user")).isEqualTo(made.id("/id"));
        assertThat(arrived.body().path("of_key").asBoolean()).isTrue();
    }

    @Test
    void aTicketOfADeletedKeyIsRefused() {
        var owner = Browser.of(gateway);
        var made = key(owner, "viewer");
        var ticket = call(made, "POST", "/api/v1/auth/tickets").is(201).text("/ticket");

        owner.delete("/api/v1/workspaces/" + workspace(owner) + "/keys/" + made.text("/id"))
                .is(204);

        Browser.send(gateway, "GET", STREAM + "?ticket=" + ticket, "").is(401, "token_invalid");
    }

    @Test
    void whatIsNoKeyIsRefused() {
        for (var key : new String[] {"swk_", "swk_short", "swk_" + "A".repeat(43)}) {
            Browser.send(gateway, "GET", ANY, "", "Authorization", "Bearer " + key)
                    .is(401, "token_invalid");
        }
    }

    @Test
    void secretsThatAreTriedCostTheirAddress() {
        var strict = hub.gateway("gateway.rate-limit", "1", "gateway.rate-burst", "5");
        var made = key(Browser.of(gateway), "viewer");
        int unknown = 0;

        while (call(strict, "swk_" + "A".repeat(43)).status() == 401) {
            unknown++;
        }

        assertThat(unknown).isGreaterThanOrEqualTo(5);
        // One of its own may come just when there is room for one again.
        Await.until(() ->
                call(strict, "swk_" + "A".repeat(43)).status() == 429
                        && call(strict, made.text("/key")).status() == 429);
    }

    @Test
    void whoAcceptsAnInvitationIsAMemberAtOnce() {
        var owner = Browser.of(gateway);
        var guest = Browser.of(gateway);
        guest.get(ANY).is(200);
        var secret =
                owner.post(
                                "/api/v1/workspaces/" + workspace(owner) + "/invitations",
                                Map.of("role", "moderator"))
                        .is(201)
                        .text("/secret");
        var body = Map.of("secret", secret);
        Browser.send(gateway, "POST", "/api/v1/auth/invitations/look", body).is(200);
        Browser.send(gateway, "POST", "/api/v1/auth/invitations/accept", body)
                .is(401, "token_missing");

        guest.post("/api/v1/auth/invitations/accept", body).is(200);

        assertThat(guest.get(ANY).is(200).body().at("/roles/" + workspace(owner)).asText())
                .isEqualTo("moderator");
    }

    private static Browser.Answer key(Browser owner, String role) {
        return owner.post(
                        "/api/v1/workspaces/" + workspace(owner) + "/keys",
                        Map.of("name", "overlay", "role", role))
                .is(201);
    }

    private static Browser.Answer call(Browser.Answer made, String method, String path) {
        var bearer = "Bearer " + made.text("/key");
        return Browser.send(gateway, method, path, "", "Authorization", bearer);
    }

    private static Browser.Answer call(URI gateway, String key) {
        return Browser.send(gateway, "GET", ANY, "", "Authorization", "Bearer " + key);
    }

    private static String workspace(Browser browser) {
        return browser.get("/api/v1/auth/me").is(200).text("/workspaces/0/id");
    }
}
