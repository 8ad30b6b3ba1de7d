package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Analytics, and how the hub does. */
@ExtendWith({SharedHub.class, Chromium.class})
class NumbersPagesTest {

    private static final String HOSTILE = "=HYPERLINK(1)<img src=x onerror=window.hacked=1>";

    @Test
    void whatViewersDidIsCountedShownAndKept() throws IOException {
        var account = Viewer.Account.made();
        var gift = Map.of("name", "<b>Rose</b>", "diamonds", 5, "count", 20);
        account.api()
                .post(
                        "/api/v1/livestreams/simulate",
                        Map.of(
                                "type",
                                "gift",
                                "gift",
                                gift,
                                "user",
                                Map.of("id", "7", "handle", "h", "nickname", HOSTILE)));
        Wait.until(
                Duration.ofSeconds(20),
                "the gift is counted",
                () ->
                        account.api()
                                        .get("/api/v1/rules/analytics?simulated=true")
                                        .at("/totals/diamonds")
                                        .asInt()
                                == 100);
        try (var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/analytics");
            assertThat(page.locator("sw-analytics .note")).containsText("Only simulated events");
            assertThat(page.locator("sw-analytics [role=switch]"))
                    .hasAttribute("aria-checked", "true");
            page.locator("sw-analytics [role=switch]").click();
            assertThat(page.locator("main")).containsText("Nothing happened in this time");
            page.locator("sw-analytics [role=switch]").click();

            assertThat(page.locator(".totals")).containsText("100");
            assertThat(page.locator("sw-chart canvas").first()).isVisible();
            assertThat(page.locator(".bars"))
                    .containsText(new String[] {"Gift", HOSTILE, "<b>Rose</b>", HOSTILE});
            assertThat(page.locator("main img, main .bars b b")).hasCount(0);
            assertThat(viewer.inaccessible()).isEmpty();
            var file =
                    page.waitForDownload(() -> page.locator("[data-action=csv-viewers]").click());
            assertThat(Files.readString(file.path())).contains("\"'=HYPERLINK(1)<img");
            var numbers = page.waitForDownload(() -> page.locator("[data-action=csv]").click());
            assertThat(Files.readString(numbers.path())).contains(",1,20,100,0,0,0,0\r\n");
            assertThat(page.evaluate("() => window.hacked")).isNull();
            assertThat(viewer.faults()).isEmpty();
        }
    }

    @Test
    void everyServiceAnswersAndThePageSaysHowFast() {
        try (var viewer = Viewer.onDesk().as(Viewer.Account.made())) {
            var page = viewer.at("/system");

            assertThat(page.locator("[data-service] .chip.good, [data-service] .chip.warn"))
                    .hasCount(5);
            assertThat(page.locator("sw-system .note.good")).isVisible();
            assertThat(page.locator("[data-line=broker] .chip")).containsText("Works");
            assertThat(viewer.faults()).isEmpty();
        }
    }

    @Test
    void aServiceThatIsAwayIsNamed() {
        try (var viewer = Viewer.onDesk().as(Viewer.Account.made())) {
            viewer.page().route("**/api/v1/rules?limit=1", route -> route.abort());

            var page = viewer.at("/system");

            assertThat(page.locator("[data-service=rules] .chip.bad")).isVisible();
            assertThat(page.locator("sw-system .note.bad").first()).containsText("Rules");
        }
    }
}
