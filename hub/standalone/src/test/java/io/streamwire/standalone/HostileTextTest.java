package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({SharedHub.class, Chromium.class})
class HostileTextTest {

    private static final String SCRIPT =
            "<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>";
    private static final String RIGHT_TO_LEFT = "\u202Eevil\u202C \u0645\u0631\u062D\u0628\u0627";
    private static final String ZALGO = "Z" + "\u0300\u0301\u0302\u0303\u0304".repeat(60) + "algo";
    private static final String EMOJI = "\uD83E\uDD2F".repeat(200);

    @Test
    void namesAndCommentsOfViewersAreShownAsText() {
        var account = Viewer.Account.made();
        try (var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/live");
            viewer.awaitSubscribed("events");
            for (var text : List.of(SCRIPT, RIGHT_TO_LEFT, ZALGO, EMOJI, "x".repeat(500))) {
                var simulated =
                        account.api()
                                .post(
                                        "/api/v1/livestreams/simulate",
                                        Map.of(
                                                "type",
                                                "comment",
                                                "text",
                                                text.substring(0, Math.min(500, text.length())),
                                                "user",
                                                Map.of("handle", "h", "nickname", cut(text))));
                assertThat(simulated.path("events")).hasSize(1);
            }

            assertThat(page.locator("sw-feed .event")).hasCount(5);
            assertThat(page.locator("sw-feed")).containsText("<script>window.hacked=1</script>");
            assertThat(page.locator("sw-feed img, sw-feed script")).hasCount(0);
            for (var row : page.locator("sw-feed .event").all()) {
                assertThat(row.boundingBox().height).isEqualTo(56);
                row.click();
                assertThat(page.locator("sw-event-dialog dialog")).isVisible();
                assertThat(page.locator("sw-event-dialog img, sw-event-dialog script")).hasCount(0);
                page.keyboard().press("Escape");
            }
            assertThat(page.evaluate("() => window.hacked")).isNull();
            assertThat(overflow(viewer)).isZero();
            assertThat(viewer.faults()).isEmpty();
        }
    }

    private static String cut(String text) {
        return text.substring(0, Math.min(64, text.length()));
    }

    private static int overflow(Viewer viewer) {
        return (Integer)
                viewer.page()
                        .evaluate(
                                "() => document.documentElement.scrollWidth -"
                                        + " document.documentElement.clientWidth");
    }
}
