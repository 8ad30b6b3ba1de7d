package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Page.ScreenshotOptions;
import com.microsoft.playwright.options.ScreenshotAnimations;
import io.streamwire.virtualboard.PinRecorder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Takes the pictures of the documents: into {@code -Dscreenshots=} when that is set, else only a
 * few dark ones, to see that they can be taken; EveryPageTest looks at every page.
 */
@ExtendWith({SharedHub.class, Chromium.class})
class ScreenshotTest {

    private static final Path PLACE =
            Path.of(System.getProperty("screenshots", "target/screenshots"));

    private static final boolean ALL = System.getProperty("screenshots") != null;
    private static final List<String> THEMES = ALL ? List.of("dark", "light") : List.of("dark");
    private static final int A_FEW = 4;

    private record Picture(String name, String path) {}

    @Test
    void everyPageCanBeShown() throws IOException {
        Files.createDirectories(PLACE);
        var account = Viewer.Account.named("ada");
        account.api()
                .patch(
                        "/api/v1/workspaces/" + account.workspaceId(),
                        Map.of("name", "Ada's stage"),
                        1);
        try (var _ = account.board("Confetti motor", new PinRecorder());
                var _ = account.board("Stage lamp", new PinRecorder())) {
            var every = pictures(account);
            var pictures = ALL ? every : every.subList(0, A_FEW);
            for (var theme : THEMES) {
                try (var desk = Viewer.onDesk().in(theme).as(account);
                        var phone = Viewer.onPhone().in(theme).as(account)) {
                    for (var picture : pictures) {
                        take(desk, picture, "desktop-" + theme);
                        take(phone, picture, "phone-" + theme);
                    }
                    assertThat(desk.faults()).isEmpty();
                    assertThat(phone.faults()).isEmpty();
                }
            }
        }
        try (var viewer = Viewer.onDesk()) {
            viewer.page().navigate("/register");
            take(viewer, new Picture("register", "/register"), "desktop-dark");
        }
    }

    /** A workspace in which something has happened. */
    private static List<Picture> pictures(Viewer.Account account) {
        var api = account.api();
        var devices = api.get("/api/v1/devices").path("items");
        var motor = device(devices, "Confetti motor");
        var lamp = device(devices, "Stage lamp");
        api.post(
                "/api/v1/rules/recipes/spin-on-comment",
                Map.of("device_id", motor, "name", "Spin on request"));
        api.post(
                "/api/v1/rules/recipes/rose-lights",
                Map.of("device_id", lamp, "name", "Roses light the stage"));
        api.post(
                "/api/v1/rules/recipes/big-gift-long-spin",
                Map.of("device_id", motor, "name", "A big gift, a long spin"));
        var workspace = "/api/v1/workspaces/" + account.workspaceId();
        api.post(
                workspace + "/members",
                Map.of("email", Viewer.Account.named("bo").email(), "role", "moderator"));
        api.post(workspace + "/keys", Map.of("name", "Stream deck", "role", "moderator"));
        api.post("/api/v1/devices/arm", Map.of());
        api.post("/api/v1/livestreams/recordings/sample-show/replay", Map.of("speed", 3));
        Wait.until(
                Duration.ofSeconds(30),
                "the show has moved something",
                () ->
                        api.get("/api/v1/devices/" + motor + "/commands")
                                        .path("items")
                                        .findValuesAsText("state")
                                        .contains("done")
                                && api.get("/api/v1/rules/executions").path("items").size() > 5);
        var command = done(api.get("/api/v1/devices/" + motor + "/commands").path("items"));
        var rule = api.get("/api/v1/rules").at("/items/0/id").asText();
        return List.of(
                new Picture("live", "/live"),
                new Picture("devices", "/devices"),
                new Picture("device", "/devices/" + motor),
                new Picture("rules", "/rules"),
                new Picture("recipes", "/rules/recipes"),
                new Picture("rule", "/rules/" + rule),
                new Picture("rule-history", "/rules/" + rule + "/history"),
                new Picture("rehearsal", "/rehearsal"),
                new Picture("receipts", "/receipts"),
                new Picture("receipt", "/receipts/" + command),
                new Picture("start", "/start"),
                new Picture("analytics", "/analytics"),
                new Picture("overlays", "/overlays"),
                new Picture("team", "/team"),
                new Picture("tokens", "/tokens"),
                new Picture("audit", "/audit"),
                new Picture("system", "/system"),
                new Picture("settings", "/settings"));
    }

    /** The id of a command that has moved something. */
    private static String done(JsonNode commands) {
        for (var command : commands) {
            if (command.path("state").asText().equals("done")) {
                return command.path("id").asText();
            }
        }
        throw new IllegalStateException("no command is done");
    }

    private static String device(JsonNode devices, String name) {
        for (var device : devices) {
            if (device.path("name").asText().equals(name)) {
                return device.path("id").asText();
            }
        }
        throw new IllegalStateException("no device " + name);
    }

    private static void take(Viewer viewer, Picture picture, String kind) {
        var page = viewer.at(picture.path());
        assertThat(page.locator(".skeleton")).hasCount(0);
        switch (picture.name()) {
            case "devices" -> page.locator(".device .chip").first().waitFor();
            case "rehearsal" -> {
                page.locator("[data-action=run]").click();
                page.locator("sw-would li").first().waitFor();
            }
            default -> {}
        }
        page.screenshot(
                new ScreenshotOptions()
                        .setPath(PLACE.resolve(picture.name() + "-" + kind + ".png"))
                        .setAnimations(ScreenshotAnimations.DISABLED));
    }
}
