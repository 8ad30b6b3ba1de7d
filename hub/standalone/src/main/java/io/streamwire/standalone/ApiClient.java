package io.streamwire.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import io.streamwire.virtualboard.BoardAccess;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A user of the public API, as the demo and the bench need one. */
final class ApiClient {

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private final URI gateway;
    private @Nullable String accessToken;

    ApiClient(URI gateway) {
        this.gateway = gateway;
    }

    /** Everything that follows is done by the owner of this token. */
    void signIn(String token) {
        accessToken = token;
    }

    /** Who signed in. */
    String accessToken() {
        if (accessToken == null) {
            throw new IllegalStateException("nobody has signed in");
        }
        return accessToken;
    }

    /** Makes an account, signs in as its owner and says which workspace it has. */
    UUID register(String name, String password) {
        var account =
                post(
                        "/api/v1/auth/register",
                        Map.of("email", email(name), "password", password, "display_name", name));
        signIn(account.required("access_token").asText());
        return id(account.required("workspace"));
    }

    /** The address of an account that {@link #register} made. */
    static String email(String name) {
        return name + "@streamwire.example";
    }

    /** Makes a device and a token with which its board can connect. */
    BoardAccess newBoard(UUID workspaceId, String name) {
        var device = id(post("/api/v1/devices", Map.of("name", name, "board", "virtual")));
        var token =
                post(
                        "/api/v1/devices/tokens",
                        Map.of("device_id", device.toString(), "name", "board"));
        return new BoardAccess(workspaceId, device, token.required("token").asText());
    }

    /** The id of a resource. */
    static UUID id(JsonNode resource) {
        return UUID.fromString(resource.required("id").asText());
    }

    JsonNode get(String path) {
        return send("GET", path, null);
    }

    /** A resource that has one JSON object per line. */
    List<JsonNode> getLines(String path) {
        return exchange("GET", path, null)
                .lines()
                .map(line -> Json.read(line, JsonNode.class))
                .toList();
    }

    /** Every item of a list, page by page. */
    List<JsonNode> getAll(String path) {
        var items = new ArrayList<JsonNode>();
        var page = get(path + "?limit=200");
        page.path("items").forEach(items::add);
        while (page.hasNonNull("next_cursor")) {
            var cursor = page.path("next_cursor").asText();
            page =
                    get(
                            path
                                    + "?limit=200&cursor="
                                    + URLEncoder.encode(cursor, StandardCharsets.UTF_8));
            page.path("items").forEach(items::add);
        }
        return items;
    }

    JsonNode post(String path, Map<String, ?> body) {
        return send("POST", path, body);
    }

    /** A request that needs no body. */
    JsonNode post(String path) {
        return send("POST", path, null);
    }

    /** The same request again with the same key does it only once. */
    JsonNode post(String path, Map<String, ?> body, String idempotencyKey) {
        return send("POST", path, body, "Idempotency-Key", idempotencyKey);
    }

    /**
     * Changes a resource.
     *
     * @param version that it has: its ETag
     */
    JsonNode patch(String path, Map<String, ?> body, long version) {
        return send("PATCH", path, body, "If-Match", "\"" + version + "\"");
    }

    /** Removes a resource that has no version. */
    void delete(String path) {
        send("DELETE", path, null);
    }

    /** Of a resource that must not have changed. */
    void delete(String path, int version) {
        send("DELETE", path, null, "If-Match", "\"" + version + "\"");
    }

    private JsonNode send(
            String method, String path, @Nullable Map<String, ?> body, String... headers) {
        var answer = exchange(method, path, body, headers);
        return answer.isEmpty() ? Json.mapper().missingNode() : Json.read(answer, JsonNode.class);
    }

    private String exchange(
            String method, String path, @Nullable Map<String, ?> body, String... headers) {
        var request = HttpRequest.newBuilder(gateway.resolve(path)).timeout(Duration.ofSeconds(30));
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (accessToken != null) {
            request.header("Authorization", "Bearer " + accessToken);
        }
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofByteArray(Json.writeBytes(body)));
        }
        try {
            var response = http.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() / 100 != 2) {
                throw new IllegalStateException(
                        "%s %s answered %d: %s"
                                .formatted(method, path, response.statusCode(), response.body()));
            }
            return response.body();
        } catch (IOException e) {
            throw new IllegalStateException(method + " " + path + " failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
