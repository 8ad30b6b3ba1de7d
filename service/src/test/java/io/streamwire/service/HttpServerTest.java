package io.streamwire.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.common.testing.http.junit5.SocketHttpClient;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webclient.api.ClientResponseTyped;
import io.helidon.webclient.http1.Http1Client;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.testing.junit5.ServerTest;
import io.helidon.webserver.testing.junit5.SetUpServer;
import io.streamwire.contract.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@ServerTest
class HttpServerTest {

    private static final String SECRET = "a secret of thirty-two characters";
    private static final UUID MINE = UUID.fromString("0198c000-0000-7000-8000-000000000001");
    private static final UUID FOREIGN = UUID.fromString("0198c000-0000-7000-8000-000000000002");
    private static final SigningKey KEY = SigningKey.generate("k1");

    private final Http1Client client;
    private final SocketHttpClient socket;

    HttpServerTest(Http1Client client, SocketHttpClient socket) {
        this.client = client;
        this.socket = socket;
    }

    @SetUpServer
    static void setUp(WebServerConfig.Builder server) {
        var config =
                Configuration.load(
                        Map.of(
                                "auth.port", "0",
                                "service.secret", SECRET,
                                "http.max-body", "1KiB"),
                        Map.of(),
                        null);
        var routes = HttpServer.routes("auth", List.of(HttpServerTest::routes));
        HttpServer.configure(
                server,
                config,
                "auth",
                TokenVerifier.trusting(KEY),
                Credentials.AUTHORIZATION,
                routes,
                Optional.empty(),
                Optional.empty());
        server.addConnectionSelector(HttpServer.http(Optional.empty()));
    }

    private record Thing(String name, @Nullable Integer level) {}

    private static void routes(Routes routes) {
        var things = routes.at("/api/v1/things", "/things");
        things.post(
                "/",
                Permission.DEVICES_CHANGE,
                (request, response) ->
                        Body.created(response, "/things/1", Body.read(request, Thing.class)));
        things.get(
                "/{id}",
                Permission.DEVICES_READ,
                (request, response) -> {
                    Versions.etag(response, 3);
                    Body.send(response, Map.of("id", Paths.uuid(request, "id")));
                });
        things.upload(
                "/image",
                Permission.PUBLIC,
                (request, response) ->
                        Body.send(response, request.content().as(byte[].class).length),
                4_096);
        things.get("/special", Permission.PUBLIC, (_, response) -> Body.send(response, "special"));
        things.put(
                "/{id}",
                Permission.DEVICES_READ,
                (request, response) -> Body.send(response, Versions.required(request)));
        things.get(
                "/",
                Permission.SIGNED_IN,
                (request, response) ->
                        Body.send(
                                response,
                                Listing.cut(
                                        Page.of(request), List.of("a", "b", "c"), item -> item)));
        routes.get(
                "/caller",
                Permission.DEVICES_READ,
                (request, response) -> Body.send(response, Caller.of(request)));
        routes.get(
                "/of/{workspace_id}",
                Permission.WORKSPACE_READ,
                (request, response) -> Body.send(response, Caller.of(request)));
        routes.post("/stop", Permission.DEVICES_STOP, (_, response) -> Body.send(response, "ok"));
        routes.get("/inside", Permission.SERVICE, (_, response) -> Body.send(response, "inside"));
        routes.get(
                "/broken",
                Permission.PUBLIC,
                (_, _) -> {
                    throw new IllegalStateException("the cause is not told");
                });
    }

    @Test
    void anAnswerCarriesTheTraceAndProtectiveHeaders() {
        var answer =
                client.get("/things/special")
                        .header(
                                Trace.PARENT,
                                "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01")
                        .request(String.class);

        assertThat(answer.entity()).isEqualTo("\"special\"");
        assertThat(answer.headers().first(Trace.ID)).contains("0123456789abcdef0123456789abcdef");
        assertThat(answer.headers().first(HeaderNames.create("X-Content-Type-Options")))
                .contains("nosniff");
    }

    @Test
    void anAnswerWithoutATraceBeginsOne() {
        var answer = client.get("/health/live").request(String.class);

        assertThat(answer.headers().first(Trace.ID).orElseThrow()).matches("[0-9a-f]{32}");
        assertThat(answer.entity()).isEqualTo("{\"service\":\"auth\",\"status\":\"up\"}");
    }

    @Test
    void aPathThatNoRouteHasIsNotFound() {
        var answer = client.get("/nothing").request(String.class);

        assertProblem(answer, 404, "not_found");
    }

    @Test
    void aMethodThatThePathDoesNotTakeNamesThoseThatItDoes() {
        var answer = client.delete("/api/v1/things").request(String.class);

        assertProblem(answer, 405, "method_not_allowed");
        assertThat(answer.headers().first(HeaderNames.ALLOW)).contains("GET, POST");
    }

