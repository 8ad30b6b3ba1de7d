package io.streamwire.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DashboardTest {

    private static final Pattern ASSET = Pattern.compile("\"(/ui/[0-9a-f]{16}/[^\"]+)\"");
    private static final Pattern IMPORT_MAP =
            Pattern.compile("<script type=\"importmap\">(.*?)</script>");

    @ParameterizedTest
    @ValueSource(strings = {"/", "/live", "/devices/0198", "/rules", "/sign-in"})
    void everyPageIsTheSameDocumentForABrowser(String path) throws Exception {
        try (var backend = Backend.named("any");
                var client = Client.of(backend)) {

            var response = client.send(client.request(path, "Accept", "text/html"));

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).contains("<sw-app></sw-app>").doesNotContain("@base@");
            assertThat(response.headers().firstValue("Content-Type"))
                    .hasValue("text/html; charset=utf-8");
            assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-cache");
            assertThat(backend.arrived()).isEmpty();
        }
    }

    @Test
    void itsPolicyAllowsOnlyItsOwnFilesAndTheImportMap() throws Exception {
        try (var backend = Backend.named("any");
                var client = Client.of(backend)) {

            var response = client.send(client.request("/live", "Accept", "text/html"));

            var policy = response.headers().firstValue("Content-Security-Policy").orElseThrow();
            var map = IMPORT_MAP.matcher(response.body());
            assertThat(map.find()).isTrue();
            assertThat(policy)
                    .contains("default-src 'none'", "style-src 'self'", "frame-ancestors 'none'")
                    .contains("script-src 'self' 'sha256-" + sha256(map.group(1)) + "';")
                    .doesNotContain("unsafe", "http:", "https:", "*");
            assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(response.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
        }
    }

    private static String sha256(String text) throws Exception {
        var digest = MessageDigest.getInstance("SHA-256");
        return Base64.getEncoder()
                .encodeToString(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void whatTheDocumentNamesIsThereAndMayBeKeptForEver() throws Exception {
        try (var backend = Backend.named("any");
                var client = Client.of(backend)) {
            var document = client.send(client.request("/live", "Accept", "text/html")).body();

            var names = ASSET.matcher(document).results().map(found -> found.group(1)).toList();

            assertThat(names).hasSizeGreaterThan(8);
            for (var name : names.stream().filter(found -> !found.endsWith("/")).toList()) {
                var response = client.send(client.request(name));
                assertThat(response.statusCode()).as(name).isEqualTo(200);
                assertThat(response.headers().firstValue("Cache-Control"))
                        .hasValue("public, max-age=31536000, immutable");
                var tag = response.headers().firstValue("ETag").orElseThrow();
                assertThat(client.send(client.request(name, "If-None-Match", tag)).statusCode())
                        .isEqualTo(304);
            }
        }
    }

    @Test
    void whoTakesGzipGetsTheSameFileCompressed() throws Exception {
        try (var backend = Backend.named("any");
                var client = Client.of(backend)) {
            var plain = client.send(client.request("/live", "Accept", "text/html")).body();

            var response =
                    client.sendForBytes(
                            client.request(
                                    "/live", "Accept", "text/html", "Accept-Encoding", "gzip, br"));

            assertThat(response.headers().firstValue("Content-Encoding")).hasValue("gzip");
            var unpacked =
                    new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes();
            assertThat(new String(unpacked, StandardCharsets.UTF_8)).isEqualTo(plain);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ui/0000000000000000/app.js", "/ui/x", "/ui/%2e%2e/index.html"})
    void whatIsNotOfTheDashboardIsNotThere(String path) throws Exception {
        try (var backend = Backend.named("any");
                var client = Client.of(backend)) {

            var response = client.send(client.request(path, "Accept", "text/html"));

            assertThat(response.statusCode()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/livex", "/WEB-INF/x", "/api/v1/nothing"})
    void whatNothingHasIsAPageForABrowserAndAProblemForAProgram(String path) throws Exception {
        try (var backend = Backend.named("any");
                var client = Client.of(backend)) {

            var page = client.send(client.request(path, "Accept", "text/html"));
            var problem = client.get(path);
            var post = client.post(path, "{}", "Accept", "text/html");

            assertThat(page.statusCode()).isEqualTo(404);
            assertThat(page.body()).contains("<sw-app></sw-app>");
            assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .contains("require-trusted-types-for 'script'");
            assertThat(problem.statusCode()).isEqualTo(404);
            assertThat(Client.json(problem).get("code").asText()).isEqualTo("not_found");
            assertThat(post.statusCode()).isEqualTo(404);
            assertThat(backend.arrived()).isEmpty();
        }
    }
}
