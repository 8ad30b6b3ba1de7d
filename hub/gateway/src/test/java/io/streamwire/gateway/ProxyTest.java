package io.streamwire.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyTest {

    @ParameterizedTest
    @CsvSource({
        "/api/v1/auth/me, auth",
        "/api/v1/workspaces, auth",
        "/api/v1/workspaces/0198/members, auth",
        "/.well-known/jwks.json, auth",
        "/api/v1/livestreams, ingest",
        "/api/v1/livestreams/, ingest",
        "/api/v1/livestreams/0198/events, ingest",
        "/api/v1/rules, rules",
        "/api/v1/rules/analytics, rules",
        "/api/v1/rules/recipes/spin-on-comment, rules",
        "/api/v1/rules/0198/versions/3, rules",
        "/api/v1/devices, devices",
        "/api/v1/devices/0198/commands/0199, devices",
        "/api/v1/receipts/0198, devices"
    })
    void aPathLeadsToItsService(String path, String service) throws Exception {
        try (var auth = Backend.named("auth");
                var ingest = Backend.named("ingest");
                var rules = Backend.named("rules");
                var devices = Backend.named("devices");
                var client =
                        Client.of(
                                auth,
                                "gateway.ingest-url",
                                ingest.url(),
                                "gateway.rules-url",
                                rules.url(),
                                "gateway.devices-url",
                                devices.url())) {

            var response = client.get(path);

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isEqualTo(service);
        }
    }

    @Test
    void methodPathQueryAndBodyArriveAsTheyWereSent() throws Exception {
        try (var backend = Backend.named("rules");
                var client = Client.of(backend)) {
            var target =
                    "/api/v1/rules/0198-a_b~c@d:e?filter=a%2Fb%20c+d&x=%C3%A4&y=..%2f&empty=&flag";

            client.send(
                    client.request(target, "Authorization", Client.newUser(), "If-Match", "\"3\"")
                            .method("PATCH", HttpRequest.BodyPublishers.ofString("{\"ä\": 1}")));

            var arrived = backend.onlyArrival();
            assertThat(arrived.method()).isEqualTo("PATCH");
            assertThat(arrived.target()).isEqualTo(target);
            assertThat(arrived.header("if-match")).isEqualTo("\"3\"");
            assertThat(arrived.body()).isEqualTo("{\"ä\": 1}");
        }
    }

    @Test
    void theTokenGoesOnToTheService() throws Exception {
        try (var backend = Backend.named("rules");
                var client = Client.of(backend)) {
            var user = Client.newUser();

            client.send(client.request("/api/v1/rules", "Authorization", user));

            assertThat(backend.onlyArrival().header("authorization")).isEqualTo(user);
        }
    }

    @Test
    void aTraceGoesOnUnderItsId() throws Exception {
        try (var backend = Backend.named("rules");
                var client = Client.of(backend)) {
            var id = "0af7651916cd43dd8448eb211c80319c";

            var response =
                    client.get("/api/v1/rules", "traceparent", "00-" + id + "-b7ad6b7169203331-01");

            assertThat(backend.onlyArrival().header("traceparent"))
                    .matches("00-" + id + "-[0-9a-f]{16}-01");
            assertThat(response.headers().firstValue("X-Trace-Id")).hasValue(id);
        }
    }

    @Test
    void aTraceBeginsHereWhenTheClientHasNone() throws Exception {
        try (var backend = Backend.named("rules");
                var client = Client.of(backend)) {

            var response = client.get("/api/v1/rules", "traceparent", "00-nonsense");

            var id = response.headers().firstValue("X-Trace-Id").orElseThrow();
            assertThat(backend.onlyArrival().header("traceparent"))
                    .matches("00-" + id + "-[0-9a-f]{16}-01");
        }
    }

    @Test
    void clientsCannotSayWhoTheyAreOrPretendToBeAService() throws Exception {
        try (var backend = Backend.named("rules");
                var client = Client.of(backend)) {

            client.get(
                    "/api/v1/rules",
                    "X-Forwarded-For",
                    "203.0.113.9",
                    "X-Forwarded-Host",
                    "evil.example",
                    "X-Forwarded-Proto",
                    "https",
                    "Forwarded",
                    "for=203.0.113.9",
                    "X-Real-IP",
                    "203.0.113.9",
                    "X-Service-Secret",
                    "guess");

            var arrived = backend.onlyArrival();
            assertThat(arrived.header("x-forwarded-for")).isEqualTo("127.0.0.1");
            assertThat(arrived.header("x-forwarded-host")).isEqualTo("127.0.0.1:" + client.port());
            assertThat(arrived.header("x-forwarded-proto")).isEqualTo("http");
            assertThat(arrived.headers())
                    .doesNotContainKeys("forwarded", "x-real-ip", "x-service-secret");
        }
    }

    @Test
    void aTrustedProxyIsBelieved() throws Exception {
        try (var backend = Backend.named("rules");
                var client = Client.of(backend, "gateway.trusted-proxies", "127.0.0.0/8")) {

            client.get(
                    "/api/v1/rules",
                    "X-Forwarded-For",
                    "198.51.100.1, 203.0.113.9, 127.0.0.2",
                    "X-Forwarded-Host",
                    "hub.example",
                    "X-Forwarded-Proto",
                    "https");

            var arrived = backend.onlyArrival();
            assertThat(arrived.header("x-forwarded-for")).isEqualTo("203.0.113.9");
            assertThat(arrived.header("x-forwarded-host")).isEqualTo("hub.example");
            assertThat(arrived.header("x-forwarded-proto")).isEqualTo("https");
        }
    }

    @Test
    void aProblemOfAServicePassesUnchanged() throws Exception {
        var problem =
                "{\"type\":\"urn:streamwire:problem:device_disarmed\",\"title\":\"Conflict\",\"status\":409,\"code\":\"device_disarmed\",\"detail\":\"Arm"
                        + " it first.\",\"trace_id\":\"x\"}";
        try (var backend =
                        Backend.start((_, response) ->
                                response.status(Status.CONFLICT_409)
                                        .header(
                                                HeaderNames.CONTENT_TYPE,
                                                "application/problem+json")
                                        .send(problem));
                var client = Client.of(backend)) {

            var response = client.post("/api/v1/devices/0198/command", "{}");

            assertThat(response.statusCode()).isEqualTo(409);
            assertThat(response.headers().firstValue("Content-Type"))
                    .hasValue("application/problem+json");
            assertThat(response.body()).isEqualTo(problem);
        }
    }

    @Test
    void headersOfAServicePassButThoseOfItsConnection() throws Exception {
        try (var backend =
                        Backend.start((_, response) -> {
                            response.header(HeaderNames.ETAG, "\"7\"")
                                    .header(HeaderNames.SET_COOKIE, "a=1", "b=2")
                                    .header(HeaderNames.CONNECTION, "X-Private")
                                    .header(HeaderNames.create("X-Private"), "1")
                                    .send("body");
                        });
                var client = Client.of(backend)) {

            var headers = client.get("/api/v1/rules").headers();

            assertThat(headers.firstValue("ETag")).hasValue("\"7\"");
            assertThat(headers.allValues("Set-Cookie")).containsExactly("a=1", "b=2");
            assertThat(headers.firstValue("X-Private")).isEmpty();
            assertThat(headers.firstValue("Content-Length")).hasValue("4");
        }
    }

    @Test
    void everyAnswerTellsBrowsersToBeCareful() throws Exception {
        try (var backend = Backend.named("rules");
                var client = Client.of(backend)) {

            for (var path : List.of("/", "/api/v1/rules", "/nowhere")) {
                var headers = client.get(path, "Origin", "https://evil.example").headers();

                assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
                assertThat(headers.firstValue("Referrer-Policy")).hasValue("no-referrer");
                assertThat(headers.firstValue("X-Frame-Options")).hasValue("DENY");
                assertThat(headers.firstValue("Content-Security-Policy"))
                        .hasValue("default-src 'none'; frame-ancestors 'none'");
                assertThat(headers.firstValue("Cache-Control")).hasValue("no-store");
                assertThat(headers.map().keySet())
                        .noneMatch(
                                name -> name.toLowerCase(Locale.ROOT).startsWith("access-control"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void anAnswerWithoutABodyHasNone(int status) throws Exception {
        try (var backend =
                        Backend.start((_, response) ->
                                response.status(status).header(HeaderNames.ETAG, "\"1\"").send());
                var client = Client.of(backend)) {

            var response = client.get("/api/v1/rules");

            assertThat(response.statusCode()).isEqualTo(status);
            assertThat(response.body()).isEmpty();
            assertThat(response.headers().firstValue("ETag")).hasValue("\"1\"");
            assertThat(client.get("/api/v1/rules").statusCode()).isEqualTo(status);
        }
    }

    @Test
    void aRedirectIsPassedOnAndNotFollowed() throws Exception {
        try (var backend =
                        Backend.start((_, response) ->
                                response.status(Status.FOUND_302)
                                        .header(HeaderNames.LOCATION, "/api/v1/devices")
                                        .send());
                var client = Client.of(backend)) {

            var response = client.get("/api/v1/rules");

            assertThat(response.statusCode()).isEqualTo(302);
            assertThat(response.headers().firstValue("Location")).hasValue("/api/v1/devices");
            assertThat(backend.arrived()).hasSize(1);
        }
    }

    @Test
    void aStopIsPassedOnHoweverLargeItsBodyIs() throws Exception {
        try (var backend = Backend.named("devices");
                var client = Client.of(backend)) {

            var stopped = client.post("/api/v1/devices/stop", "x".repeat(200_000));

            assertThat(stopped.statusCode()).isEqualTo(200);
            assertThat(backend.arrived()).hasSize(1);
        }
    }

    @Test
    void anUnknownPathIsAProblem() throws Exception {
        try (var backend = Backend.named("any");
                var client = Client.of(backend)) {

            for (var path : List.of("/nowhere", "/api/v1", "/api/v1/rulesets", "/api/v2/rules")) {
                var response = client.get(path);

                assertThat(response.statusCode()).as(path).isEqualTo(404);
                assertThat(response.headers().firstValue("Content-Type"))
                        .hasValue("application/problem+json");
                assertThat(Client.json(response).get("code").asText()).isEqualTo("not_found");
            }
            assertThat(backend.arrived()).isEmpty();
        }
    }

    @Test
    void theRootNamesTheApi() throws Exception {
        try (var backend = Backend.named("any");
                var client = Client.of(backend)) {

            var response = client.send(client.request("/"));

            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(Client.json(response).at("/api/rules").asText()).isEqualTo("/api/v1/rules");
        }
    }
}
