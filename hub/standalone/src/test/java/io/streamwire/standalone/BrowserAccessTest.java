package io.streamwire.standalone;

import static io.streamwire.standalone.Browser.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A browser's session and its tickets, through real gateways in front of a real auth. */
@Timeout(60)
class BrowserAccessTest {

    private static final String ANY = "/api/v1/livestreams/any";
    private static final String STREAM = "/api/v1/livestreams/events";

    private static AccessHub hub;
    private static URI gateway;
    private static URI behindProxy;

    @BeforeAll
    static void start() {
        hub = AccessHub.start();
        gateway = hub.gateway();
        behindProxy = hub.gateway("gateway.trusted-proxies", "127.0.0.1");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @Test
    void aCookieStandsForAnAccessToken() {
        var browser = Browser.of(gateway);
        var me = browser.get("/api/v1/auth/me").is(200);

        var arrived = browser.get(ANY).is(200);

        assertThat(arrived.id("/user")).isEqualTo(me.id("/user/id"));
        assertThat(arrived.body().at("/roles/" + me.text("/workspaces/0/id")).asText())
                .isEqualTo("owner");
        assertThat(arrived.body().at("/cookie").asBoolean()).isFalse();
    }

    @Test
    void theCookieIsKeptFromScriptsAndOtherSites() {
        var email = Browser.of(gateway).email();

        var cookie = Browser.signInAnswer(gateway, email).is(201).setCookie();

        assertThat(cookie).matches("streamwire_session=[A-Za-z0-9_-]{43};.*");
        assertThat(List.of(cookie.split("; *", -1)))
                .contains("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=2592000")
                .doesNotContain("Secure");
    }

    @Test
    void onlyATrustedProxyMakesTheCookieSecure() {
        var email = Browser.of(gateway).email();

        var forwarded = Browser.signInAnswer(behindProxy, email, "X-Forwarded-Proto", "https");
        var pretended = Browser.signInAnswer(gateway, email, "X-Forwarded-Proto", "https");

        assertThat(forwarded.is(201).setCookie())
                .startsWith("__Host-streamwire_session=")
                .contains("; Secure");
        new Browser(behindProxy, email, forwarded.cookie()).get(ANY).is(200);
        assertThat(pretended.is(201).setCookie()).isNotEmpty().doesNotContain("Secure");
    }

    @Test
    void aSecretThatABrowserBringsIsNeverTaken() {
        var email = Browser.of(gateway).email();
        var planted = "streamwire_session=" + "A".repeat(43);

        var browser = Browser.signIn(gateway, email, "Cookie", planted);

        assertThat(browser.cookie()).isNotEqualTo(planted);
        new Browser(gateway, email, planted).get(ANY).is(401, "token_invalid");
        browser.get(ANY).is(200);
        Browser.send(gateway, "GET", ANY, "", "Cookie", planted + "; " + browser.cookie()).is(200);
        Browser.send(
                        gateway,
                        "GET",
                        ANY,
                        "",
                        "Cookie",
                        "__Host-" + planted + "; " + browser.cookie())
                .is(401, "token_invalid");
    }

    @Test
    void onlyAPageOfOursSignsABrowserIn() {
        var email = Browser.of(gateway).email();
        var body = Map.of("email", email, "password", PASSWORD);

        Browser.send(gateway, "POST", "/api/v1/auth/sessions", body).is(403, "csrf");
        Browser.signInAnswer(gateway, email, "Origin", "https://evil.example").is(403, "csrf");
        Browser.signInAnswer(gateway, email, "Origin", gateway.toString()).is(201);
    }

    @Test
    void whoSignsInWithABrowserEndsTheSessionThatItHad() {
        var first = Browser.of(gateway);
        var second = Browser.of(gateway);
        first.get(ANY).is(200);

        var wrong = Map.of("email", second.email(), "password", "wrong");
        first.post("/api/v1/auth/sessions", wrong).is(401, "login_failed");
        first.get(ANY).is(200);
        Browser.signIn(gateway, second.email(), "Cookie", first.cookie()).get(ANY).is(200);

        first.get(ANY).is(401, "token_invalid");
        second.get(ANY).is(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "short", "$(reboot)", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA;"})
    void whatIsNoSecretIsRefused(String value) {
        var answer = Browser.send(gateway, "GET", ANY, "", "Cookie", "streamwire_session=" + value);

        assertThat(answer.is(401).text("/code")).startsWith("token_");
    }

    @Test
    void aChangeNeedsTheHeaderThatNoFormCanSend() {
        var browser = Browser.of(gateway);

        Browser.send(gateway, "POST", ANY, "", "Cookie", browser.cookie()).is(403, "csrf");
        Browser.send(gateway, "DELETE", ANY, "", "Cookie", browser.cookie()).is(403, "csrf");
        Browser.send(gateway, "GET", ANY, "", "Cookie", browser.cookie()).is(200);
        browser.post(ANY, "").is(200);
    }

    @ParameterizedTest
    @CsvSource({
        "Origin, https://evil.example",
        "Origin, null",
        "Origin, http://127.0.0.1:1",
        "Origin, http://127.0.0.1",
        "Origin, ftp://{host}",
        "Sec-Fetch-Site, cross-site",
        "Sec-Fetch-Site, same-site",
        "Sec-Fetch-Site, none",
    })
    void aChangeFromAnotherOriginIsRefused(String header, String value) {
        var browser = Browser.of(gateway);
        var given = value.replace("{host}", gateway.getAuthority());

        browser.post(ANY, "", header, given).is(403, "csrf");
        browser.get(ANY, header, given).is(200);
    }

    @Test
    void aChangeFromTheOwnPageIsDone() {
        var browser = Browser.of(gateway);

        browser.post(ANY, "", "Origin", gateway.toString(), "Sec-Fetch-Site", "same-origin")
                .is(200);
        browser.at(behindProxy)
                .post(
                        ANY,
                        "",
                        "Origin",
                        "https://hub.example",
                        "X-Forwarded-Host",
                        "hub.example:443",
                        "X-Forwarded-Proto",
                        "https")
                .is(200);
    }

    @Test
    void anAccessTokenNeedsNoSuchHeader() {
        var token = Browser.register(gateway, Browser.newEmail()).is(201).text("/access_token");

        Browser.send(gateway, "POST", ANY, "", "Authorization", "Bearer " + token).is(200);
    }

    @Test
    void signingOutEndsTheSessionEverywhere() {
        var browser = Browser.of(gateway);
        browser.at(behindProxy).get(ANY).is(200);

        var answer = browser.delete("/api/v1/auth/sessions/current").is(204);

        assertThat(answer.setCookie()).startsWith("streamwire_session=;").contains("Max-Age=0");
        browser.get(ANY).is(401, "token_invalid");
        Await.until(() -> browser.at(behindProxy).get(ANY).status() == 401);
    }

    @Test
    void aSessionIsEndedFromAnotherBrowserWhileItIsUsed() {
        var lost = Browser.of(gateway);
        var kept = Browser.signIn(gateway, lost.email(), "User-Agent", "Kept/1.0");
        lost.get(ANY).is(200);
        var sessions = kept.get("/api/v1/auth/sessions").is(200).body().path("items");
        var other = sessions.path(1);

        assertThat(sessions).hasSize(3); // registering began one with tokens
        assertThat(sessions.path(0).path("current").asBoolean()).isTrue();
        assertThat(sessions.path(0).path("user_agent").asText()).isEqualTo("Kept/1.0");
        assertThat(sessions.path(2).path("kind").asText()).isEqualTo("tokens");
        kept.delete("/api/v1/auth/sessions/" + other.path("id").asText()).is(204);

        Await.until(() -> lost.get(ANY).status() == 401);
        kept.get(ANY).is(200);
        Browser.of(gateway)
                .delete("/api/v1/auth/sessions/" + sessions.path(0).path("id").asText())
                .is(404, "not_found");
    }

    @Test
    void anotherPasswordEndsTheOtherSessions() {
        var other = Browser.of(gateway);
        var browser = Browser.signIn(gateway, other.email());
        other.get(ANY).is(200);

        browser.post(
                        "/api/v1/auth/password",
                        Map.of("current_password", PASSWORD, "new_password", "another long one"))
                .is(204);

        browser.get(ANY).is(200);
        Await.until(() -> other.get(ANY).status() == 401);
    }

    @Test
    void aSessionThatIsNotUsedEnds() {
        var browser = Browser.of(gateway);
        hub.execute(ofUser("UPDATE sessions SET expires_at = now()", browser));

        browser.get(ANY).is(401, "token_invalid");
    }

    @Test
    void useMakesASessionLastLongerButNotForEver() {
        var browser = Browser.of(gateway);
        hub.execute(
                ofUser(
                        "UPDATE sessions SET last_used_at = now() - interval '1 h', ends_at = now()"
                                + " + interval '2 d', expires_at = now() + interval '1 m'",
                        browser));

        var session = browser.get("/api/v1/auth/sessions").is(200).body().at("/items/0");

        var ends = Instant.parse(session.path("expires_at").asText());
        assertThat(ends)
                .isBetween(
                        Instant.now().plusSeconds(47 * 3600), Instant.now().plusSeconds(48 * 3600));
    }

    @Test
    void theSessionsOfADeletedUserEnd() {
        var browser = Browser.of(gateway);
        browser.get(ANY).is(200);
        hub.execute("DELETE FROM users WHERE email = '" + browser.email() + "'");

        Await.until(() -> browser.get(ANY).status() == 401);
    }

    @Test
    void aNewWorkspaceCountsAtOnce() {
        var browser = Browser.of(gateway);
        browser.get(ANY).is(200);

        var made = browser.post("/api/v1/workspaces", Map.of("name", "Second")).is(201);

        assertThat(browser.get(ANY).is(200).body().at("/roles/" + made.text("/id")).asText())
                .isEqualTo("owner");
    }

    @Test
    void aRoleThatChangesDoesNotSignItsUserOut() {
        var owner = Browser.of(gateway);
        var member = Browser.of(gateway);
        var workspace = owner.get("/api/v1/auth/me").is(200).text("/workspaces/0/id");
        var members = "/api/v1/workspaces/" + workspace + "/members";
        var added = owner.post(members, Map.of("email", member.email(), "role", "viewer")).is(201);
        Await.until(() -> role(member, workspace).equals("viewer"));

        owner.call(
                        "PATCH",
                        members + "/" + added.text("/user_id"),
                        Map.of("role", "moderator"),
                        "If-Match",
                        added.response().headers().firstValue("ETag").orElseThrow())
                .is(200);

        Await.until(() -> role(member, workspace).equals("moderator"));
    }

    private static String role(Browser browser, String workspace) {
        return browser.get(ANY).is(200).body().at("/roles/" + workspace).asText();
    }

    @Test
    void aTicketIsGoodOnceAtWhicheverGateway() {
        var browser = Browser.of(gateway);
        var user = browser.get("/api/v1/auth/me").is(200).id("/user/id");
        var ticket = ticket(browser);

        var arrived = with(behindProxy, STREAM + "?limit=5&ticket=" + ticket + "&a=b").is(200);

        assertThat(arrived.id("/user")).isEqualTo(user);
        assertThat(arrived.text("/target")).isEqualTo(STREAM + "?limit=5&a=b");
        with(gateway, STREAM + "?ticket=" + ticket).is(401, "token_invalid");
        with(behindProxy, STREAM + "?ticket=" + ticket).is(401, "token_invalid");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/devices/events",
                "/api/v1/livestreams/0198/status/stream",
                "/api/v1/rules/overlay"
            })
    void aTicketOpensEveryEventStream(String stream) {
        var ticket = ticket(Browser.of(gateway));

        var arrived = with(gateway, stream + "?%74icket=" + ticket).is(200);

        assertThat(arrived.text("/target")).isEqualTo(stream + "?");
    }

    @Test
    void aTicketOpensNothingElse() {
        var ticket = ticket(Browser.of(gateway));

        with(gateway, ANY + "?ticket=" + ticket).is(401, "token_missing");
        Browser.send(gateway, "POST", STREAM + "?ticket=" + ticket, "").is(401, "token_missing");
        with(gateway, STREAM + "?ticket=" + ticket).is(200);
    }

    @Test
    void aTicketThatIsOldOrOfAnEndedSessionIsRefused() {
        var browser = Browser.of(gateway);
        var old = ticket(browser);
        hub.execute("UPDATE tickets SET expires_at = now()");
        with(gateway, STREAM + "?ticket=" + old).is(401, "token_invalid");
        var ticket = ticket(browser);

        browser.delete("/api/v1/auth/sessions/current").is(204);

        with(gateway, STREAM + "?ticket=" + ticket).is(401, "token_invalid");
        with(gateway, STREAM + "?ticket=nonsense").is(401, "token_invalid");
    }

    @Test
    void theExchangeIsNotForClients() {
        Browser.send(gateway, "POST", "/internal/exchange", Map.of("kind", "session"))
                .is(404, "not_found");
    }

    @Test
    void aSessionOutlivesAnAbsenceOfAuth() {
        var browser = Browser.of(gateway);
        var stranger = Browser.of(gateway);
        var auth = hub.auth(Map.of());
        var front = hub.gateway(auth, "gateway.identity-cache", "0s");
        var there = URI.create("http://127.0.0.1:" + front.port());
        browser.at(there).get(ANY).is(200);

        auth.close();

        browser.at(there).post(ANY, "").is(200);
        stranger.at(there).get(ANY).is(503, "upstream_unavailable");
    }

    private static Browser.Answer with(URI gateway, String path) {
        return Browser.send(gateway, "GET", path, "");
    }

    private static String ticket(Browser browser) {
        return browser.post("/api/v1/auth/tickets", "").is(201).text("/ticket");
    }

    private static String ofUser(String update, Browser browser) {
        return "%s WHERE user_id = (SELECT id FROM users WHERE email = '%s')"
                .formatted(update, browser.email());
    }
}
