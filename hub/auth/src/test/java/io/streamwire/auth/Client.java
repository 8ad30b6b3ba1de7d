package io.streamwire.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.streamwire.contract.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Somebody who calls auth. */
final class Client {

    static final String PASSWORD = "correct horse battery";

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final int port;

    private Client(int port) {
        this.port = port;
    }

    static Client of(Auth auth) {
        return new Client(auth.port());
    }

    /** An answer; its body is missing when it is not JSON. */
    record Answer(int status, JsonNode body, HttpResponse<String> response) {

        Answer assertStatus(int expected) {
            assertThat(status).as(response.body()).isEqualTo(expected);
            return this;
        }

        Answer assertProblem(int expected, String code) {
            assertStatus(expected);
            assertThat(text("code")).isEqualTo(code);
            assertThat(header("Content-Type")).isEqualTo("application/problem+json");
            return this;
        }

        String text(String field) {
            return body.path(field).asText();
        }

        String at(String pointer) {
            return body.at(pointer).asText();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    /** A signed-in user with a workspace of the own. */
    record Person(
            UUID id, String email, UUID workspaceId, String accessToken, String refreshToken) {

        static Person of(Answer registered) {
            registered.assertStatus(201);
            return new Person(
                    UUID.fromString(registered.at("/user/id")),
                    registered.at("/user/email"),
                    UUID.fromString(registered.at("/workspace/id")),
                    registered.text("access_token"),
                    registered.text("refresh_token"));
        }

        /** The same person with the tokens of another grant. */
        Person with(Answer grant) {
            grant.assertStatus(200);
            return new Person(
                    id,
                    email,
                    workspaceId,
                    grant.text("access_token"),
                    grant.text("refresh_token"));
        }
    }

    static String newEmail() {
        return "user" + NUMBER.incrementAndGet() + "@example.org";
    }

    Person newPerson() {
        return Person.of(register(newEmail()));
    }

    Answer register(String email) {
        return post(
                "/api/v1/auth/register",
                Map.of("email", email, "password", PASSWORD, "display_name", "Somebody"));
    }

    Answer login(String email, String password) {
        return post("/api/v1/auth/login", Map.of("email", email, "password", password));
    }

    Answer refresh(String refreshToken) {
        return post("/api/v1/auth/refresh", Map.of("refresh_token", refreshToken));
    }

    /** What the gateway asks. */
    Answer exchange(String kind, String secret) {
        return post(
                "/internal/exchange",
                Map.of("kind", kind, "secret", secret),
                "X-Service-Secret",
                Infrastructure.SECRET);
    }

    Answer post(String path, Object body, String... headers) {
        return call("POST", path, Json.write(body), headers);
    }

    Answer get(String path, String... headers) {
        return call("GET", path, "", headers);
    }

    Answer as(Person person, String method, String path, Object body, String... headers) {
        var all = new String[headers.length + 2];
        all[0] = "Authorization";
        all[1] = "Bearer " + person.accessToken();
        System.arraycopy(headers, 0, all, 2, headers.length);
        return call(method, path, Json.write(body), all);
    }

    Answer as(Person person, String method, String path) {
        return call(method, path, "", "Authorization", "Bearer " + person.accessToken());
    }

    Answer call(String method, String path, String body, String... headers) {
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .version(HttpClient.Version.HTTP_1_1)
                        .method(
                                method,
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            var response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), json(response.body()), response);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode json(String text) {
        return text.isEmpty() ? MissingNode.getInstance() : Json.read(text, JsonNode.class);
    }
}
