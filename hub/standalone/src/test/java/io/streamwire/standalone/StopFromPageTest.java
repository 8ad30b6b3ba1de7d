package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.virtualboard.PinRecorder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith({SharedHub.class, Chromium.class})
class StopFromPageTest {

    @Test
    void theSpaceBarStopsOnTheLivePageAndTheBoardConfirmsIt() {
        var account = Viewer.Account.made();
        try (var _ = account.board("Motor", new PinRecorder());
                var viewer = Viewer.onDesk().as(account)) {
            account.api().post("/api/v1/devices/arm", Map.of());
            var page = viewer.at("/live");
            assertThat(page.locator("sw-arm .arm")).hasClass("arm on");

            page.keyboard().press("Space");

            assertThat(page.locator("sw-stopped .headline")).containsText("Stopped");
            assertThat(page.locator("sw-arm .arm")).not().hasClass("arm on");
            assertThat(viewer.faults()).isEmpty();
        }
    }

    @Test
    void aBoardThatIsAwayIsListedAsUnconfirmed() {
        var account = Viewer.Account.made();
        try (var boards = account.board("Lamp over the door", new PinRecorder());
                var viewer = Viewer.onDesk().as(account)) {
            boards.all().getFirst().dropConnection(Duration.ofMinutes(5));
            var page = viewer.at("/devices");

            page.locator("sw-top .stop").click();

            var missing = page.locator("sw-stopped .chip.bad");
            assertThat(missing).containsText("Lamp over the door");
            assertThat(page.locator("sw-stopped .report")).hasClass("report open");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/live", "/devices", "/rules", "/receipts", "/start"})
    void itIsAtTheSamePlaceOnEveryPageAndNeverAsks(String path) {
        var account = Viewer.Account.made();
        try (var viewer = Viewer.onDesk().as(account);
                var phone = Viewer.onPhone().as(account)) {
            var place = viewer.at(path).locator("sw-top .stop").boundingBox();
            var onPhone = phone.at(path).locator("sw-bottom .stop").boundingBox();

            assertThat(place.x + place.width).isEqualTo(1280 - 32);
            assertThat(place.y).isBetween(9.0, 10.0);
            assertThat(onPhone.y + onPhone.height).isBetween(760.0, 780.0);
            assertThat(onPhone.height).isGreaterThanOrEqualTo(56);

            viewer.page().locator("sw-top .stop").click();
            assertThat(viewer.page().locator("sw-stopped .headline")).containsText("Stopped");
        }
    }

    @Test
    void itNeedsNoOtherRequestToSucceed() {
        var account = Viewer.Account.made();
        try (var _ = account.board("Motor", new PinRecorder());
                var viewer = Viewer.onDesk().as(account)) {
            account.api().post("/api/v1/devices/arm", Map.of());
            viewer.page()
                    .route(
                            url -> url.contains("/api/v1/") && !url.contains("/devices/stop"),
                            route -> route.abort());
            viewer.page().navigate("/live");

            viewer.page().locator("sw-top .stop").click();

            assertThat(viewer.page().locator("sw-stopped .headline")).containsText("Stopped");
            Wait.until(
                    Duration.ofSeconds(20),
                    "nothing is armed",
                    () ->
                            !account.api()
                                    .get("/api/v1/devices/arming")
                                    .at("/items/0/arming/armed")
                                    .asBoolean());
        }
    }

    @Test
    void aStopThatDoesNotGetThroughSaysSoAndGoesOnTrying() {
        var account = Viewer.Account.made();
        try (var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/live");
            page.route(url -> url.endsWith("/devices/stop"), route -> route.abort());

            page.locator("sw-top .stop").click();
            assertThat(page.locator("sw-stopped .headline")).containsText("Trying again");
            page.unroute(url -> url.endsWith("/devices/stop"));
            page.unrouteAll();

            assertThat(page.locator("sw-stopped .headline")).containsText("Stopped");
        }
    }

    @Test
    void noDialogCoversIt() {
        var account = Viewer.Account.made();
        try (var _ = account.board("Motor", new PinRecorder());
                var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/live");
            var stopped = page.locator("sw-stopped .headline");

            page.locator("sw-account > button").click();
            assertThat(page.locator("sw-account dialog")).isFocused();
            page.locator("sw-top .stop").click();
            assertThat(stopped).containsText("Stopped");

            page.reload();
            page.locator("[data-action=arm-all]").click();
            assertThat(page.locator("sw-arm dialog")).isVisible();
            page.locator("sw-top .stop").click();
            assertThat(stopped).containsText("Stopped");
            assertThat(viewer.faults()).isEmpty();
        }
    }

    @Test
    void theKeyboardReachesItWithinAFewSteps() {
        var account = Viewer.Account.made();
        try (var viewer = Viewer.onDesk().as(account)) {
            var page = viewer.at("/devices");
            var stop = page.locator("sw-top .stop");

            for (int tabs = 0; tabs < 20; tabs++) {
                page.keyboard().press("Tab");
                if ((Boolean) stop.evaluate("element => element === document.activeElement")) {
                    break;
                }
            }
            page.keyboard().press("Enter");

            assertThat(page.locator("sw-stopped .headline")).containsText("Stopped");
        }
    }
}
