package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.config.Config;
import io.streamwire.auth.Auth;
import io.streamwire.bus.Bus;
import io.streamwire.bus.Script;
import io.streamwire.contract.Decision;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Stream;
import io.streamwire.embedded.Embedded;
import io.streamwire.ingest.Ingest;
import io.streamwire.rules.Rules;
import io.streamwire.service.Configuration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The sample show and one set of rules lead to the same decisions, however often, by whichever
 * instance, over restarts, and in a dry run as on the stream.
 */
@Timeout(240)
class GoldenReplayTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SAMPLE = "sample-show";

    /** Changes only when what rules do changes. */
    private static final String GOLDEN =
            "1eb1067fab398176792cc1d486b3110d8617356af2d7c6c312a450518c3dd9c4";

    private static final Script PUBLISH =
            new Script(
                    "publish-events",
                    """
                    for i = 1, #ARGV, 5 do
                      redis.call('XADD', KEYS[1], '*', 'id', ARGV[i], 'workspace_id', ARGV[i + 1],
                        'type', ARGV[i + 2], 'frame_us', ARGV[i + 3], 'body', ARGV[i + 4])
                    end
                    """);
    private static final Script RANGE =
            new Script("range-entries", "return redis.call('XRANGE', KEYS[1], '-', '+')");

    private static final Parts PARTS = new Parts();
    private static Bus bus;
    private static Config config;
    private static URI auth;
    private static URI ingest;
    private static int accounts;

    @BeforeAll
    static void start() {
        var embedded = PARTS.open("embedded", Embedded::startTemporary);
        var settings = new HashMap<>(HubOptions.anyFreePorts());
        settings.put("data-dir", embedded.dataDirectory().toString());
        settings.put("rules.max-event-age", "1h");
        var base = Configuration.load(settings, null);
        base = Configuration.with(base, Standalone.generated(base, embedded));
        var all = base;
        bus = PARTS.open("bus", () -> Bus.connect(Configuration.bus(all)));
        var accountsOf =
                PARTS.open("auth", () -> Auth.start(Standalone.on(embedded, "auth_db", all), bus));
        auth = local(accountsOf.port());
        var trusting =
                Configuration.with(all, Map.of("auth.jwks-url", auth + "/.well-known/jwks.json"));
        var events =
                PARTS.open(
                        "ingest",
                        () -> Ingest.start(Standalone.on(embedded, "tiktok_db", trusting), bus));
        ingest = local(events.port());
        config =
                Configuration.with(
                        Standalone.on(embedded, "rules_db", trusting),
                        Map.of("rules.ingest-url", ingest.toString()));
    }

    @AfterAll
    static void stop() {
        PARTS.close();
    }

    private static URI local(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    private static Rules rules(String instance) {
        return Rules.start(Configuration.with(config, Map.of("instance.id", instance)), bus);
    }

    /** An instance that may be stopped before the test ends. */
    private static final class Running implements AutoCloseable {
        private final String instance;
        private Rules rules;

        Running(String instance) {
            this.instance = instance;
            this.rules = rules(instance);
        }

        void restart() {
            rules.close();
            rules = rules(instance);
        }

        URI url() {
            return local(rules.port());
        }

        @Override
        public void close() {
            rules.close();
        }
    }

    /** A workspace of its own, so that nothing of another run is left in it. */
    private record Member(UUID workspaceId, String token) {
        static Member register() {
            var api = new ApiClient(auth);
            var workspaceId = api.register("golden_" + accounts++, "a long password");
            return new Member(workspaceId, api.accessToken());
        }

        ApiClient at(URI service) {
            var api = new ApiClient(service);
            api.signIn(token);
            return api;
        }
    }

    /** Rules with ids of their own, so that nothing about them is new in another run. */
    private static List<Map<String, Object>> drafts() {
        var definitions =
                List.of(
                        definition(
                                "Words",
                                Map.of("type", "comment", "contains", List.of("a", "e")),
                                "cooldown",
                                Map.of("global_ms", 700, "per_viewer_ms", 5_000)),
                        definition(
                                "Roses",
                                Map.of("type", "gift", "mode", "per_increment", "cap", 30),
                                "limits",
                                List.of(Map.of("uses", 9, "within_ms", 60_000, "per", "viewer"))),
                        definition(
                                "Large gifts",
                                Map.of("type", "gift", "min_diamonds", 100),
                                "cooldown",
                                Map.of("group", "lights", "group_ms", 8_000)),
                        definition(
                                "Followers",
                                Map.of("type", "follow"),
                                "cooldown",
                                Map.of("group", "lights", "group_ms", 2_000)),
                        definition(
                                "Guests",
                                Map.of("type", "join"),
                                "limits",
                                List.of(Map.of("uses", 20, "within_ms", 30_000, "per", "all"))));
        var drafts = new ArrayList<Map<String, Object>>();
        for (int i = 0; i < definitions.size(); i++) {
            var draft = new HashMap<>(definitions.get(i));
            draft.put("id", "01980000-0000-7000-8000-00000000000" + i);
            drafts.add(draft);
        }
        return drafts;
    }

    private static Map<String, Object> definition(
            String name, Map<String, ?> trigger, String more, Object value) {
        return Map.of(
                "name",
                name,
                "trigger",
                trigger,
                more,
                value,
                "actions",
                List.of(
                        Map.of(
                                "type",
                                "device",
                                "device_id",
                                "01980000-0000-7000-8000-00000000000d",
                                "command",
                                "motor_spin",
                                "args",
                                Map.of("level", 60, "ms", 800))));
    }

    private static JsonNode dryRun(Member member, Running instance) {
        return member.at(instance.url())
                .post("/api/v1/rules/dry-run", Map.of("rules", drafts(), "recording_id", SAMPLE));
    }

    @Test
    void dryRunsOfTheSampleShowHaveOneHash() {
        var member = Member.register();
        try (var one = new Running("one");
                var two = new Running("two")) {
            var first = dryRun(member, one);

            assertThat(first.at("/outcomes/fired").asInt()).isPositive();
            assertThat(first.path("outcomes").properties()).hasSizeGreaterThan(4);
            assertThat(first.path("hash").asText()).isEqualTo(GOLDEN);
            assertThat(dryRun(member, one)).isEqualTo(first);
            assertThat(dryRun(member, two)).isEqualTo(first);
            one.restart();
            assertThat(dryRun(member, one)).isEqualTo(first);
            assertThat(dryRun(Member.register(), two).path("hash")).isEqualTo(first.path("hash"));
        }
    }

    @Test
    void aReplayHasTheSameHashInEveryForm() {
        var member = Member.register();
        try (var one = new Running("one")) {
            var body = Json.write(Map.of("rules", drafts(), "recording_id", SAMPLE));

            var listed = Json.read(replay(member, one, "application/json", body), JsonNode.class);
            var lines = replay(member, one, "application/x-ndjson", body).lines().toList();

            var summary = Json.read(lines.getLast(), JsonNode.class);
            assertThat(listed.path("hash").asText()).isEqualTo(GOLDEN);
            assertThat(summary.path("hash").asText()).isEqualTo(GOLDEN);
            assertThat(sha256(lines.subList(0, lines.size() - 1))).isEqualTo(GOLDEN);
            assertThat(lines).hasSize(1 + listed.path("decided").asInt());
        }
    }

    private static String sha256(List<String> lines) {
        try {
            var all = String.join("\n", lines) + '\n';
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(all.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String replay(Member member, Running instance, String type, String body) {
        return exchange(
                HttpRequest.newBuilder(instance.url().resolve("/api/v1/rules/replay"))
                        .header("Authorization", "Bearer " + member.token())
                        .header("Content-Type", "application/json")
                        .header("Accept", type)
                        .POST(BodyPublishers.ofString(body)));
    }

    @Test
    void twoSetsOfRulesAreCompared() {
        var member = Member.register();
        var gentle = drafts();
        gentle.getFirst().put("cooldown", Map.of("global_ms", 1_400, "per_viewer_ms", 5_000));
        gentle.removeLast();
        try (var one = new Running("one")) {
            var compared =
                    member.at(one.url())
                            .post(
                                    "/api/v1/rules/diff",
                                    Map.of(
                                            "a",
                                            Map.of("rules", drafts()),
                                            "b",
                                            Map.of("rules", gentle),
                                            "recording_id",
                                            SAMPLE));

            assertThat(compared.at("/a/hash").asText()).isEqualTo(GOLDEN);
            assertThat(compared.at("/b/hash").asText()).isNotEqualTo(GOLDEN);
            assertThat(compared.path("only_in_b")).isEmpty();
            assertThat(compared.path("only_in_a"))
                    .isNotEmpty()
                    .allMatch(it -> name(it.path("rule_id").asText()).equals("Guests"));
            assertThat(compared.path("changed"))
                    .isNotEmpty()
                    .allMatch(it -> name(it.path("rule_id").asText()).equals("Words"));
            var counts = compared.path("counts");
            assertThat(counts.path("same").asInt())
                    .isPositive()
                    .isEqualTo(
                            compared.at("/a/decided").asInt()
                                    - counts.path("only_in_a").asInt()
                                    - counts.path("changed").asInt());
        }
    }

    @Test
    void storedEventsAreTriedToo() {
        var member = Member.register();
        try (var one = new Running("one")) {
            var simulating = member.at(ingest);
            simulating.post(
                    "/api/v1/livestreams/simulate",
                    Map.of("type", "comment", "text", "a word", "times", 30));
            Wait.until(
                    PATIENCE,
                    "all are stored",
                    () ->
                            simulating.get("/api/v1/livestreams/events/stored").path("items").size()
                                    == 30);

            var tried =
                    member.at(one.url())
                            .post("/api/v1/rules/dry-run", Map.of("rules", drafts(), "last", 20));

            assertThat(tried.path("events").asInt()).isEqualTo(20);
            assertThat(tried.at("/outcomes/fired").asInt()).isEqualTo(1);
            assertThat(tried.at("/outcomes/cooldown_global").asInt()).isEqualTo(19);
            assertThat(tried.at("/rules/0/name").asText()).isEqualTo("Words");
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        var api = Member.register();
        try (var one = new Running("one")) {
            var asking = api.at(one.url());
            assertThatThrownBy(() ->
                            asking.post("/api/v1/rules/dry-run", Map.of("recording_id", "none")))
                    .hasMessageContaining("404")
                    .hasMessageContaining("not_found");
            assertThatThrownBy(() -> asking.post("/api/v1/rules/dry-run", Map.of("last", 10_001)))
                    .hasMessageContaining("422")
                    .hasMessageContaining("/last");
            assertThatThrownBy(() ->
                            asking.post(
                                    "/api/v1/rules/dry-run",
                                    Map.of("rules", List.of(Map.of("name", "")), "last", 1)))
                    .hasMessageContaining("rule_invalid")
                    .hasMessageContaining("/rules/0/trigger");
            assertThatThrownBy(() ->
                            asking.post(
                                    "/api/v1/rules/dry-run",
                                    Map.of("rule_ids", List.of(Ids.next().toString()))))
                    .hasMessageContaining("rule_not_found");
        }
    }

    @Test
    void theStreamIsDecidedAsTheDryRunSaidWhoeverDecides() {
        try (var one = new Running("one")) {
            var expected = expected(one);

            assertThat(live(one, _ -> {})).isEqualTo(expected);
            try (var _ = new Running("two")) {
                assertThat(live(one, _ -> {})).isEqualTo(expected);
                assertThat(live(one, Running::restart)).isEqualTo(expected);
            }
        }
    }

    /** What is the same of a decision in every workspace. */
    private record Decided(UUID event, String rule, String outcome, long remainingMs) {}

    private static List<Decided> expected(Running instance) {
        var decided = new ArrayList<Decided>();
        dryRun(Member.register(), instance)
                .path("decisions")
                .forEach(it ->
                        decided.add(
                                new Decided(
                                        UUID.fromString(it.path("event_id").asText()),
                                        name(it.path("rule_id").asText()),
                                        it.path("outcome").asText(),
                                        it.path("remaining_ms").asLong())));
        return decided;
    }

    private static String name(String draftId) {
        return drafts().stream()
                .filter(draft -> draftId.equals(draft.get("id")))
                .map(draft -> String.valueOf(draft.get("name")))
                .findFirst()
                .orElseThrow();
    }

    /**
     * What is decided when the show happens, in a workspace that has the rules.
     *
     * @param middle what happens when half of the events are published
     */
    private static List<Decided> live(Running instance, Consumer<Running> middle) {
        var member = Member.register();
        var names = new HashMap<UUID, String>();
        for (var draft : drafts()) {
            draft.remove("id");
            var rule = member.at(instance.url()).post("/api/v1/rules", draft);
            names.put(ApiClient.id(rule), rule.path("name").asText());
        }
        var expected =
                member.at(instance.url())
                        .post("/api/v1/rules/dry-run", Map.of("recording_id", SAMPLE))
                        .path("decided")
                        .asInt();
        awaitRules(member, instance);
        var events = show(member);
        publish(member, events.subList(0, events.size() / 2));
        middle.accept(instance);
        publish(member, events.subList(events.size() / 2, events.size()));
        Wait.until(
                PATIENCE,
                "everything is decided",
                () -> decisions(member, names.keySet()).size() >= expected);
        return decisions(member, names.keySet()).stream()
                .map(it ->
                        new Decided(
                                it.eventId(),
                                String.valueOf(names.get(it.ruleId())),
                                it.outcome(),
                                it.remainingMs() == null ? 0 : it.remainingMs()))
                .toList();
    }

    /** All are in force when the last one is, which listens to nothing in the show. */
    private static void awaitRules(Member member, Running instance) {
        var api = member.at(instance.url());
        var probe =
                ApiClient.id(
                        api.post(
                                "/api/v1/rules",
                                definition(
                                        "Probe",
                                        Map.of("type", "comment", "equals", "123"),
                                        "enabled",
                                        true)));
        var simulating = member.at(ingest);
        Wait.until(
                PATIENCE,
                "the rules are in force",
                () -> {
                    simulating.post(
                            "/api/v1/livestreams/simulate",
                            Map.of("type", "comment", "text", "123"));
                    return !decisions(member, Set.of(probe)).isEmpty();
                });
    }

    /** The events of the show, as if it had just ended. */
    private static List<LiveEvent> show(Member member) {
        var recorded =
                recorded(member).lines().map(line -> Json.read(line, LiveEvent.class)).toList();
        var later =
                Duration.ofMillis(
                        Instant.now().toEpochMilli()
                                - recorded.getLast().receivedAt().toEpochMilli());
        return recorded.stream().map(event -> later(event, later)).toList();
    }

    private static String recorded(Member member) {
        var path = "/api/v1/livestreams/recordings/" + SAMPLE + "/events";
        return exchange(
                HttpRequest.newBuilder(ingest.resolve(path))
                        .header("Authorization", "Bearer " + member.token()));
    }

    private static String exchange(HttpRequest.Builder request) {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static LiveEvent later(LiveEvent event, Duration later) {
        return new LiveEvent(
                event.id(),
                event.livestreamId(),
                event.workspaceId(),
                event.msgId(),
                event.ts().plus(later),
                event.receivedAt().plus(later),
                event.historical(),
                event.simulated(),
                event.user(),
                event.payload());
    }

    private static void publish(Member member, List<LiveEvent> events) {
        var args = new ArrayList<String>();
        for (var event : events) {
            args.add(event.id().toString());
            args.add(member.workspaceId().toString());
            args.add(event.type());
            args.add(Long.toString(Hops.micros(event.receivedAt())));
            args.add(Json.write(event));
        }
        var partition = bus.partition(member.workspaceId());
        bus.call(PUBLISH, List.of(Stream.EVENTS.key(partition)), args).join();
    }

    private static List<Decision> decisions(Member member, Set<UUID> rules) {
        var key = Stream.DECISIONS.key(bus.partition(member.workspaceId()));
        var decisions = new ArrayList<Decision>();
        for (var value : bus.call(RANGE, List.of(key), List.of()).join().values()) {
            if (value instanceof List<?> entry && entry.get(1) instanceof List<?> fields) {
                var body = String.valueOf(fields.get(fields.indexOf("body") + 1));
                var decision = Json.read(body, Decision.class);
                if (rules.contains(decision.ruleId())) {
                    decisions.add(decision);
                }
            }
        }
        return decisions;
    }
}
