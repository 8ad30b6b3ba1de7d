package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.streamwire.contract.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Somebody at a gateway, with the cookie of a session and a page of the same origin. */
record Browser(URI gateway, String email, String cookie) {

    static final String PASSWORD = "correct horse battery";

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final AtomicInteger NUMBER = new AtomicInteger();

    /** An answer; its body is missing when it is not JSON. */
    record Answer(int status, JsonNode body, HttpResponse<String> response) {

        Answer is(int expected) {
            assertThat(status).as(response.body()).isEqualTo(expected);
            return this;
        }

        Answer is(int expected, String code) {
            is(expected);
            assertThat(text("/code")).isEqualTo(code);
            return this;
        }

        String text(String pointer) {
            return body.at(pointer).asText();
        }

        UUID id(String pointer) {
            return UUID.fromString(text(pointer));
        }

        /** The Set-Cookie header. */
        String setCookie() {
            return response.headers().firstValue("Set-Cookie").orElse("");
        }

        /** The name and value that it sets. */
        String cookie() {
            return setCookie().split(";", 2)[0];
        }
    }

    static String newEmail() {
        return "browser" + NUMBER.incrementAndGet() + "@example.org";
    }

    /** A new user who has signed in. */
    static Browser of(URI gateway) {
        var email = newEmail();
        register(gateway, email).is(201);
        return signIn(gateway, email);
    }

    static Answer register(URI gateway, String email) {
        return send(
                gateway,
                "POST",
                "/api/v1/auth/register",
                Map.of("email", email, "password", PASSWORD, "display_name", "Somebody"));
    }

    static Browser signIn(URI gateway, String email, String... headers) {
        var answer = signInAnswer(gateway, email, headers).is(201);
        return new Browser(gateway, email, answer.cookie());
    }

    static Answer signInAnswer(URI gateway, String email, String... headers) {
        var body = Map.of("email", email, "password", PASSWORD);
        var all = Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "X-Streamwire";
        all[headers.length + 1] = "1";
        return send(gateway, "POST", "/api/v1/auth/sessions", body, all);
    }

    /** The same browser at another gateway. */
    Browser at(URI other) {
        return new Browser(other, email, cookie);
    }

    Answer get(String path, String... headers) {
        return call("GET", path, "", headers);
    }

    Answer post(String path, Object body, String... headers) {
        return call("POST", path, body, headers);
    }

    Answer delete(String path) {
        return call("DELETE", path, "");
    }

    /** As the page does it. */
    Answer call(String method, String path, Object body, String... headers) {
        var all = new String[headers.length + 4];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Cookie";
        all[headers.length + 1] = cookie;
        all[headers.length + 2] = "X-Streamwire";
        all[headers.length + 3] = "1";
        return send(gateway, method, path, body, all);
    }

    /** With exactly these headers. */
    static Answer send(URI gateway, String method, String path, Object body, String... headers) {
        var none = body.equals("");
        var request =
                HttpRequest.newBuilder(gateway.resolve(path))
                        .method(
                                method,
                                none
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(Json.write(body)));
        if (!none) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            var response = HTTP.send(request.build(), BodyHandlers.ofString());
            var text = response.body();
            var json = text.isEmpty() ? MissingNode.getInstance() : Json.read(text, JsonNode.class);
            return new Answer(response.statusCode(), json, response);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