    @Test
    void aRouteThatNeedsATokenSaysSo() {
        var answer = client.get("/things").request(String.class);

        assertProblem(answer, 401, "token_missing");
        assertThat(answer.headers().first(HeaderNames.WWW_AUTHENTICATE)).contains("Bearer");
    }

    @Test
    void aBadTokenIsRefused() {
        var answer =
                client.get("/things")
                        .header(HeaderNames.AUTHORIZATION, "Bearer abc")
                        .request(String.class);

        assertProblem(answer, 401, "token_invalid");
    }

    @Test
    void aTokenThatHasExpiredStillStops() {
        var end = Instant.now().minusSeconds(3_600);
        var expired =
                KEY.sign(
                        new AccessToken(
                                MINE,
                                MINE,
                                MINE,
                                Map.of(MINE, Role.VIEWER),
                                end.minusSeconds(600),
                                end));
        var bearer = "Bearer " + expired;

        var stop =
                client.post("/stop")
                        .header(HeaderNames.AUTHORIZATION, bearer)
                        .request(String.class);
        var read =
                client.get("/caller")
                        .header(HeaderNames.AUTHORIZATION, bearer)
                        .request(String.class);

        assertThat(stop.entity()).isEqualTo("\"ok\"");
        assertProblem(read, 401, "token_invalid");
    }

    @Test
    void aRoleThatIsTooLowIsRefused() {
        var answer = as(Role.MODERATOR, Method.POST, "/things", "{\"name\":\"lamp\"}");

        assertProblem(answer, 403, "role_too_low");
    }

    @Test
    void theWorkspaceIsTheTokensDefault() {
        var answer = as(Role.VIEWER, Method.GET, "/caller", null);

        assertThat(json(answer).path("workspace_id").asText()).isEqualTo(MINE.toString());
        assertThat(json(answer).path("role").asText()).isEqualTo("viewer");
    }

    @Test
    void anotherWorkspaceInTheHeaderIsForbidden() {
        var answer =
                client.get("/caller")
                        .header(HeaderNames.AUTHORIZATION, "Bearer " + token(Role.OWNER))
                        .header(HeaderNames.create("X-Workspace-Id"), FOREIGN.toString())
                        .request(String.class);

        assertProblem(answer, 403, "workspace_forbidden");
    }

    @Test
    void aMalformedWorkspaceInTheHeaderIsForbidden() {
        var answer =
                client.get("/caller")
                        .header(HeaderNames.AUTHORIZATION, "Bearer " + token(Role.OWNER))
                        .header(HeaderNames.create("X-Workspace-Id"), "mine")
                        .request(String.class);

        assertProblem(answer, 403, "workspace_forbidden");
    }

    @Test
    void anotherWorkspaceInThePathIsNotFound() {
        assertThat(as(Role.VIEWER, Method.GET, "/of/" + MINE, null).status().code()).isEqualTo(200);
        assertProblem(as(Role.OWNER, Method.GET, "/of/" + FOREIGN, null), 404, "not_found");
    }

    @Test
    void onlyServicesKnowTheSecret() {
        var name = HeaderNames.create("X-Service-Secret");

        assertProblem(
                client.get("/inside").header(name, "guess").request(String.class),
                403,
                "service_only");
        assertThat(client.get("/inside").header(name, SECRET).request(String.class).entity())
                .isEqualTo("\"inside\"");
    }

    @Test
    void literalPathsComeBeforeParameters() {
        assertThat(client.get("/api/v1/things/special").request(String.class).status().code())
                .isEqualTo(200);
    }

    @Test
    void aMalformedIdIsNotFound() {
        assertProblem(as(Role.VIEWER, Method.GET, "/things/42", null), 404, "not_found");
    }

    @Test
    void malformedJsonIsExplained() {
        var answer = as(Role.ADMIN, Method.POST, "/things", "{\"name\":");

        assertProblem(answer, 400, "malformed_json");
        assertThat(json(answer).at("/errors/0/pointer").asText()).isEmpty();
    }

    @Test
    void anUnknownFieldIsRefusedWithItsPointer() {
        var answer = as(Role.ADMIN, Method.POST, "/things", "{\"name\":\"lamp\",\"colour\":1}");

        assertProblem(answer, 400, "malformed_json");
        assertThat(json(answer).at("/errors/0/pointer").asText()).isEqualTo("/colour");
    }

    @Test
    void aBodyOfAnotherTypeIsRefused() {
        var answer =
                client.post("/things")
                        .header(HeaderNames.AUTHORIZATION, "Bearer " + token(Role.ADMIN))
                        .header(HeaderNames.CONTENT_TYPE, "text/plain")
                        .submit("{}", String.class);

        assertProblem(answer, 415, "not_json");
    }

