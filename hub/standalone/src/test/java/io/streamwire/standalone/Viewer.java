package io.streamwire.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.RequestOptions;
import com.microsoft.playwright.options.ServiceWorkerPolicy;
import io.streamwire.contract.Json;
import io.streamwire.virtualboard.BoardAccess;
import io.streamwire.virtualboard.PinRecorder;
import io.streamwire.virtualboard.VirtualBoards;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who looks at the dashboard of the shared hub, signed in to a workspace of their own. Any
 * error that the page logs is kept in {@link #faults}.
 */
final class Viewer implements AutoCloseable {

    static final String PASSWORD = "correct horse battery staple";

    private static final int WIDE = 1280;
    private static final int HIGH = 800;
    private static final int PHONE_WIDE = 360;
    private static final int PHONE_HIGH = 780;

    private final String url;
    private final BrowserContext context;
    private final Page page;
    private final List<String> faults = new ArrayList<>();
    private final Set<String> subscribed = new HashSet<>();

    /** Whoever's account it is, by the API. */
    record Account(String email, UUID workspaceId, ApiClient api) {

        static Account made() {
            return named("viewer-" + UUID.randomUUID());
        }

        static Account named(String name) {
            var api = new ApiClient(SharedHub.hub().url());
            var workspace = api.register(name, PASSWORD);
            return new Account(ApiClient.email(name), workspace, api);
        }

        /** A board that is there and has said what it can do. */
        VirtualBoards board(String name, PinRecorder recorder) {
            return board(api.newBoard(workspaceId, name), recorder);
        }

        /** A viewer of a simulated stream writes a comment. */
        void comment(String handle, String text) {
            api.post(
                    "/api/v1/livestreams/simulate",
                    Map.of("type", "comment", "text", text, "user", Map.of("handle", handle)));
        }

        VirtualBoards board(BoardAccess access, PinRecorder recorder) {
            var boards = VirtualBoards.start(SharedHub.hub().mqttUrl(), List.of(access), recorder);
            boards.awaitReady(Duration.ofSeconds(20));
            Wait.until(
                    Duration.ofSeconds(20),
                    "the board has described itself",
                    () -> api.get("/api/v1/devices/" + access.deviceId()).has("capabilities"));
            return boards;
        }
    }

    private Viewer(NewContextOptions options) {
        this(options, SharedHub.hub().url().toString());
    }

    private Viewer(NewContextOptions options, String url) {
        this.url = url;
        context = Chromium.browser().newContext(options.setBaseURL(url));
        context.setDefaultTimeout(15_000);
        page = context.newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") && !message.text().contains("Failed to load")) {
                faults.add(message.text());
            }
        });
        page.onPageError(error -> faults.add(error));
        page.onWebSocket(line -> line.onFrameReceived(frame -> noteSubscription(frame.text())));
    }

    // A service worker would answer some requests before a test's page.route sees them.
    static Viewer onDesk() {
        return new Viewer(
                new NewContextOptions()
                        .setViewportSize(WIDE, HIGH)
                        .setServiceWorkers(ServiceWorkerPolicy.BLOCK));
    }

    static Viewer onPhone() {
        return new Viewer(phone());
    }

    /** A phone that keeps the shell, for when the hub is away. */
    static Viewer onPhoneWithServiceWorker() {
        return new Viewer(phone().setServiceWorkers(ServiceWorkerPolicy.ALLOW));
    }

    /** A phone on the network of the hub, which has no certificate. */
    static Viewer onPhoneInTheNetwork() {
        return new Viewer(
                phone(), "http://" + Chromium.OTHER_HOST + ":" + SharedHub.hub().url().getPort());
    }

    private static NewContextOptions phone() {
        return new NewContextOptions()
                .setViewportSize(PHONE_WIDE, PHONE_HIGH)
                .setIsMobile(true)
                .setHasTouch(true)
                .setServiceWorkers(ServiceWorkerPolicy.BLOCK);
    }

    /** Shows everything in these colours: dark, light or contrast. */
    Viewer in(String theme) {
        context.addInitScript(
                "localStorage.setItem('streamwire.prefs', JSON.stringify({theme: '%s', language: 'en'}))"
                        .formatted(theme));
        return this;
    }

    /** Is spoken to in this language, in dark colours. */
    Viewer speaking(String language) {
        context.addInitScript(
                "localStorage.setItem('streamwire.prefs', JSON.stringify({theme: 'dark', language: '%s'}))"
                        .formatted(language));
        return this;
    }

    /** Is about this workspace, of those that the account is in. */
    Viewer of(UUID workspaceId) {
        context.addInitScript(
                "localStorage.setItem('streamwire.workspace', '%s')".formatted(workspaceId));
        return this;
    }

    /** Gets a session without the form. */
    Viewer as(Account account) {
        var answer =
                context.request()
                        .post(
                                SharedHub.hub().url() + "/api/v1/auth/sessions",
                                RequestOptions.create()
                                        .setHeader("X-Streamwire", "1")
                                        .setData(
                                                Map.of(
                                                        "email",
                                                        account.email(),
                                                        "password",
                                                        PASSWORD)));
        if (!answer.ok()) {
            throw new IllegalStateException("no session: " + answer.text());
        }
        context.addCookies(
                context.cookies().stream()
                        .map(cookie ->
                                new Cookie(cookie.name, cookie.value)
                                        .setDomain(URI.create(url).getHost())
                                        .setPath(cookie.path)
                                        .setHttpOnly(true)
                                        .setSameSite(cookie.sameSite))
                        .toList());
        return this;
    }

    Page page() {
        return page;
    }

    BrowserContext context() {
        return context;
    }

    /** Goes to a page and waits until it is there. */
    Page at(String path) {
        page.navigate(path);
        heading().waitFor();
        return page;
    }

    private void noteSubscription(@Nullable String frame) {
        if (frame != null && frame.startsWith("{\"type\":\"subscribed\"")) {
            subscribed.add(Json.read(frame, JsonNode.class).path("id").asText());
        }
    }

    /** Waits until the page hears what happens from now on. */
    void awaitSubscribed(String... topics) {
        page.waitForCondition(() -> subscribed.containsAll(List.of(topics)));
    }

    Locator heading() {
        return page.locator("main h1").first();
    }

    List<String> faults() {
        return faults;
    }

    /** What axe-core finds of serious or critical faults; empty when none. */
    List<String> inaccessible() {
        return faulty("{resultTypes: ['violations']}");
    }

    /** What axe-core finds that is hard to read in its colours; empty when nothing. */
    List<String> hardToRead() {
        return faulty("{resultTypes: ['violations'], runOnly: ['color-contrast']}");
    }

    private List<String> faulty(String options) {
        page.evaluate(Axe.SOURCE);
        var found =
                page.evaluate(
                        "() => axe.run(document, %s).then((result) => JSON.stringify(result.violations))"
                                .formatted(options));
        var serious = new ArrayList<String>();
        for (var violation : Json.read((String) found, JsonNode.class)) {
            if (List.of("serious", "critical").contains(violation.path("impact").asText())) {
                violation
                        .path("nodes")
                        .forEach(node ->
                                serious.add(
                                        "%s: %s %s"
                                                .formatted(
                                                        violation.path("id").asText(),
                                                        node.path("html").asText(),
                                                        node.path("failureSummary").asText())));
            }
        }
        return serious;
    }

    @Override
    public void close() {
        context.close();
    }

    private static final class Axe {
        static final String SOURCE = read();

        private static String read() {
            try (var in = Axe.class.getResourceAsStream("/axe.min.js")) {
                if (in == null) {
                    throw new IllegalStateException("axe.min.js is not on the classpath");
                }
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
