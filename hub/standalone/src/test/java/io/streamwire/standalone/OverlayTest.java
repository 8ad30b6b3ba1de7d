package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.WebSocketRoute;
import io.streamwire.virtualboard.PinRecorder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is laid over the picture of a stream, by a browser that nobody has signed in to. */
@ExtendWith({SharedHub.class, Chromium.class})
class OverlayTest {

    private static final String HOSTILE = "<img src=x onerror=window.hacked=1> \u202Eevil";

    private static final String HEARS = "sw-overlay[data-line=open]";

    @Test
    void theLastActionNamesItsViewerAndComesBackAfterABreak() {
        var account = Viewer.Account.made();
        try (var boards = account.board("Arm", new PinRecorder());
                var owner = Viewer.onDesk().as(account);
                var program = Viewer.onDesk()) {
            var device = boards.all().getFirst().deviceId().toString();
            account.api()
                    .post(
                            "/api/v1/rules/recipes/spin-on-comment",
                            Map.of("device_id", device, "cooldown_ms", 0));
            account.api().post("/api/v1/devices/arm", Map.of());
            var link = link(owner, "last");
            var page = program.page();
            var asked = new CopyOnWriteArrayList<String>();
            page.onRequest(request -> asked.add(request.url().replaceAll("#.*", "")));
            var lines = new CopyOnWriteArrayList<WebSocketRoute>();
            page.routeWebSocket(
                    Pattern.compile("/api/v1/live"),
                    line -> {
                        line.connectToServer();
                        lines.add(line);
                    });
            page.navigate(link);
            assertThat(page.locator(HEARS)).isAttached();

            var panel = page.locator(".over-panel");
            say(account, "1", "spin");
            assertThat(panel).containsText("<img src=x onerror=window.hacked=1>");
            assertThat(panel).hasText(Pattern.compile("moved \u2068Arm\u2069 in [0-9.]+\\s(ms|s)"));
            lines.getFirst().close();
            page.waitForCondition(() -> lines.size() == 2);
            say(account, "2", "spin please");
            assertThat(panel).containsText("spin please");

            assertThat(
                            page.evaluate(
                                    "() => getComputedStyle(document.documentElement).backgroundColor"))
                    .isEqualTo("rgba(0, 0, 0, 0)");
            assertThat(page.locator("main img")).hasCount(0);
            assertThat(page.evaluate("() => window.hacked")).isNull();
            assertThat(asked).isNotEmpty().noneMatch(url -> url.contains("swk_"));
            assertThat(program.faults()).isEmpty();
        }
    }

    private static void say(Viewer.Account account, String viewer, String text) {
        var user = Map.of("id", viewer, "handle", "h" + viewer, "nickname", HOSTILE);
        account.api()
                .post(
                        "/api/v1/livestreams/simulate",
                        Map.of("type", "comment", "text", text, "user", user));
    }

    @Test
    void textsOfRulesAndTheMeterOfACrowdAreShown() {
        var account = Viewer.Account.made();
        try (var owner = Viewer.onDesk().as(account);
                var texts = Viewer.onDesk();
                var meter = Viewer.onDesk()) {
            account.api()
                    .post(
                            "/api/v1/rules",
                            Map.of(
                                    "name",
                                    "Greeting <b>",
                                    "trigger",
                                    Map.of("type", "comment", "contains", "hello"),
                                    "crowd",
                                    Map.of(
                                            "type",
                                            "sum",
                                            "of",
                                            "events",
                                            "reaches",
                                            2,
                                            "within_ms",
                                            60000),
                                    "actions",
                                    List.of(
                                            Map.of(
                                                    "type",
                                                    "overlay",
                                                    "text",
                                                    "Welcome {viewer}",
                                                    "for_ms",
                                                    30000))));
            texts.page().navigate(link(owner, "message"));
            meter.page().navigate(link(owner, "meter"));
            assertThat(texts.page().locator(HEARS)).isAttached();
            assertThat(meter.page().locator(HEARS)).isAttached();

            say(account, "3", "hello");
            var bar = meter.page().locator(".over-panel");
            assertThat(bar).containsText("Greeting <b>");
            assertThat(bar).containsText("1 of 2");
            say(account, "4", "hello");

            assertThat(bar).containsText("Done!");
            assertThat(texts.page().locator(".over-panel"))
                    .containsText("Welcome <img src=x onerror=window.hacked=1>");
            assertThat(texts.page().locator("main img")).hasCount(0);
            assertThat(texts.faults()).isEmpty();
            assertThat(meter.faults()).isEmpty();
        }
    }

    @Test
    void aVoteIsCountedLiveAndItsWinnerIsNamed() {
        var account = Viewer.Account.made();
        try (var owner = Viewer.onDesk().as(account);
                var program = Viewer.onDesk()) {
            crowd(account, "Turn <b>", Map.of("type", "vote", "within_ms", 10_000), "red", "blue");
            crowd(
                    account,
                    "Rope",
                    Map.of("type", "tug", "lead", 2, "within_ms", 60000),
                    "hot",
                    "cold");
            var page = program.page();
            page.navigate(link(owner, "vote"));
            assertThat(page.locator(HEARS)).isAttached();
            var panel = page.locator(".over-panel");

            say(account, "5", "blue");
            assertThat(panel).containsText("Turn <b>");
            assertThat(panel).containsText("1 voter");
            assertThat(panel).containsText(Pattern.compile("0:(0[0-9]|10) left"));
            say(account, "6", "blue");
            say(account, "7", "red");
            var counts = page.locator(".choice .over-number");
            assertThat(counts).hasText(new String[] {"1", "2"});
            assertThat(panel).containsText("“blue” wins!");
            assertThat(counts).hasText(new String[] {"1", "2"});

            say(account, "5", "hot");
            assertThat(panel).containsText("Wins with a lead of 2");
            say(account, "6", "hot");
            assertThat(panel).containsText("“hot” wins!");
            assertThat(counts).hasText(new String[] {"2", "0"});
            assertThat(page.locator("main b")).hasCount(0);
            assertThat(program.faults()).isEmpty();
        }
    }

    private static void crowd(
            Viewer.Account account, String name, Map<String, Object> crowd, String... words) {
        account.api()
                .post(
                        "/api/v1/rules",
                        Map.of(
                                "name",
                                name,
                                "trigger",
                                Map.of("type", "comment", "word", words),
                                "crowd",
                                crowd,
                                "actions",
                                List.of(Map.of("type", "overlay", "text", "over"))));
    }

    @Test
    void aKeyThatIsNotGoodIsSaid() {
        try (var program = Viewer.onDesk()) {
            var page = program.page();
            page.navigate("/overlay/last#swk_" + "A".repeat(43));
            assertThat(page.locator(".over-panel")).containsText("key of this link was ended");
            page.navigate("/overlay/last");
            page.reload();
            assertThat(page.locator(".over-panel")).containsText("has no key");
        }
    }

    private static String link(Viewer owner, String kind) {
        var page = owner.at("/overlays");
        page.locator("[data-kind=" + kind + "] [data-action=link]").click();
        var secret = page.locator("dialog pre.secret");
        assertThat(secret).hasText(Pattern.compile("/overlay/" + kind + "\\?.*#swk_"));
        return secret.textContent().strip();
    }
}