    @Test
    void aMissingBodyIsRefused() {
        assertProblem(as(Role.ADMIN, Method.POST, "/things", null), 400, "malformed_json");
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() {
        var answer =
                as(Role.ADMIN, Method.POST, "/things", "{\"name\":\"" + "x".repeat(2_000) + "\"}");

        assertProblem(answer, 413, "body_too_large");
    }

    @Test
    void aChunkedBodyThatIsTooLargeIsRefused() {
        var chunk = "400\r\n" + "x".repeat(0x400) + "\r\n";

        socket.requestRaw(
                "POST /things HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer "
                        + token(Role.ADMIN)
                        + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + chunk
                        + chunk
                        + "0\r\n\r\n");

        assertThat(socket.receive()).startsWith("HTTP/1.1 413").contains("body_too_large");
    }

    @Test
    void anUploadMayBeLargerUpToItsOwnLimit() {
        var good = client.post("/things/image").submit(new byte[4_096], String.class);
        assertThat(good.entity()).isEqualTo("4096");

        var answer = client.post("/things/image").submit(new byte[4_097], String.class);
        assertProblem(answer, 413, "body_too_large");
    }

    @Test
    void whatIsNotHttpIsAProblemToo() {
        socket.requestRaw("GET /things?a=<b HTTP/1.1\r\nHost h\r\n\r\n");

        assertThat(socket.receive())
                .startsWith("HTTP/1.1 400")
                .contains(Problem.MEDIA_TYPE)
                .contains("\"code\":\"bad_request\"");
    }

    @Test
    void aConnectionThatTheClientWantsClosedIsClosed() {
        socket.requestRaw("GET /health/live HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        assertThat(socket.receive()).startsWith("HTTP/1.1 200");
        socket.assertConnectionIsClosed();
    }

    @Test
    void anErrorOnAConnectionThatTheClientWantsClosedClosesItToo() {
        socket.requestRaw("GET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        assertThat(socket.receive()).startsWith("HTTP/1.1 404").contains("\"trace_id\"");
        socket.assertConnectionIsClosed();
    }

    @Test
    void anUnexpectedExceptionTellsNothing() {
        var answer = client.get("/broken").request(String.class);

        assertProblem(answer, 500, "internal_error");
        assertThat(answer.entity()).doesNotContain("the cause");
        assertThat(json(answer).path("trace_id").asText())
                .isEqualTo(answer.headers().first(Trace.ID).orElseThrow());
    }

    @Test
    void aChangeMustNameItsVersion() {
        var path = "/things/" + MINE;

        assertProblem(change(path, null), 428, "version_required");
        assertProblem(change(path, "\"other\""), 412, "version_mismatch");
        assertThat(change(path, "\"3\"").entity()).isEqualTo("3");
    }

    @Test
    void listsArePaged() {
        var first = json(as(Role.VIEWER, Method.GET, "/things?limit=2", null));

        assertThat(first.path("items")).hasSize(2);
        assertThat(first.path("next_cursor").asText()).isEqualTo(Page.encoded("b"));
        assertProblem(as(Role.VIEWER, Method.GET, "/things?limit=201", null), 400, "bad_limit");
        assertProblem(as(Role.VIEWER, Method.GET, "/things?cursor=!", null), 400, "bad_cursor");
    }

    private ClientResponseTyped<String> change(String path, @Nullable String version) {
        var request =
                client.put(path).header(HeaderNames.AUTHORIZATION, "Bearer " + token(Role.ADMIN));
        if (version != null) {
            request.header(HeaderNames.IF_MATCH, version);
        }
        return request.request(String.class);
    }

    private ClientResponseTyped<String> as(
            Role role, Method method, String path, @Nullable String body) {
        var uri = path.split("\\?", 2);
        var request =
                client.method(method)
                        .path(uri[0])
                        .header(HeaderNames.AUTHORIZATION, "Bearer " + token(role));
        if (uri.length > 1) {
            var parameter = uri[1].split("=", 2);
            request.queryParam(parameter[0], parameter[1]);
        }
        if (body == null) {
            return request.request(String.class);
        }
        return request.header(HeaderNames.CONTENT_TYPE, "application/json")
                .submit(body, String.class);
    }

    private static String token(Role role) {
        return KEY.sign(Tokens.of(MINE, role, Duration.ofMinutes(10)));
    }

    private static JsonNode json(ClientResponseTyped<String> answer) {
        return Json.read(answer.entity(), JsonNode.class);
    }

    private static void assertProblem(ClientResponseTyped<String> answer, int status, String code) {
        assertThat(answer.status().code()).as(answer.entity()).isEqualTo(status);
        assertThat(answer.headers().first(HeaderNames.CONTENT_TYPE)).contains(Problem.MEDIA_TYPE);
        var problem = json(answer);
        assertThat(problem.path("code").asText()).isEqualTo(code);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("type").asText()).isEqualTo("urn:streamwire:problem:" + code);
        assertThat(problem.path("trace_id").asText()).matches("[0-9a-f]{32}");
    }
}
