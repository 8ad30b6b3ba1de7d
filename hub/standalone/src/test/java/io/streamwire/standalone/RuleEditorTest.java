package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.streamwire.standalone.RulePages.RULES;
import static io.streamwire.standalone.RulePages.button;
import static io.streamwire.standalone.RulePages.json;
import static io.streamwire.standalone.RulePages.map;
import static io.streamwire.standalone.RulePages.save;
import static io.streamwire.standalone.RulePages.simple;
import static io.streamwire.standalone.RulePages.unfold;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import io.streamwire.contract.Json;
import io.streamwire.virtualboard.PinRecorder;
import io.streamwire.virtualboard.VirtualBoards;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** A rule on the dashboard: its form, the same as JSON, and its history. */
@ExtendWith({SharedHub.class, Chromium.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RuleEditorTest {

    /** Something of everything that a rule can say; %1$s is a device. */
    private static final String RICH =
            """
            {"name": "Everything", "enabled": true, "folder": "show", "tags": ["loud"], "priority": 7,
             "trigger": {"type": "gift", "names": ["Rose", "Galaxy"], "min_diamonds": 1, "max_price": 900, "mode": "per_increment", "cap": 5},
             "conditions": {"roles": ["follower"], "except_viewers": ["eve"], "min_team_level": 2,
                            "between": {"from": "18:00", "to": "01:00", "zone": "Europe/Berlin"}, "device_online": ["%1$s"]},
             "condition": "event.diamonds > 0",
             "crowd": {"type": "vote", "within_ms": 20000, "min_voters": 2, "tie": "none", "weigh": "diamonds", "role_weights": {"subscriber": 3}},
             "cooldown": {"global_ms": 1500, "per_viewer_ms": 2500, "per_role_ms": {"moderator": 0}, "group": "motors", "group_ms": 700},
             "limits": [{"uses": 3, "within_ms": 60000, "per": "viewer"}],
             "actions": [
               {"type": "winner", "of": [{"choice": "Rose", "action": {"type": "device", "device_id": "%1$s", "command": "motor_spin",
                 "args": {"level": {"from": "diamonds", "curve": "steps", "steps": [[1, 20], [100, 80]], "default": 30}, "ms": {"cel": "event.count * 50"}}, "ttl_ms": 1500, "delay_ms": 100}}]},
               {"type": "sequence", "steps": [{"type": "wait", "ms": 250}, {"type": "choice", "of": [{"weight": 3, "action": {"type": "overlay", "text": "{viewer}!", "for_ms": 900, "delay_ms": 0}}, {"weight": 1}]}]},
               {"type": "device", "tag": "lamps", "command": "blink", "args": {"times": {"from": "counters.likes", "out": [1, 9]}}, "ttl_ms": 2000, "delay_ms": 0},
               {"type": "webhook", "url": "https://example.com/hook", "body": {"content": "{viewer} spins"}, "delay_ms": 0}]}
            """;

    private final PinRecorder recorder = new PinRecorder();

    private Viewer.@Nullable Account account;
    private @Nullable VirtualBoards boards;
    private @Nullable Viewer desk;

    @BeforeAll
    void aWorkspaceWithABoard() {
        account = Viewer.Account.made();
        boards = account.board("Motor", recorder);
        desk = Viewer.onDesk().as(account);
    }

    @AfterAll
    void nobodyIsLeft() {
        var faults = List.copyOf(desk().faults());
        desk().close();
        Objects.requireNonNull(boards).close();
        assertThat(faults).isEmpty();
    }

    @Test
    void whatTheFormSaysIsStoredAndMovesABoard() {
        var page = desk().at("/rules/new");
        page.locator("[name=rule-name]").fill("Go fast");
        page.locator("[name='/trigger/match']").selectOption("command");
        page.locator("[name='/trigger/command']").fill("go\nrun");
        unfold(page, "conditions");
        page.locator("[name='/conditions/roles'][value=moderator]").check();
        page.locator("[name='/condition']").fill("size(event.arguments) > 0");
        page.locator("[name='/cooldown/global_ms']").fill("0.5");
        page.locator("[data-add=limit]").click();
        page.locator("[name='/limits/0/uses']").fill("5");
        var level = page.locator("sw-argument[name=level]");
        button(level, "From the event").click();
        page.locator("[name='/actions/0/args/level/from']").selectOption("argument:1");
        page.locator("[name='/actions/0/args/level/curve']").selectOption("linear");
        page.locator("[name='/actions/0/args/level/in/1']").fill("200");
        assertThat(level.locator("sw-curve svg")).hasAttribute("aria-label", Pattern.compile("→"));
        page.locator("[data-add='/actions overlay']").click();
        page.locator("[name='/actions/1/text']").fill("{viewer} goes");
        save(page, "Go fast");

        var rule = stored("Go fast");
        assertThat(rule.path("trigger"))
                .isEqualTo(json("{\"type\": \"comment\", \"command\": [\"go\", \"run\"]}"));
        assertThat(rule.at("/conditions/roles/0").asText()).isEqualTo("moderator");
        assertThat(rule.path("condition").asText()).isEqualTo("size(event.arguments) > 0");
        assertThat(rule.at("/cooldown/global_ms").asInt()).isEqualTo(500);
        assertThat(rule.at("/limits/0"))
                .isEqualTo(json("{\"uses\": 5, \"within_ms\": 3600000, \"per\": \"viewer\"}"));
        assertThat(rule.at("/actions/0/args/level"))
                .isEqualTo(
                        json(
                                "{\"from\": \"argument:1\", \"curve\": \"linear\", \"in\": [1,"
                                        + " 200], \"out\": [0, 100]}"));
        assertThat(rule.at("/actions/1/text").asText()).isEqualTo("{viewer} goes");
        api().post("/api/v1/devices/arm", Map.of());
        Wait.until(
                Duration.ofSeconds(60),
                "the rule is in force, and the pin has moved",
                () -> {
                    comment("!go 100", "moderator");
                    return Wait.happens(
                            Duration.ofSeconds(3), () -> recorder.totals().switchedOn() >= 1);
                });
    }

    @Test
    void crowdsQueuesAndChancesAreStored() {
        var page = desk().at("/rules/new");
        page.locator("[name=rule-name]").fill("Left or right");
        page.locator("[name='/trigger/contains']").fill("left\nright");
        unfold(page, "crowd");
        page.locator("[name=crowd-type]").selectOption("vote");
        page.locator("[name='/crowd/within_ms']").fill("12.5");
        page.locator("[name='/crowd/tie']").selectOption("random");
        page.locator("[data-add='/actions winner']").click();
        page.locator("[data-add='/actions choice']").click();
        page.locator("[name='/actions/2/of/0/weight']").fill("4");
        page.locator("[name='/actions/2/of/1/action/type']").selectOption("none");
        button(page.locator("main"), "Remove 1. Device").click();
        save(page, "Left or right");

        var vote = stored("Left or right");
        assertThat(vote.at("/crowd/within_ms").asInt()).isEqualTo(12_500);
        assertThat(vote.at("/crowd/tie").asText()).isEqualTo("random");
        assertThat(vote.at("/actions/0/of").findValuesAsText("choice"))
                .containsExactly("left", "right");
        assertThat(vote.at("/actions/1/of/0/weight").asInt()).isEqualTo(4);
        assertThat(vote.at("/actions/1/of/1").has("action")).isFalse();

        page = desk().at("/rules/new");
        page.locator("[name=rule-name]").fill("Every minute");
        page.locator("[name=trigger-type]").selectOption("timer");
        page.locator("[name='/trigger/every_s']").fill("60");
        unfold(page, "queue");
        button(page.locator("[data-part=queue]"), "Keep the newest").click();
        save(page, "Every minute");

        var timer = stored("Every minute");
        assertThat(timer.path("trigger")).isEqualTo(json("{\"type\": \"timer\", \"every_s\": 60}"));
        assertThat(timer.at("/queue/mode").asText()).isEqualTo("replace");
    }

    @Test
    void whatIsWrongInAnExpressionIsShownAtItsPlace() {
        var page = desk().at("/rules/new");
        page.locator("[name=rule-name]").fill("Broken");
        unfold(page, "conditions");
        var expression = page.locator("[name='/condition']");
        expression.fill("event.count > 1 &&\n  event.diamonds > 'many'");

        var place = page.locator("[data-part=conditions] pre.place");
        assertThat(place).containsText("event.diamonds > 'many'");
        assertThat(place.locator("b")).hasText("▲");
        assertThat(expression).hasAttribute("aria-invalid", "true");
        button(page.locator("main"), Pattern.compile("Go to line 2, column \\d+")).click();
        assertThat(expression).isFocused();
        assertThat(expression.evaluate("area => area.value[area.selectionStart]")).isEqualTo(">");
        page.locator("[data-part=conditions] sw-cel summary").click();
        button(page.locator("main"), "event.diamonds >= 100").click();
        assertThat(place).hasCount(0);
        assertThat(desk().inaccessible()).isEmpty();
    }

    @Test
    void whatNoFieldIsAboutSurvives() {
        var rule = made(rich());
        var page = desk().at("/rules/" + rule.path("id").asText());
        page.locator("[name=rule-name]").fill("Everything else");
        page.locator("[name='/trigger/cap']").fill("6");
        save(page, "Everything else");

        var expected = unversioned(rule);
        expected.put("name", "Everything else");
        ((ObjectNode) expected.path("trigger")).put("cap", 6);
        assertThat(unversioned(stored("Everything else"))).isEqualTo(expected);

        var unknown = "{future: {deep: [1]}, trigger: {...rule.draft.trigger, future: 2}}";
        page.evaluate(
                "() => { const rule = document.querySelector('sw-rule'); rule.draft ="
                        + " {...rule.draft, ..."
                        + unknown
                        + "}; }");
        page.locator("[name='/trigger/cap']").fill("7");
        page.locator("[name='/actions/3/url']").fill("https://example.com/other");
        assertThat(
                        page.evaluate(
                                "() => { const {draft} = document.querySelector('sw-rule'); return"
                                        + " JSON.stringify([draft.future, draft.trigger.future,"
                                        + " draft.trigger.cap, draft.actions[3].body]); }"))
                .isEqualTo("[{\"deep\":[1]},2,7,{\"content\":\"{viewer} spins\"}]");
    }

    @Test
    void asJsonItIsCheckedWhileItIsWritten() {
        made(rich().put("name", "As JSON"));
        var page = desk().at("/rules/" + stored("As JSON").path("id").asText());
        button(page.locator("main"), "JSON").click();
        var text = page.locator("[name=rule-json]");
        var said = (ObjectNode) json(text.inputValue());

        text.fill("{");
        assertThat(text).hasAttribute("aria-invalid", "true");
        text.fill(Json.write(said.deepCopy().put("priority", 12).put("bogus", true)));
        assertThat(page.locator("sw-rule-json"))
                .containsText("/bogus bogus rules do not support this field");
        assertThat(page.locator("sw-rule-json")).containsText("/priority");
        text.fill(Json.write(said.put("priority", 3)));
        assertThat(page.locator("sw-rule-json")).containsText("Nothing is wrong with it.");
        save(page, "As JSON");

        assertThat(stored("As JSON").path("priority").asInt()).isEqualTo(3);
    }

    @Test
    void historyShowsWhatChangedAndBringsItBack() {
        var rule = made(simple("Early"));
        var page = desk().at("/rules/" + rule.path("id").asText());
        page.locator("[name=rule-name]").fill("Late");
        page.locator("[name='/cooldown/global_ms']").fill("9");
        save(page, "Late");
        button(page.locator("main"), "History").click();

        var changes = page.locator("[data-part=diff] .changes li");
        assertThat(changes.filter(new Locator.FilterOptions().setHasText("name")))
                .containsText(Pattern.compile("Early.*Late", Pattern.DOTALL));
        assertThat(changes.filter(new Locator.FilterOptions().setHasText("global_ms")))
                .containsText(Pattern.compile("nothing.*9000", Pattern.DOTALL));
        assertThat(page.locator("[data-version='2']")).containsText("viewer-");
        assertThat(desk().inaccessible()).isEmpty();
        page.locator("[data-restore='1']").click();
        assertThat(desk().heading()).hasText("Early");
        assertThat(page.locator("[data-version='3']")).containsText("restored");

        assertThat(stored("Early").at("/cooldown/global_ms").asInt()).isZero();
    }

    @Test
    void allOfItFitsAPhone() {
        var rule = made(rich().put("name", "On a phone"));
        try (var viewer = Viewer.onPhone().as(Objects.requireNonNull(account))) {
            var page = viewer.at("/rules/" + rule.path("id").asText());
            page.locator("sw-curve").first().waitFor();
            page.evaluate(
                    "() => document.querySelectorAll('main details').forEach((details) =>"
                            + " (details.open = true))");

            assertThat(page.evaluate("() => document.documentElement.scrollWidth")).isEqualTo(360);
            var wide =
                    page.evaluate(
                            "() => [...document.querySelectorAll('main *')].filter((element) =>"
                                    + " element.getBoundingClientRect().right > innerWidth + 1 &&"
                                    + " !element.closest('pre, .theirs')).map((element) =>"
                                    + " element.outerHTML.slice(0, 120))");
            assertThat((List<?>) wide).isEmpty();
            assertThat(viewer.inaccessible()).isEmpty();
            button(page.locator("main"), "JSON").click();
            assertThat(page.locator("sw-rule-json textarea")).isVisible();
            assertThat(page.evaluate("() => document.documentElement.scrollWidth")).isEqualTo(360);
        }
    }

    private Viewer desk() {
        return Objects.requireNonNull(desk);
    }

    private ApiClient api() {
        return Objects.requireNonNull(account).api();
    }

    private ObjectNode rich() {
        var device = Objects.requireNonNull(boards).all().getFirst().deviceId();
        return (ObjectNode) json(RICH.replace("%1$s", device.toString()));
    }

    private static ObjectNode unversioned(JsonNode rule) {
        ObjectNode copy = rule.deepCopy();
        return copy.without(List.of("version", "updated_at"));
    }

    private JsonNode made(ObjectNode rule) {
        return api().post(RULES, map(rule));
    }

    /** The rule of that name as the hub has it. */
    private JsonNode stored(String name) {
        for (var rule : api().get(RULES).path("items")) {
            if (rule.path("name").asText().equals(name)) {
                return rule;
            }
        }
        throw new AssertionError("no rule " + name);
    }

    private void comment(String text, String role) {
        api().post(
                        "/api/v1/livestreams/simulate",
                        Map.of(
                                "type",
                                "comment",
                                "text",
                                text,
                                "user",
                                Map.of("handle", "ada", "roles", List.of(role))));
    }
}
