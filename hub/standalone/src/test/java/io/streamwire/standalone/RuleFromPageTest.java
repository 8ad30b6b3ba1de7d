package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.HasCountOptions;
import com.microsoft.playwright.assertions.LocatorAssertions.IsVisibleOptions;
import io.streamwire.virtualboard.PinRecorder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({SharedHub.class, Chromium.class})
class RuleFromPageTest {

    @Test
    void aRuleOfTheFormMovesABoardAndItsWayCanBeSeen() {
        var account = Viewer.Account.made();
        var recorder = new PinRecorder();
        try (var boards = account.board("Motor", recorder);
                var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/rules/new");
            page.locator("input[name=rule-name]").fill("Jump");
            page.locator("[name='/trigger/contains']").fill("jump");
            page.locator("sw-rule button[type=submit]").click();
            assertThat(viewer.heading()).hasText("Jump");
            page.locator("sw-arm .arm").click();
            page.locator("[data-action=arm]").click();
            assertThat(page.locator("sw-arm .arm")).hasClass("arm on");
            page.locator("sw-side .nav-link[href='/live']").click();
            assertThat(viewer.heading()).hasText("Live");
            viewer.awaitSubscribed("decisions", "commands");

            account.comment("ada", "jump please");

            assertThat(page.locator("sw-decisions .chip.good")).hasText("Fired");
            assertThat(page.locator("sw-latency .big")).isVisible();
            Wait.until(
                    Duration.ofSeconds(20),
                    "the pin has moved",
                    () -> recorder.totals().switchedOn() == 1);
            var device = boards.all().getFirst().deviceId();
            Wait.until(
                    Duration.ofSeconds(20),
                    "the command is listed",
                    () ->
                            !account.api()
                                    .get("/api/v1/devices/" + device + "/commands")
                                    .path("items")
                                    .isEmpty());
            page.locator("sw-decisions a").click();
            assertThat(page.locator("sw-waterfall .hop"))
                    .hasCount(5, new HasCountOptions().setTimeout(15_000));
            assertThat(viewer.faults()).isEmpty();
        }
    }

    @Test
    void theThreeTestsOfAnActionGoFromHarmlessToReal() {
        var account = Viewer.Account.made();
        var recorder = new PinRecorder();
        try (var boards = account.board("Motor", recorder);
                var viewer = Viewer.onDesk().as(account)) {
            var device = boards.all().getFirst().deviceId();
            var page = viewer.at("/devices/" + device);
            var spin = page.locator("sw-controls section").first();

            spin.locator("[data-test=simulate]").click();
            assertThat(spin.locator(".note")).containsText("disarmed");
            account.api().post("/api/v1/devices/arm", Map.of());
            spin.locator("[data-test=simulate]").click();
            assertThat(spin.locator(".note.good")).containsText("Nothing has moved");
            assertThat(recorder.totals().switchedOn()).isZero();
            spin.locator("[data-test=tenth]").click();
            assertThat(spin.locator(".chip.good")).hasText("Done");
            assertThat(recorder.totals().switchedOn()).isEqualTo(1);
            // The list is of PostgreSQL, which learns of a command after Redis.
            var listed = "/api/v1/devices/" + device + "/commands";
            Wait.until(
                    Duration.ofSeconds(20),
                    "the command is listed",
                    () -> account.api().get(listed).path("items").size() == 1);
            var args = account.api().get(listed).at("/items/0/args");
            assertThat(List.of(args.path("level").asInt(), args.path("ms").asInt()))
                    .isEqualTo(List.of(6, 80));
        }
    }

    @Test
    void whoOnlyWatchesCannotStartButCanStop() {
        var owner = Viewer.Account.made();
        var guest = Viewer.Account.made();
        owner.api()
                .post(
                        "/api/v1/workspaces/" + owner.workspaceId() + "/members",
                        Map.of("email", guest.email(), "role", "viewer"));
        try (var _ = owner.board("Motor", new PinRecorder());
                var viewer = Viewer.onDesk().as(guest)) {
            owner.api().post("/api/v1/devices/arm", Map.of());
            var page = viewer.at("/devices");
            page.locator("sw-side sw-workspace select")
                    .selectOption(owner.workspaceId().toString());

            assertThat(page.locator("a.card.device")).containsText("Motor");
            assertThat(page.locator("sw-arm .arm")).isDisabled();
            assertThat(page.locator(".page-head .btn.primary")).hasCount(0);
            page.locator("sw-top .stop").click();
            assertThat(page.locator("sw-stopped .headline")).containsText("Stopped");
        }
    }

    @Test
    void aBreakOfTheConnectionIsToldWithTheAgeOfWhatIsShown() {
        var account = Viewer.Account.made();
        try (var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/live");

            viewer.context().setOffline(true);
            assertThat(page.locator("sw-banner"))
                    .containsText("You are offline", new ContainsTextOptions().setTimeout(15_000));
            viewer.context().setOffline(false);

            assertThat(page.locator("sw-banner .note.bad"))
                    .not()
                    .isVisible(new IsVisibleOptions().setTimeout(30_000));
        }
    }
}
