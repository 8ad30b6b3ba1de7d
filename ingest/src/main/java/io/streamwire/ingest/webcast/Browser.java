package io.streamwire.ingest.webcast;

import io.streamwire.ingest.webcast.WebcastException.Code;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * What every request to TikTok has in common: one HTTP client that follows no redirects, the same
 * browser, one anonymous visitor cookie. The cookie is guarded by this object's lock.
 */
final class Browser implements AutoCloseable {

    static final String USER_AGENT =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
                    + " Chrome/140.0.0.0 Safari/537.36";

    private static final int MAX_PAGE = 8 << 20; // a LIVE page is about 1 MiB
    private static final Pattern VISITOR = Pattern.compile("^ttwid=([^;\\s]{1,1024})");

    private final HttpClient http;
    private final WebcastSettings settings;
    private String visitor = "";

    Browser(WebcastSettings settings) {
        this.settings = settings;
        this.http =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(settings.requestTimeout())
                        .build();
    }

    HttpClient http() {
        return http;
    }

    /** A page of TikTok. */
    HttpResponse<byte[]> page(URI uri, Duration timeout) {
        return get(HttpRequest.newBuilder(uri), timeout, Code.TIKTOK_UNREACHABLE, "TikTok");
    }

    /**
     * Sends a GET request.
     *
     * @throws WebcastException with the code when there is no answer in time
     */
    HttpResponse<byte[]> get(
            HttpRequest.Builder request, Duration timeout, Code unreachable, String whom) {
        var exchange =
                http.sendAsync(
                        request.header("User-Agent", USER_AGENT).timeout(timeout).GET().build(),
                        BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_PAGE));
        return answer(exchange, timeout, unreachable, whom);
    }

    private static <T> T answer(
            CompletableFuture<T> exchange, Duration timeout, Code unreachable, String whom) {
        try {
            return exchange.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            exchange.cancel(true);
            throw new WebcastException(
                    unreachable, whom + " did not answer within " + timeout.toMillis() + " ms.");
        } catch (ExecutionException e) {
            var cause = e.getCause() == null ? e : e.getCause();
            throw new WebcastException(
                    unreachable,
                    whom + " cannot be reached: " + cause.getClass().getSimpleName() + ".");
        } catch (InterruptedException e) {
            exchange.cancel(true);
            Thread.currentThread().interrupt();
            throw new WebcastException(unreachable, "interrupted");
        }
    }

    /** The anonymous visitor cookie, {@code ttwid=...}; asked for once. */
    synchronized String visitor() {
        if (visitor.isEmpty()) {
            var home = page(uri(settings.webUrl(), "/", Map.of()), settings.requestTimeout());
            for (var cookie : home.headers().allValues("Set-Cookie")) {
                var match = VISITOR.matcher(cookie);
                if (match.find()) {
                    visitor = "ttwid=" + match.group(1);
                    return visitor;
                }
            }
            throw new WebcastException(
                    Code.CAPTCHA_OR_BLOCKED, "TikTok gave no visitor cookie (ttwid).");
        }
        return visitor;
    }

    /** The next {@link #visitor} is a new one. */
    synchronized void forgetVisitor() {
        visitor = "";
    }

    /** What a browser tells about itself on the socket. */
    static Map<String, String> parameters() {
        var parameters = new TreeMap<String, String>();
        parameters.put("version_code", "180800");
        parameters.put("aid", "1988");
        parameters.put("app_name", "tiktok_web");
        parameters.put("app_language", "en");
        parameters.put("webcast_language", "en");
        parameters.put("device_platform", "web");
        parameters.put("browser_language", "en-US");
        parameters.put("browser_name", "Mozilla");
        parameters.put("browser_online", "true");
        parameters.put("browser_platform", "Linux x86_64");
        parameters.put("browser_version", USER_AGENT.substring("Mozilla/".length()));
        parameters.put("cookie_enabled", "true");
        parameters.put("screen_width", "1920");
        parameters.put("screen_height", "1080");
        parameters.put("tz_name", "Europe/Berlin");
        return parameters;
    }

    static URI uri(URI base, String path, Map<String, String> query) {
        var text = new StringBuilder(base.toString());
        while (!path.isEmpty() && text.charAt(text.length() - 1) == '/') {
            text.setLength(text.length() - 1);
        }
        text.append(path);
        char separator = text.indexOf("?") < 0 ? '?' : '&';
        for (var parameter : query.entrySet()) {
            text.append(separator)
                    .append(encoded(parameter.getKey()))
                    .append('=')
                    .append(encoded(parameter.getValue()));
            separator = '&';
        }
        return URI.create(text.toString());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
