package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.RequestOptions;
import io.streamwire.contract.Json;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** From nothing to the first movement, without a mouse. */
@ExtendWith({SharedHub.class, Chromium.class})
class FirstRunTest {

    @Test
    void theKeyboardAloneLeadsFromRegisteringToTheFirstMovement() {
        try (var viewer = Viewer.onDesk()) {
            var page = viewer.page();
            page.navigate("/");
            page.getByRole(AriaRole.HEADING).first().waitFor();
            press(page, page.locator("a[href^='/register']"));
            page.locator("input[name=display_name]").waitFor();
            type(page, "input[name=display_name]", "Ada");
            type(page, "input[name=email]", UUID.randomUUID() + "@streamwire.example");
            type(page, "input[name=password]", Viewer.PASSWORD);
            page.keyboard().press("Enter");

            var device = page.locator("[data-step=device]");
            assertThat(device).hasAttribute("aria-current", "step");
            press(page, device.locator(".btn.primary"));
            var stream = page.locator("[data-step=stream]");
            assertThat(stream).hasAttribute("aria-current", "step");
            press(page, stream.locator("[data-action=sample]"));
            var rule = page.locator("[data-step=rule]");
            assertThat(rule).hasAttribute("aria-current", "step");
            press(page, rule.locator("[data-recipe=spin-on-comment]"));
            press(page, rule.locator("form button[type=submit]"));
            endTheShow(viewer); // whose viewers would move the board before the test does
            var armed = page.locator("[data-step=armed]");
            assertThat(armed).hasAttribute("aria-current", "step");
            press(page, armed.locator("[data-action=arm]"));
            var moved = page.locator("[data-step=moved]");
            assertThat(moved).hasAttribute("aria-current", "step");
            press(page, moved.locator("[data-test=real]"));

            assertThat(page.locator(".triumph")).isVisible();
            assertThat(viewer.faults()).isEmpty();
        }
    }

    private static void endTheShow(Viewer viewer) {
        var request = viewer.context().request();
        var shows = Json.read(request.get("/api/v1/livestreams").text(), JsonNode.class);
        var path = "/api/v1/livestreams/" + shows.at("/items/0/id").asText() + "/disconnect";
        var ended = request.post(path, RequestOptions.create().setHeader("X-Streamwire", "1"));
        if (!ended.ok()) {
            throw new IllegalStateException("the show goes on: " + ended.text());
        }
    }

    /** Reaches a control by Tab alone, and presses Enter there. */
    private static void press(Page page, Locator wanted) {
        reach(page, wanted);
        page.keyboard().press("Enter");
    }

    private static void type(Page page, String wanted, String text) {
        reach(page, page.locator(wanted));
        page.keyboard().type(text);
    }

    private static void reach(Page page, Locator wanted) {
        wanted.waitFor();
        assertThat(wanted).isEnabled();
        for (int tabs = 0; tabs < 80; tabs++) {
            if ((Boolean) wanted.evaluate("element => element === document.activeElement")) {
                return;
            }
            page.keyboard().press("Tab");
        }
        throw new AssertionError("cannot be reached by Tab: " + wanted);
    }
}
