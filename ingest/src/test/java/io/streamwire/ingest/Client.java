package io.streamwire.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Role;
import io.streamwire.service.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

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

    Answer delete(String path) {
        return send(request(path).DELETE());
    }

    /** A body that is not JSON. */
    String text(String path) {
        return exchange(request(path).GET()).body();
    }

    Answer post(String path, String body, String... headers) {
        var request = request(path).POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    /** A body that is a file. */
    Answer upload(String path, byte[] body, String... headers) {
        var request =
                request(path)
                        .setHeader("Content-Type", "application/octet-stream")
                        .POST(BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    /** A file. */
    byte[] bytes(String path) {
        return exchange(request(path).GET(), BodyHandlers.ofByteArray()).body();
    }

    Answer connect(String username) {
        return post("/api/v1/livestreams/connect", "{\"username\":\"" + username + "\"}");
    }

    /** Lines that arrive while the stream is open. */
    EventReader events(String path, String... headers) {
        var request = request(path).GET();
        if (headers.length > 0) {
            request.headers(headers);
        }
        return EventReader.open(HTTP, request.build());
    }

    /** Every stored event; none while PostgreSQL is away. */
    List<LiveEvent> export(String livestreamId) {
        var request = request("/api/v1/livestreams/" + livestreamId + "/events/export").GET();
        var response = exchange(request);
        if (response.statusCode() != 200) {
            return List.of();
        }
        return response.body().lines().map(line -> Json.read(line, LiveEvent.class)).toList();
    }

    private HttpRequest.Builder request(String path) {
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("Content-Type", "application/json");
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    private static Answer send(HttpRequest.Builder request) {
        var response = exchange(request);
        var body =
                response.body().isEmpty()
                        ? MissingNode.getInstance()
                        : Json.read(response.body(), JsonNode.class);
        return new Answer(
                response.statusCode(),
                response.headers().firstValue("ETag").orElse(""),
                response.headers().firstValue("Location").orElse(""),
                body);
    }

    private static HttpResponse<String> exchange(HttpRequest.Builder request) {
        return exchange(request, BodyHandlers.ofString());
    }

    private static <T> HttpResponse<T> exchange(
            HttpRequest.Builder request, HttpResponse.BodyHandler<T> body) {
        try {
            return HTTP.send(request.build(), body);
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

        long number(String field) {
            return body.path(field).asLong();
        }
    }
}
