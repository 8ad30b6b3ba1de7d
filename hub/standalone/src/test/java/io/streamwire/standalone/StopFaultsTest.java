package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions;
import io.streamwire.virtualboard.PinRecorder;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** STOP, and what the page says of arming, when something of the way between page and hub fails. */
@Tag("alone")
@ExtendWith({SharedHub.class, Chromium.class})
class StopFaultsTest {

    private static final ContainsTextOptions PATIENTLY =
            new ContainsTextOptions().setTimeout(15_000);

    @Test
    void itWorksOnAPhoneInTheNetworkOfAHubWithoutACertificate() {
        var account = Viewer.Account.made();
        try (var _ = account.board("Motor", new PinRecorder());
                var viewer = Viewer.onPhoneInTheNetwork().as(account)) {
            account.api().post("/api/v1/devices/arm", Map.of());
            var page = viewer.at("/live");
            assertThat((Boolean) page.evaluate("isSecureContext")).isFalse();

            page.locator("sw-bottom .stop").click();

            assertThat(page.locator("sw-stopped .headline")).containsText("Stopped");
            assertThat(armed(account)).isFalse();
            assertThat(viewer.faults())
                    .allMatch(fault -> fault.startsWith("The Cross-Origin-Opener-Policy header"));
        }
    }

    @Test
    void closingTheReportDoesNotEndTheTrying() {
        var account = Viewer.Account.made();
        try (var _ = account.board("Motor", new PinRecorder());
                var viewer = Viewer.onDesk().as(account)) {
            account.api().post("/api/v1/devices/arm", Map.of());
            var page = viewer.at("/live");
            page.route("**/api/v1/devices/stop", Route::abort);
            page.locator("sw-top .stop").click();
            assertThat(page.locator("sw-stopped .headline")).containsText("Trying again");

            page.locator("sw-stopped button[aria-label]").click();
            assertThat(page.locator("sw-stopped .headline")).hasCount(0);
            page.unrouteAll();

            assertThat(page.locator("sw-stopped .headline")).containsText("Stopped");
            assertThat(armed(account)).isFalse();
        }
    }

    @Test
    void theStopOfOneDeviceListsWhoHasNotConfirmed() {
        var account = Viewer.Account.made();
        var lamp = account.api().newBoard(account.workspaceId(), "Lamp over the door");
        try (var boards = account.board(lamp, new PinRecorder());
                var viewer = Viewer.onDesk().as(account)) {
            boards.all().getFirst().dropConnection(Duration.ofMinutes(5));
            var page = viewer.at("/devices/" + lamp.deviceId());

            page.locator(".page-head .btn.danger").click();

            assertThat(page.locator("sw-stopped .chip.bad")).containsText("Lamp over the door");
        }
    }

    @Test
    void aClockThatIsAheadDoesNotDisarmInTheEyeOfTheViewer() {
        var account = Viewer.Account.made();
        try (var _ = account.board("Motor", new PinRecorder());
                var viewer = Viewer.onDesk().as(account)) {
            account.api().post("/api/v1/devices/arm", Map.of("for_ms", 600_000));
            viewer.page().clock().setSystemTime(Date.from(Instant.now().plusSeconds(1_200)));
            var page = viewer.at("/live");

            assertThat(page.locator("sw-arm .arm")).hasClass("arm on");
            assertThat(page.locator("sw-arm .left")).hasText(Pattern.compile("0?9:\\d\\d|10:00"));
        }
    }

    @Test
    void whatIsNotKnownOfArmingIsNotCalledDisarmed() {
        var account = Viewer.Account.made();
        try (var viewer = Viewer.onDesk().as(account)) {
            viewer.page().route("**/api/v1/devices/arming*", StopFaultsTest::away);
            var page = viewer.at("/devices");

            assertThat(page.locator("sw-arm .arm span").first()).hasText("Armed?");
            assertThat(page.locator("sw-banner"))
                    .containsText("does not say what is armed", PATIENTLY);
        }
    }

    @Test
    void aQueueThatIsRefusedIsNotCalledEmpty() {
        var account = Viewer.Account.made();
        try (var _ = account.board("Motor", new PinRecorder());
                var viewer = Viewer.onDesk().as(account)) {
            viewer.page().route("**/api/v1/devices/*/queue", StopFaultsTest::away);
            var page = viewer.at("/live");

            assertThat(page.locator("sw-queue")).containsText("does not say what waits");
            assertThat(page.locator("sw-queue")).not().containsText("Nothing waits");
        }
    }

    @Test
    void theShellOpensWithStopWhileTheHubIsAway() {
        try (var viewer = Viewer.onPhoneWithServiceWorker().as(Viewer.Account.made())) {
            var page = viewer.at("/live");
            page.evaluate("() => navigator.serviceWorker.ready.then(() => true)");
            page.reload();
            viewer.heading().waitFor();

            viewer.context().setOffline(true);
            page.reload(new Page.ReloadOptions().setTimeout(20_000));

            assertThat(page.locator("sw-bottom .stop")).isVisible();
        }
    }

    @Test
    void stopIsThereWhileTheHubHangsOverWhoWeAre() {
        try (var viewer = Viewer.onDesk().as(Viewer.Account.made())) {
            viewer.page().route("**/api/v1/auth/me", _ -> {});
            viewer.page().navigate("/live");

            assertThat(viewer.page().locator("sw-top .stop")).isVisible();
        }
    }

    private static void away(Route route) {
        route.fulfill(
                new Route.FulfillOptions()
                        .setStatus(503)
                        .setContentType("application/problem+json")
                        .setBody("{\"code\": \"upstream_unavailable\"}"));
    }

    private static boolean armed(Viewer.Account account) {
        return account.api().get("/api/v1/devices/arming").at("/items/0/arming/armed").asBoolean();
    }
}
