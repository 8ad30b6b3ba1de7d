package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who may follow live, and for how long, through a real gateway in front of a real auth. */
@Timeout(60)
class LiveAccessTest {

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
    void aPageOfTheSameOriginFollowsWithItsCookie() {
        var browser = Browser.of(gateway);

        try (var live = open(browser)) {
            live.follow(workspace(browser));
        }
        assertThat(
                        LiveConnection.refused(
                                gateway,
                                "",
                                "Cookie",
                                browser.cookie(),
                                "Origin",
                                "https://elsewhere.example"))
                .isEqualTo(403);
        assertThat(LiveConnection.refused(gateway, "")).isEqualTo(401);
    }

    @Test
    void aTicketOpensOneSocket() {
        var browser = Browser.of(gateway);
        var ticket = "?ticket=" + browser.post("/api/v1/auth/tickets", "").is(201).text("/ticket");

        try (var live = LiveConnection.open(gateway, ticket)) {
            live.follow(workspace(browser));
        }
        assertThat(LiveConnection.refused(gateway, ticket)).isEqualTo(401);
    }

    @Test
    void aSocketEndsWithItsSession() {
        var browser = Browser.of(gateway);
        try (var live = open(browser).follow(workspace(browser))) {

            browser.delete("/api/v1/auth/sessions/current").is(204);

            assertThat(live.closeCode()).isEqualTo(4001);
        }
    }

    @Test
    void whoIsRemovedFollowsNoMore() {
        var owner = Browser.of(gateway);
        var member = Browser.of(gateway);
        var ofMember = workspace(member);
        var ofOwner = workspace(owner);
        var members = "/api/v1/workspaces/" + ofOwner + "/members";
        var added = owner.post(members, Map.of("email", member.email(), "role", "viewer")).is(201);
        try (var shared = open(member).follow(ofOwner);
                var own = open(member).follow(ofMember)) {
            var begin = System.nanoTime();

            owner.delete(members + "/" + added.text("/user_id")).is(204);

            assertThat(shared.closeCode()).isEqualTo(4003);
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofSeconds(8));
            assertThat(own.isClosed()).isFalse();
        }
    }

    private static LiveConnection open(Browser browser) {
        return LiveConnection.open(
                gateway, "", "Cookie", browser.cookie(), "Origin", gateway.toString());
    }

    private static UUID workspace(Browser browser) {
        return browser.get("/api/v1/auth/me").is(200).id("/workspaces/0/id");
    }
}
