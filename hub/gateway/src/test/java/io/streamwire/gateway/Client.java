package io.streamwire.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.bus.Bus;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Api;
import io.streamwire.service.Configuration;
import io.streamwire.service.Role;
import io.streamwire.service.SigningKey;
import io.streamwire.service.TokenVerifier;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Someone who calls a gateway that was started for a test. */
final class Client implements AutoCloseable {

    /** What services know each other by. */
    static final String SECRET = "a secret of at least thirty-two characters";

    private static final SigningKey KEY = SigningKey.generate("test");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Gateway gateway;

    private Client(Gateway gateway) {
        this.gateway = gateway;
    }

    /**
     * Starts a gateway in front of one backend for every service, unless settings say otherwise.
     */
    static Client of(Backend backend, String... settings) {
        return of(Redis.bus(), backend, settings);
    }

    /** The same with a bus of its own. */
    static Client of(Bus bus, Backend backend, String... settings) {
        return of(bus, List.of(), backend, settings);
    }

    /** The same with more that the gateway answers by itself. */
    static Client of(Bus bus, List<Api> more, Backend backend, String... settings) {
        var overrides = new HashMap<String, String>();
        overrides.put("gateway.port", "0");
        overrides.put("service.secret", SECRET);
        for (var service : new String[] {"auth", "ingest", "rules", "devices"}) {
            overrides.put("gateway." + service + "-url", backend.url());
        }
        for (int i = 0; i < settings.length; i += 2) {
            overrides.put(settings[i], settings[i + 1]);
        }
        return new Client(
                Gateway.start(
                        Configuration.load(overrides, null),
                        bus,
                        TokenVerifier.trusting(KEY),
                        more,
                        List.of()));
    }

    Gateway gateway() {
        return gateway;
    }

    int port() {
        return gateway.port();
    }

    /** The value of an Authorization header of a new user. */
    static String newUser() {
        return "Bearer " + token(UUID.randomUUID(), Ids.next(), Duration.ofMinutes(10));
    }

    /** An access token of the owner of a workspace. */
    static String token(UUID user, UUID workspace, Duration life) {
        return token(user, workspace, Role.OWNER, life);
    }

    /** An access token of an API key. */
    static String tokenOfKey(UUID key, UUID workspace) {
        var now = Instant.now();
        return KEY.sign(AccessToken.ofKey(key, workspace, Role.VIEWER, now, now.plusSeconds(600)));
    }

    static String token(UUID user, UUID workspace, Role role, Duration life) {
        var now = Instant.now();
        return KEY.sign(
                new AccessToken(
                        user, Ids.next(), workspace, Map.of(workspace, role), now, now.plus(life)));
    }

    /** A GET of a new user. */
    HttpResponse<String> get(String target, String... headers)
            throws IOException, InterruptedException {
        return send(request(target, headers).header("Authorization", newUser()));
    }

    /** A POST of a new user. */
    HttpResponse<String> post(String target, String body, String... headers)
            throws IOException, InterruptedException {
        return send(
                request(target, headers)
                        .header("Authorization", newUser())
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<byte[]> sendForBytes(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    HttpResponse<InputStream> stream(String target) throws IOException, InterruptedException {
        return http.send(
                request(target).header("Authorization", newUser()).build(),
                HttpResponse.BodyHandlers.ofInputStream());
    }

    HttpRequest.Builder request(String target, String... headers) {
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + target))
                        .version(HttpClient.Version.HTTP_1_1);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request;
    }

    static JsonNode json(HttpResponse<String> response) throws IOException {
        return Json.mapper().readTree(response.body());
    }

    @Override
    public void close() {
        http.shutdownNow();
        gateway.close();
    }
}
