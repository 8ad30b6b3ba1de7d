package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import io.streamwire.contract.Json;
import java.util.Map;
import java.util.regex.Pattern;

/** What tests of the pages about rules have in common. */
final class RulePages {

    static final String RULES = "/api/v1/rules";

    private RulePages() {}

    static ObjectNode simple(String name) {
        return (ObjectNode)
                json(
                        """
                        {"name": "%s", "trigger": {"type": "follow"}, "cooldown": {"global_ms": 0},
                         "actions": [{"type": "overlay", "text": "Hi"}]}
                        """
                                .formatted(name));
    }

    /** Somebody whose only rule, Kept, fires for followers and rests for a minute. */
    static Viewer.Account ofOneRule() {
        var owner = Viewer.Account.made();
        var rule = simple("Kept");
        ((ObjectNode) rule.path("cooldown")).put("global_ms", 60_000);
        owner.api().post(RULES, map(rule));
        return owner;
    }

    static void unfold(Page page, String part) {
        page.locator("[data-part=%s] summary.head".formatted(part)).click();
    }

    static void save(Page page, String name) {
        page.locator("sw-rule button[type=submit]").click();
        assertThat(page.locator("sw-toasts")).containsText("“%s” is saved.".formatted(name));
    }

    static Locator button(Locator within, String name) {
        return within.getByRole(
                AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true));
    }

    static Locator button(Locator within, Pattern name) {
        return within.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name));
    }

    static JsonNode json(String text) {
        return Json.read(text, JsonNode.class);
    }

    @SuppressWarnings("unchecked") // an object
    static Map<String, ?> map(JsonNode json) {
        return Json.mapper().convertValue(json, Map.class);
    }
}
