package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Role;
import io.streamwire.service.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A member of a workspace who calls the service.
 *
 * @param token an access token, not sent when empty
 */
record Client(int port, UUID workspaceId, String token) {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    static Client of(int port, UUID workspaceId, Role role, SigningKey key) {
        var now = Instant.now();
        var token =
                new AccessToken(
                        Ids.next(),
                        Ids.next(),
                        workspaceId,
                        Map.of(workspaceId, role),
                        now,
                        now.plusSeconds(600));
        return new Client(port, workspaceId, key.sign(token));
    }

    Answer get(String path) {
        return send(request(path).GET());
    }

    Answer post(String path, String body, String... headers) {
        var request = request(path).POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    /**
     * A change of a rule.
     *
     * @param version sent as If-Match, not when null
     */
    Answer change(String method, String path, @Nullable Integer version, String body) {
        var request = request(path).method(method, BodyPublishers.ofString(body));
        if (version != null) {
            request.header("If-Match", "\"" + version + "\"");
        }
        return send(request);
    }

    /** A field of every item of a list, read page by page. */
    List<String> all(String path, String field) {
        var values = new ArrayList<String>();
        var next = path;
        while (true) {
            var page = get(next).body();
            page.path("items").forEach(item -> values.add(item.path(field).asText()));
            if (!page.hasNonNull("next_cursor")) {
                return values;
            }
            next =
                    path
                            + (path.contains("?") ? "&" : "?")
                            + "cursor="
                            + page.get("next_cursor").asText();
        }
    }

    private HttpRequest.Builder request(String path) {
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("Content-Type", "application/json");
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private static Answer send(HttpRequest.Builder request) {
        try {
            var response = HTTP.send(request.build(), BodyHandlers.ofString());
            var body =
                    response.body().isEmpty()
                            ? MissingNode.getInstance()
                            : Json.read(response.body(), JsonNode.class);
            return new Answer(
                    response.statusCode(),
                    response.headers().firstValue("ETag").orElse(""),
                    response.headers().firstValue("Location").orElse(""),
                    body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What the service answered; texts are empty when missing. */
    record Answer(int status, String etag, String location, JsonNode body) {

        String text(String field) {
            return body.path(field).asText();
        }
    }
}
