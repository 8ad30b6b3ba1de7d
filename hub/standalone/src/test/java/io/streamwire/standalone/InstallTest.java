package io.streamwire.standalone;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The dashboard as an app on a phone, and what belongs to whom on a shared computer. */
@ExtendWith({SharedHub.class, Chromium.class})
class InstallTest {

    @Test
    void aPhoneCanInstallIt() throws IOException {
        try (var viewer = Viewer.onPhone().as(Viewer.Account.made())) {
            var page = viewer.at("/live");
            var tools = viewer.context().newCDPSession(page);
            var errors = tools.send("Page.getInstallabilityErrors").toString();
            // Pages of a private window cannot be installed, and a test's are such.
            assertThat(errors.replace("{\"errorId\":\"in-incognito\",\"errorArguments\":[]}", ""))
                    .isEqualTo("{\"installabilityErrors\":[]}");

            var request = viewer.context().request();
            var manifest = Json.read(request.get("/manifest.webmanifest").text(), JsonNode.class);
            for (var icon : manifest.path("icons")) {
                var file = request.get(icon.path("src").asText());
                assertThat(file.headers().get("content-type"))
                        .isEqualTo(icon.path("type").asText());
                if (icon.path("type").asText().equals("image/png")) {
                    var image = ImageIO.read(new ByteArrayInputStream(file.body()));
                    assertThat(image.getWidth() + "x" + image.getHeight())
                            .isEqualTo(icon.path("sizes").asText());
                }
            }
        }
    }

    @Test
    void whoSignsInAnewEndsTheSessionThatTheBrowserHad() {
        var first = Viewer.Account.made();
        var second = Viewer.Account.made();
        try (var viewer = Viewer.onDesk().as(first)) {
            var before = sessions(first);

            viewer.as(second);

            Wait.until(
                    Duration.ofSeconds(30),
                    "the older session has ended",
                    () -> sessions(first) == before - 1);
            assertThat(viewer.at("/live").locator("main h1")).hasText("Live");
        }
    }

    /** Those of browsers. */
    private static long sessions(Viewer.Account account) {
        long count = 0;
        for (var session : account.api().get("/api/v1/auth/sessions").path("items")) {
            count += session.path("kind").asText().equals("browser") ? 1 : 0;
        }
        return count;
    }
}
