package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.virtualboard.PinRecorder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The link of a receipt: it names what it is about and lets nobody in. */
@ExtendWith({SharedHub.class, Chromium.class})
class ShareTest {

    @Test
    void aReceiptsLinkShowsItToWhoeverIsInTheWorkspaceAndToNobodyElse() {
        var owner = Viewer.Account.made();
        var guest = Viewer.Account.made();
        owner.api()
                .post(
                        "/api/v1/workspaces/" + owner.workspaceId() + "/members",
                        Map.of("email", guest.email(), "role", "viewer"));
        try (var boards = owner.board("Motor", new PinRecorder());
                var shows = Viewer.onDesk().as(owner);
                var looks = Viewer.onDesk().as(guest);
                var stranger = Viewer.onDesk().as(Viewer.Account.made());
                var nobody = Viewer.onDesk()) {
            var device = boards.all().getFirst().deviceId();
            owner.api().post("/api/v1/devices/arm", Map.of());
            owner.api()
                    .post(
                            "/api/v1/devices/" + device + "/command",
                            Map.of("command", "motor_spin", "args", Map.of("level", 10, "ms", 50)));
            var listed = "/api/v1/devices/" + device + "/commands";
            Wait.until(
                    Duration.ofSeconds(20),
                    "the command is listed",
                    () -> owner.api().get(listed).path("items").size() == 1);
            var command = owner.api().get(listed).at("/items/0/id").asText();
            shows.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
            var page = shows.at("/receipts/" + command);
            page.locator(".page-head sw-copy button").click();
            assertThat(page.locator(".page-head sw-copy")).containsText("Copied");

            var link = (String) page.evaluate("() => navigator.clipboard.readText()");

            assertThat(link).endsWith("/receipts/" + command + "?workspace=" + owner.workspaceId());
            looks.page().navigate(link);
            assertThat(looks.page().locator("main")).containsText("motor_spin");
            stranger.page().navigate(link);
            assertThat(stranger.page().locator("main .empty")).isVisible();
            assertThat(stranger.page().locator("main")).not().containsText("motor_spin");
            nobody.page().navigate(link);
            assertThat(nobody.page()).hasURL(Pattern.compile("/sign-in\\?to="));
        }
    }
}
