package io.streamwire.gateway;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The page that people use. Every path of it is the same document, which shows the page that the
 * path names; everything that it loads lies below {@link Assets#base}.
 */
final class Dashboard implements Api {

    /** The first segments of its paths. */
    private static final List<String> PAGES =
            List.of(
                    "live",
                    "devices",
                    "rules",
                    "receipts",
                    "start",
                    "sign-in",
                    "register",
                    "analytics",
                    "rehearsal",
                    "team",
                    "invitations",
                    "tokens",
                    "audit",
                    "settings",
                    "system",
                    "overlays",
                    "overlay");

    private static final String FOR_EVER = "public, max-age=31536000, immutable";
    private static final String ASK_EACH_TIME = "no-cache";

    private final Assets assets = new Assets();
    private final String policy =
            String.join(
                    "; ",
                    "default-src 'none'",
                    "script-src 'self' " + assets.importMapHash(),
                    "style-src 'self'",
                    "img-src 'self' data:",
                    "connect-src 'self'",
                    "manifest-src 'self'",
                    "worker-src 'self'",
                    "base-uri 'none'",
                    "form-action 'none'",
                    "frame-ancestors 'none'",
                    "require-trusted-types-for 'script'",
                    "trusted-types lit-html streamwire");

    @Override
    public void routes(Routes routes) {
        routes.get("/", Permission.PUBLIC, this::root);
        for (var page : PAGES) {
            routes.get("/" + page, Permission.PUBLIC, this::page)
                    .get("/" + page + "/*", Permission.PUBLIC, this::page);
        }
        routes.get("/ui/*", Permission.PUBLIC, this::asset)
                .get("/sw.js", Permission.PUBLIC, this::worker)
                .get(
                        "/manifest.webmanifest",
                        Permission.PUBLIC,
                        (request, response) ->
                                send(
                                        request,
                                        response,
                                        file("manifest.webmanifest"),
                                        ASK_EACH_TIME));
    }

    /** What {@code GET /} says to a program. */
    record Welcome(String name, String description, Map<String, String> api) {}

    private static final Welcome WELCOME =
            new Welcome(
                    "Streamwire",
                    "Lets a TikTok LIVE stream move real hardware, safely.",
                    Map.of(
                            "auth", "/api/v1/auth",
                            "workspaces", "/api/v1/workspaces",
                            "livestreams", "/api/v1/livestreams",
                            "rules", "/api/v1/rules",
                            "live", Live.PATH,
                            "devices", "/api/v1/devices",
                            "receipts", "/api/v1/receipts",
                            "keys", "/.well-known/jwks.json"));

    private void root(ServerRequest request, ServerResponse response) {
        if (byBrowser(request)) {
            page(request, response);
            return;
        }
        response.header(HeaderNames.VARY, "Accept");
        Body.send(response, WELCOME);
    }

    /** A page for people, which leads back; programs get a problem. */
    @Override
    public Optional<Handler> nowhere() {
        return Optional.of(this::missing);
    }

    private void missing(ServerRequest request, ServerResponse response) {
        if (!request.prologue().method().equals(Method.GET) || !byBrowser(request)) {
            throw notFound();
        }
        response.status(Status.NOT_FOUND_404);
        page(request, response);
    }

    private static boolean byBrowser(ServerRequest request) {
        return RequestHeaders.all(request, "accept").stream()
                .anyMatch(accepted -> accepted.toLowerCase(Locale.ROOT).contains("text/html"));
    }

    private void page(ServerRequest request, ServerResponse response) {
        response.header("Content-Security-Policy", policy)
                .header("Cross-Origin-Opener-Policy", "same-origin")
                .header("Permissions-Policy", "camera=(), microphone=(), geolocation=()");
        send(request, response, file("index.html"), ASK_EACH_TIME);
    }

    /** What its answer allows is what the worker may do for as long as it lives. */
    private void worker(ServerRequest request, ServerResponse response) {
        response.header("Content-Security-Policy", "default-src 'none'; connect-src 'self'");
        send(request, response, file("sw.js"), ASK_EACH_TIME);
    }

    private void asset(ServerRequest request, ServerResponse response) {
        var path = request.path().path();
        if (!path.startsWith(assets.base() + "/")) {
            throw notFound();
        }
        send(request, response, file(path.substring(assets.base().length() + 1)), FOR_EVER);
    }

    private Asset file(String path) {
        return assets.find(path).orElseThrow(Dashboard::notFound);
    }

    private static Problem notFound() {
        return Problem.notFound("not_found", "There is nothing at this path.");
    }

    private static void send(
            ServerRequest request, ServerResponse response, Asset asset, String caching) {
        response.header(HeaderNames.CACHE_CONTROL, caching)
                .header(HeaderNames.ETAG, asset.tag())
                .header(HeaderNames.VARY, "Accept, Accept-Encoding")
                .header("Cross-Origin-Resource-Policy", "same-origin");
        if (response.status().equals(Status.OK_200)
                && RequestHeaders.all(request, "if-none-match").contains(asset.tag())) {
            response.status(Status.NOT_MODIFIED_304).send();
            return;
        }
        response.header(HeaderNames.CONTENT_TYPE, asset.type());
        var zipped =
                RequestHeaders.all(request, "accept-encoding").stream()
                        .anyMatch(encodings -> encodings.contains("gzip"));
        if (zipped && asset.zipped().isPresent()) {
            response.header(HeaderNames.CONTENT_ENCODING, "gzip").send(asset.zipped().get());
            return;
        }
        response.send(asset.plain());
    }
}
