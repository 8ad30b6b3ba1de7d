package io.streamwire.standalone;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType.LaunchOptions;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;

/** The system's Chromium, started once for all test classes that look at pages. */
final class Chromium implements BeforeAllCallback {

    /** The hub as a machine on the local network, where browsers allow less than on loopback. */
    static final String OTHER_HOST = "hub.test";

    private static final double PATIENCE_MS = 20_000;

    private static @Nullable Running running;

    private record Running(Playwright playwright, Browser browser) implements AutoCloseable {

        static Running start() {
            var playwright =
                    Playwright.create(
                            new Playwright.CreateOptions()
                                    .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
            var browser =
                    playwright
                            .chromium()
                            .launch(
                                    new LaunchOptions()
                                            .setExecutablePath(ChromePage.program())
                                            .setArgs(
                                                    List.of(
                                                            "--host-resolver-rules=MAP "
                                                                    + OTHER_HOST
                                                                    + " 127.0.0.1",
                                                            "--no-sandbox",
                                                            "--disable-dev-shm-usage")));
            return new Running(playwright, browser);
        }

        @Override
        public void close() {
            browser.close();
            playwright.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
        running =
                context.getStore(StoreScope.LAUNCHER_SESSION, Namespace.create(Chromium.class))
                        .computeIfAbsent("running", _ -> Running.start(), Running.class);
    }

    static Browser browser() {
        return Objects.requireNonNull(running, "the class lacks @ExtendWith(Chromium.class)")
                .browser();
    }
}
