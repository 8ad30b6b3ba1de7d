package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator.FilterOptions;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import com.microsoft.playwright.options.FilePayload;
import io.streamwire.contract.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A recorded show against rules, on paper and played. */
@ExtendWith({SharedHub.class, Chromium.class})
class RehearsalTest {

    private static final Pattern SOME = Pattern.compile("[1-9][0-9]*");

    @Test
    void whatWouldFireIsWorkedOutWithoutAnythingMoving() {
        var account = Viewer.Account.made();
        var device = account.api().newBoard(account.workspaceId(), "Motor").deviceId();
        rule(account, "Spin", "spin", device.toString());
        try (var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/rehearsal");
            assertThat(page.locator("sw-recordings")).containsText("Sample show");

            page.locator("[data-action=run]").click();

            assertThat(page.locator("sw-timeline .lane")).hasCount(1);
            assertThat(page.locator("sw-timeline .fired").first()).isVisible();
            assertThat(page.locator("sw-would li .chip.good").first()).hasText("Fired");
            assertThat(page.locator("sw-would li").first()).containsText("motor_spin · Motor");
            page.locator("sw-rehearsal .segments button:has-text('Stopped')").click();
            assertThat(page.locator("sw-would li .chip.good")).hasCount(0);
            assertThat(account.api().get("/api/v1/rules/executions").path("items")).isEmpty();
            assertThat(viewer.inaccessible()).isEmpty();
            assertThat(viewer.faults()).isEmpty();
        }
    }

    @Test
    void aPlayedShowMovesSimulatedBoardsOnlyAndCanBeEnded() {
        var account = Viewer.Account.made();
        var real = account.api().newBoard(account.workspaceId(), "Real").deviceId();
        var simulated = account.api().newBoard(account.workspaceId(), "Simulated");
        account.api()
                .post(
                        "/api/v1/simulators/boards",
                        Map.of("device_id", simulated.deviceId(), "token", simulated.token()));
        rule(account, "Spin", "spin", simulated.deviceId().toString());
        Wait.until(
                Duration.ofSeconds(20),
                "the simulated board has described itself",
                () ->
                        account.api()
                                .get("/api/v1/devices/" + simulated.deviceId())
                                .has("capabilities"));
        account.api().post("/api/v1/devices/arm", Map.of("device_ids", new Object[] {real}));
        try (var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/rehearsal");
            page.locator("sw-rehearsal .segments button:has-text('Simulated boards')").click();
            assertThat(page.locator("sw-rehearsal .note.warn")).containsText("Real");
            assertThat(page.locator("[data-action=run]")).isDisabled();
            page.locator("[data-action=disarm]").click();
            page.locator("select[name=speed]").selectOption("50");
            page.locator("[data-action=run]").click();

            var waitLonger = new ContainsTextOptions().setTimeout(20_000);
            assertThat(page.locator("sw-rehearsal dl div:has(dt:text-is('Moved')) dd"))
                    .containsText(SOME, waitLonger);
            assertThat(page.locator("sw-would li .chip.good").first()).hasText("Fired");
            assertThat(page.locator("sw-rehearsal")).containsText("Played to the end", waitLonger);
            Wait.until(
                    Duration.ofSeconds(20),
                    "what was armed for it is disarmed",
                    () ->
                            !account.api()
                                    .get("/api/v1/devices/arming")
                                    .findValuesAsText("armed")
                                    .contains("true"));

            page.locator("sw-rehearsal .segments button:has-text('Disarmed')").click();
            page.locator("select[name=speed]").selectOption("1");
            page.locator("[data-action=run]").click();
            assertThat(page.locator("[role=progressbar]"))
                    .isVisible(new IsVisibleOptions().setTimeout(20_000));
            page.locator("[data-action=end]").click();
            assertThat(page.locator("sw-rehearsal")).containsText("Ended by you", waitLonger);
            assertThat(viewer.faults()).isEmpty();
        }
    }

    @Test
    void twoSetsOfRulesAreComparedAndAFileThatIsNoRecordingIsRefused() {
        var account = Viewer.Account.made();
        var device = account.api().newBoard(account.workspaceId(), "Motor").deviceId().toString();
        rule(account, "Spin", "spin", device);
        rule(account, "Everything", "a", device);
        try (var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/rehearsal");
            upload(page, "[data-file=recording]", "show.swrec", "no recording");
            assertThat(page.locator("sw-toasts")).containsText("not");
            page.locator("sw-rehearsal .segments button:has-text('Compare')").click();
            var text = page.locator("textarea[name=set-b]");
            assertThat(text).hasValue(Pattern.compile("streamwire-rules"));
            page.locator("[data-action=compare]").click();
            assertThat(page.locator("sw-compare .note.good")).containsText("No difference");

            text.fill(text.inputValue().replace("\"spin\"", "\"nobody says this\""));
            page.locator("[data-action=compare]").click();

            var rows = page.locator("sw-compare tbody tr");
            assertThat(rows.filter(named("Spin")).locator(".chip.warn")).containsText("fewer");
            assertThat(rows.filter(named("Everything")).locator(".chip")).hasText("the same");
            assertThat(page.locator("sw-compare sw-would li").first()).containsText("Spin");
            page.locator("[data-set=b] .segments button:has-text('A file')").click();
            upload(page, "[data-set=b] input[type=file]", "rules.json", "{\"rules\": 1}");
            page.locator("[data-action=compare]").click();
            assertThat(page.locator("sw-compare .note.bad")).containsText("no export");
            assertThat(viewer.inaccessible()).isEmpty();
            assertThat(viewer.faults()).isEmpty();
        }
    }

    private static FilterOptions named(String name) {
        return new FilterOptions().setHasText(name);
    }

    private static void upload(Page page, String input, String name, String content) {
        page.locator(input)
                .setInputFiles(
                        new FilePayload(
                                name,
                                "application/octet-stream",
                                content.getBytes(StandardCharsets.UTF_8)));
    }

    private static void rule(Viewer.Account account, String name, String text, String device) {
        var action =
                Json.read(
                        """
                        {"type": "device", "device_id": "%s", "command": "motor_spin", "args": {"level": 60, "ms": 200}}\
                        """
                                .formatted(device),
                        Map.class);
        account.api()
                .post(
                        "/api/v1/rules",
                        Map.of(
                                "name",
                                name,
                                "trigger",
                                Map.of("type", "comment", "contains", text),
                                "cooldown",
                                Map.of("global_ms", 5000),
                                "actions",
                                new Object[] {action}));
    }
}
