package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.virtualboard.PinRecorder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every call about livestreams, through the gateway by its long form and on ingest's own port by
 * each form, by everybody who may and everybody who may not, against the hub's OpenAPI document.
 */
@Timeout(60)
@ExtendWith(SharedHub.class)
class LivestreamApiTest {

    private static final String LONG = "/api/v1/livestreams";
    private static final String SHORT = "/api/livestreams";
    private static final String BYTES = "application/octet-stream";

    /** Stands for a recording's file in a body. */
    private static final String FILE = "{file}";

    /** Under which each call that is repeated happens once. */
    private static final String KEY = "documented";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Who calls, the least first. */
    private static final List<String> ROLES = List.of("viewer", "moderator", "admin", "owner");

    private static final Map<String, String> TOKENS = new LinkedHashMap<>();
    private static UUID workspace;
    private static String strangersToken;
    private static String livestream;
    private static String ended;
    private static String event;
    private static String recording = "";
    private static String replay;
    private static byte[] file;
    private static JsonNode document;

    /** Succeeds once only. */
    private static final Call DELETE_RECORDING =
            new Call("DELETE", "/recordings/{rid}", false, "admin", "", 204, "");

    /**
     * One call.
     *
     * @param path below the prefix; {id} is a livestream of the workspace
     * @param bare whether it is also answered without a prefix
     * @param role the least that may
     * @param type of the answer
     */
    record Call(
            String method,
            String path,
            boolean bare,
            String role,
            String body,
            int status,
            String type) {

        static Call get(String path, boolean bare, String role, String type) {
            return new Call("GET", path, bare, role, "", 200, type);
        }

        static Call post(String path, boolean bare, String body, int status) {
            return new Call("POST", path, bare, "moderator", body, status, "application/json");
        }

        boolean ofOne() {
            return path.contains("{id}") || path.contains("{rid}");
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    static List<Call> calls() {
        var json = "application/json";
        var events = "text/event-stream";
        return List.of(
                Call.post("/connect", true, "{\"username\": \"documented\"}", 200),
                Call.post("/{id}/disconnect", false, "", 200),
                Call.post("/disconnect", true, "{\"livestream_id\": \"{ended}\"}", 200),
                Call.post("/simulate", true, "{\"type\": \"join\"}", 201),
                Call.get("", false, "viewer", json),
                Call.get("/{id}", false, "viewer", json),
                Call.get("/{id}/status", false, "viewer", json),
                Call.get("/status", true, "viewer", json),
                Call.get("/{id}/status/stream", false, "viewer", events),
                Call.get("/status/stream", true, "viewer", events),
                Call.get("/{id}/events", false, "viewer", events),
                Call.get("/events", true, "viewer", events),
                Call.get("/events/stored", false, "moderator", json),
                Call.get("/events/{event_id}", false, "viewer", json),
                Call.get("/{id}/events/export", false, "admin", "application/x-ndjson"),
                new Call("DELETE", "/viewers/{viewer}", false, "admin", "", 204, ""),
                Call.post("/{id}/recordings", false, "", 200),
                new Call("POST", "/recordings", false, "admin", FILE, 200, json),
                Call.get("/recordings", false, "viewer", json),
                Call.get("/recordings/{rid}", false, "viewer", json),
                Call.post("/recordings/{rid}/stop", false, "", 200),
                Call.get("/recordings/{rid}/download", false, "admin", BYTES),
                Call.get("/recordings/{rid}/events", false, "moderator", "application/x-ndjson"),
                Call.post("/recordings/{rid}/replay", false, "{\"speed\": 100}", 200),
                Call.get("/replays", false, "viewer", json),
                Call.get("/{id}/replay", false, "viewer", json));
    }

    @BeforeAll
    static void setUp() throws Exception {
        var owner = new ApiClient(SharedHub.hub().url());
        workspace = owner.register("documented", "a long password");
        for (var role : ROLES) {
            TOKENS.put(role, role.equals("owner") ? owner.accessToken() : member(owner, role));
        }
        var stranger = new ApiClient(SharedHub.hub().url());
        stranger.register("documented_stranger", "a long password");
        strangersToken = stranger.accessToken();
        SharedHub.liveRoom().room("documented");
        SharedHub.liveRoom().room("documented_once");
        livestream = connect(owner, "documented");
        ended = connect(owner, "documented_once");
        owner.post(LONG + "/" + ended + "/disconnect");
        event = stored(owner);
        file = sampleShow();
        recording = upload();
        owner.post(LONG + "/" + livestream + "/recordings");
        replay =
                owner.post(LONG + "/recordings/" + recording + "/replay", Map.of("speed", 100), KEY)
                        .path("livestream_id")
                        .asText();
        Wait.until(
                Duration.ofSeconds(60),
                "every service describes itself",
                () -> !owner.get("/api/v1/openapi.json").has("x-missing"));
        document = owner.get("/api/v1/openapi.json");
    }

    private static String connect(ApiClient owner, String username) {
        return owner.post(LONG + "/connect", Map.of("username", username)).path("id").asText();
    }

    /** A recording that every workspace has. */
    private static byte[] sampleShow() throws IOException, InterruptedException {
        var call = Call.get("/recordings/sample-show/download", false, "admin", BYTES);
        try (var answer = ask(call, forms(call).getFirst(), TOKENS.get("owner"), null)) {
            answer.assertStatus(call);
            return answer.body().readAllBytes();
        }
    }

    /** The id of a recording of the workspace's own. */
    private static String upload() throws IOException, InterruptedException {
        var call = new Call("POST", "/recordings", false, "admin", FILE, 201, "application/json");
        try (var answer = ask(call, forms(call).getFirst(), TOKENS.get("owner"), null)) {
            answer.assertStatus(call);
            return Json.read(answer.rest(), JsonNode.class).path("id").asText();
        }
    }

    /** The id of an event that can be read again. */
    private static String stored(ApiClient owner) {
        var id =
                owner.post(LONG + "/simulate", Map.of("type", "join"))
                        .path("events")
                        .path(0)
                        .asText();
        Wait.until(
                PATIENCE,
                "the event is stored",
                () -> owner.get(LONG + "/events/stored").toString().contains(id));
        return id;
    }

    private static String member(ApiClient owner, String role) {
        var name = "documented_" + role;
        var member = new ApiClient(SharedHub.hub().url());
        member.register(name, "a long password");
        owner.post(
                "/api/v1/workspaces/" + workspace + "/members",
                Map.of("email", ApiClient.email(name), "role", role));
        var again =
                member.post(
                        "/api/v1/auth/login",
                        Map.of("email", ApiClient.email(name), "password", "a long password"));
        return again.path("access_token").asText();
    }

    @Test
    void everyDocumentedCallIsAmongThese() {
        var documented = new TreeSet<String>();
        document.path("paths")
                .properties()
                .forEach(path -> {
                    if (path.getKey().startsWith(LONG)) {
                        path.getValue()
                                .fieldNames()
                                .forEachRemaining(method ->
                                        documented.add(
                                                method.toUpperCase(Locale.ROOT)
                                                        + " "
                                                        + path.getKey()));
                    }
                });

        assertThat(Stream.concat(calls().stream(), Stream.of(DELETE_RECORDING)))
                .extracting(call -> call.method() + " " + LONG + call.path())
                .containsExactlyInAnyOrderElementsOf(documented);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void whoMayIsAnsweredByEveryForm(Call call) throws Exception {
        for (var url : forms(call)) {
            for (var role : ROLES) {
                boolean may = ROLES.indexOf(role) >= ROLES.indexOf(call.role());
                try (var answer = ask(call, url, TOKENS.get(role), workspace)) {
                    if (may) {
                        answer.assertGood(call);
                    } else {
                        answer.assertProblem(call, 403, "role_too_low");
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("calls")
    void nobodyElseIsAnswered(Call call) throws Exception {
        for (var url : forms(call)) {
            try (var answer = ask(call, url, null, null)) {
                answer.assertProblem(call, 401, "token_missing");
            }
            try (var answer = ask(call, url, "no.token.atall", null)) {
                answer.assertProblem(call, 401, "token_invalid");
            }
            try (var answer = ask(call, url, strangersToken, workspace)) {
                answer.assertProblem(call, 403, "workspace_forbidden");
            }
            if (call.ofOne()) {
                try (var answer = ask(call, url, strangersToken, null)) {
                    answer.assertProblem(call, 404, "not_found");
                }
            }
        }
    }

    @Test
    void aRecordingIsDeletedOnceByEveryForm() throws Exception {
        for (int form = 0; form < forms(DELETE_RECORDING).size(); form++) {
            var url = forms(DELETE_RECORDING).get(form);
            nobodyElseIsAnswered(DELETE_RECORDING);
            for (var role : List.of("viewer", "moderator")) {
                try (var answer = ask(DELETE_RECORDING, url, TOKENS.get(role), workspace)) {
                    answer.assertProblem(DELETE_RECORDING, 403, "role_too_low");
                }
            }
            try (var answer = ask(DELETE_RECORDING, url, TOKENS.get("admin"), workspace)) {
                answer.assertGood(DELETE_RECORDING);
            }
            try (var answer = ask(DELETE_RECORDING, url, TOKENS.get("admin"), workspace)) {
                answer.assertProblem(DELETE_RECORDING, 404, "not_found");
            }
            recording = upload();
        }
    }

    @Test
    void anEventThatIsMadeUpMovesARealPinAndItsReceiptSaysSo() {
        var recorder = new PinRecorder();
        try (var streamer =
                Streamer.enter(
                        SharedHub.hub().url(),
                        SharedHub.hub().mqttUrl(),
                        SharedHub.liveRoom(),
                        "made_up",
                        Duration.ofMillis(20),
                        recorder)) {
            var made =
                    streamer.api()
                            .post(
                                    LONG + "/simulate",
                                    Map.of("type", "comment", "text", Streamer.SPIN),
                                    "once");

            var event = UUID.fromString(made.at("/events/0").asText());
            var spin = streamer.spin();
            var command = Ids.command(Ids.action(event, spin.ruleId(), 0), spin.deviceId());
            Wait.until(PATIENCE, "the pin has moved", () -> recorder.totals().switchedOn() == 1);
            Wait.until(
                    PATIENCE,
                    "the receipt is complete",
                    () ->
                            streamer.api()
                                    .get("/api/v1/receipts?event_id=" + event)
                                    .at("/items/0/state")
                                    .asText()
                                    .equals("done"));
            var receipt = streamer.api().get("/api/v1/receipts/" + command);
            assertThat(receipt.path("simulated").asBoolean()).isTrue();
            assertThat(receipt.path("rule_id").asText()).isEqualTo(spin.ruleId().toString());
            assertThat(recorder.totals().violations()).isZero();
        }
    }

    /** The address by each form that the contract names. */
    private static List<URI> forms(Call call) {
        var forms = new ArrayList<URI>();
        forms.add(SharedHub.hub().url().resolve(path(LONG, call)));
        forms.add(SharedHub.ingest().resolve(path(LONG, call)));
        forms.add(SharedHub.ingest().resolve(path(SHORT, call)));
        if (call.bare()) {
            forms.add(SharedHub.ingest().resolve(path("", call)));
        }
        return forms;
    }

    private static String path(String prefix, Call call) {
        return prefix
                + call.path()
                        .replace("{id}", id(call))
                        .replace("{rid}", recording)
                        .replace("{event_id}", event)
                        .replace("{viewer}", "7100");
    }

    private static String id(Call call) {
        return switch (call.path()) {
            case "/{id}/disconnect" -> ended; // which is done to it however often
            case "/{id}/replay" -> replay;
            default -> livestream;
        };
    }

    private static BodyPublisher body(Call call) {
        if (call.body().isEmpty()) {
            return BodyPublishers.noBody();
        }
        return call.body().equals(FILE)
                ? BodyPublishers.ofByteArray(file)
                : BodyPublishers.ofString(call.body().replace("{ended}", ended));
    }

    private static Answer ask(
            Call call, URI url, @Nullable String token, @Nullable UUID workspaceId)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(url).timeout(PATIENCE).method(call.method(), body(call));
        if (!call.body().isEmpty()) {
            request.header("Content-Type", call.body().equals(FILE) ? BYTES : "application/json");
        }
        if (call.method().equals("POST") && call.path().matches(".*/(recordings|replay)")) {
            request.header("Idempotency-Key", KEY);
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (workspaceId != null) {
            request.header("X-Workspace-Id", workspaceId.toString());
        }
        var response = HTTP.send(request.build(), BodyHandlers.ofInputStream());
        return new Answer(
                url,
                response,
                response.body(),
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
    }

    /** An answer whose body may go on for ever. */
    private record Answer(URI url, HttpResponse<?> response, InputStream body, BufferedReader lines)
            implements AutoCloseable {

        void assertStatus(Call call) {
            assertThat(response.statusCode()).as("%s", url).isEqualTo(call.status());
        }

        void assertGood(Call call) throws IOException {
            assertStatus(call);
            assertThat(type()).as("%s", url).isEqualTo(call.type());
            if (call.type().equals("text/event-stream")) {
                assertThat(lines.readLine()).isEqualTo(":");
            } else if (call.type().equals("application/json")) {
                assertThat(Json.read(rest(), JsonNode.class).isObject()).isTrue();
            }
        }

        void assertProblem(Call call, int status, String code) throws IOException {
            var problem = Json.read(rest(), JsonNode.class);
            assertThat(problem.path("code").asText()).as("%s %s", url, problem).isEqualTo(code);
            assertThat(response.statusCode()).isEqualTo(status);
            assertThat(type()).isEqualTo("application/problem+json");
            assertThat(problem.path("status").asInt()).isEqualTo(status);
            assertThat(problem.path("type").asText()).isEqualTo("urn:streamwire:problem:" + code);
            assertThat(problem.path("title").asText()).isNotEmpty();
            assertThat(problem.path("detail").asText()).isNotEmpty();
            assertThat(problem.path("trace_id").asText()).hasSize(32);
            assertThat(documented(call, status)).as("%s", call).contains(code);
        }

        private static List<String> documented(Call call, int status) {
            var codes = new ArrayList<String>();
            document.path("paths")
                    .path(LONG + call.path())
                    .path(call.method().toLowerCase(Locale.ROOT))
                    .path("responses")
                    .path(Integer.toString(status))
                    .findPath("enum")
                    .forEach(code -> codes.add(code.asText()));
            return codes;
        }

        private String type() {
            return response.headers().firstValue("Content-Type").orElse("");
        }

        private String rest() {
            return String.join("\n", lines.lines().toList());
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
