package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.streamwire.standalone.RulePages.RULES;
import static io.streamwire.standalone.RulePages.button;
import static io.streamwire.standalone.RulePages.ofOneRule;
import static io.streamwire.standalone.RulePages.save;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.LoadState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * All rules on the dashboard: what they did today, files of them, and what they would have done.
 */
@ExtendWith({SharedHub.class, Chromium.class})
class RuleListTest {

    @TempDir private @Nullable Path files;

    @Test
    void rulesGoIntoAFileAndComeBackFromIt() {
        try (var viewer = Viewer.onDesk().as(ofOneRule())) {
            var page = viewer.at("/rules");
            page.locator("[data-rule]").waitFor();
            var file = Objects.requireNonNull(files).resolve("rules.json");
            page.waitForDownload(() -> page.locator("[data-action=export]").click()).saveAs(file);
            page.locator("[data-rule] .name").click();
            viewer.heading().waitFor();
            page.locator("[name=rule-name]").fill("Changed");
            save(page, "Changed");
            page.locator("sw-side .nav-link[href='/rules']").click();

            page.locator("[data-action=open-import]").click();
            page.locator("#import-file").setInputFiles(file);
            assertThat(page.locator("[data-kind=added]")).containsText("Kept");
            button(page.locator("dialog"), "Replace what is here").click();
            var replaced = page.locator("[data-kind=replaced]");
            replaced.locator("summary").click();
            assertThat(replaced.locator(".changes"))
                    .containsText(Pattern.compile("Changed.*Kept", Pattern.DOTALL));
            assertThat(viewer.inaccessible()).isEmpty();
            page.locator("[data-action=import]").click();
            assertThat(page.locator("[data-rule] .name")).hasText("Kept");

            page.locator("[data-action=open-import]").click();
            page.locator("[name=import-text]")
                    .fill(
                            "{\"format\": \"streamwire-rules\", \"version\": 1, \"rules\":"
                                    + " [{\"name\": \"Bad\", \"trigger\": {\"type\": \"gift\","
                                    + " \"mode\": \"often\"}, \"actions\": []}]}");
            assertThat(page.locator("dialog .note.bad")).containsText("Bad › trigger › mode");
            assertThat(page.locator("[data-action=import]")).isDisabled();
            assertThat(viewer.faults()).isEmpty();
        }
    }

    @Test
    void theListCountsRunsDownIsSearchedAndTurnsOff() {
        var owner = ofOneRule();
        try (var viewer = Viewer.onDesk().as(owner)) {
            var page = viewer.at("/rules");
            page.waitForLoadState(LoadState.NETWORKIDLE); // what was counted before is read
            var rule = page.locator("[data-rule]");
            assertThat(rule.locator(".today")).containsText("0 fired today");
            assertThat(page.locator("sw-ring svg")).hasCount(0);
            viewer.awaitSubscribed("decisions");
            owner.api()
                    .post(
                            "/api/v1/livestreams/simulate",
                            Map.of("type", "follow", "user", Map.of("handle", "ada")));

            assertThat(rule.locator(".today")).containsText("1 fired today");
            var ring = rule.locator("sw-ring .left");
            var first = dash(ring);
            page.waitForCondition(() -> dash(ring) < first);
            button(rule, "End the rest of Kept").click();
            assertThat(page.locator("sw-ring svg")).hasCount(0);
            page.locator("[name=rules-search]").fill("nobody");
            assertThat(rule).hasCount(0);
            page.locator("[name=rules-search]").fill("kept follows");
            rule.getByRole(AriaRole.SWITCH).click();
            assertThat(rule.getByRole(AriaRole.SWITCH)).hasAttribute("aria-checked", "false");
            button(page.locator("main"), "On").click();
            assertThat(rule).hasCount(0);
            assertThat(viewer.faults()).isEmpty();
        }
    }

    @Test
    void eachOfTheLastEventsIsTriedAndAskedWhyNot() {
        var owner = ofOneRule();
        for (var type : List.of("follow", "share")) {
            owner.api()
                    .post(
                            "/api/v1/livestreams/simulate",
                            Map.of("type", type, "user", Map.of("handle", "ada")));
        }
        Wait.until(
                Duration.ofSeconds(20),
                "both events are stored",
                () ->
                        owner.api().get("/api/v1/livestreams/events/stored").path("items").size()
                                == 2);
        try (var viewer = Viewer.onDesk().as(owner)) {
            var rule = owner.api().get(RULES).at("/items/0/id").asText();
            var page = viewer.at("/rules/" + rule);
            page.locator("[data-test=dry-run]").click();

            var lines = page.locator("sw-dry-run .lines li");
            assertThat(lines).hasCount(2);
            assertThat(lines.filter(new Locator.FilterOptions().setHasText("follows now")))
                    .containsText("Fired");
            page.locator("[data-why]").click();
            assertThat(lines.filter(new Locator.FilterOptions().setHasText("shared")))
                    .containsText("Another kind of event");
            button(page.locator("sw-dry-run"), "Fired").click();
            assertThat(lines).hasCount(1);
            assertThat(viewer.inaccessible()).isEmpty();
        }
    }

    /** How much of the ring is left. */
    private static double dash(Locator ring) {
        return Double.parseDouble(
                Objects.requireNonNull(ring.getAttribute("stroke-dasharray")).split(" ", -1)[0]);
    }
}
