package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.bus.Bus;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.Decision;
import io.streamwire.contract.DeviceEvent.CommandChanged;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.LiveEvent.TimePassed;
import io.streamwire.contract.LiveEvent.ViewersCounted;
import io.streamwire.contract.Viewer;
import io.streamwire.service.Configuration;
import io.streamwire.service.Role;
import io.streamwire.service.SigningKey;
import io.streamwire.service.TokenVerifier;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole service on real parts; every test has a workspace of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnalyticsTest {

    private static final String ANALYTICS = "/api/v1/rules/analytics";

    private final SigningKey key = SigningKey.generate("test");
    private final Bus bus = Servers.bus();
    private final Rules rules =
            Rules.start(
                    Configuration.load(
                            Map.of(
                                    "rules.port", "0",
                                    "rules.refresh", "100ms",
                                    "database.url", Servers.EMBEDDED.jdbcUrl("rules_db"),
                                    "database.user", Servers.EMBEDDED.databaseUser(),
                                    "database.password", Servers.EMBEDDED.databasePassword()),
                            null),
                    bus,
                    TokenVerifier.trusting(key));

    private LiveEvents events = new LiveEvents();
    private Streams streams = new Streams(bus, events.workspaceId());
    private Client admin = client(Role.ADMIN, events.workspaceId());

    @BeforeEach
    void enter() {
        events = new LiveEvents();
        streams = new Streams(bus, events.workspaceId());
        admin = client(Role.ADMIN, events.workspaceId());
    }

    @AfterAll
    void stop() {
        rules.close();
        bus.close();
    }

    @Test
    void everyEventIsCounted() {
        streams.publish(
                events.comment("one"),
                events.comment("two"),
                events.historicalComment("of before"),
                events.comment(LiveEvents.BEN, "three"),
                events.gift("Rose", 5, 1, 1, Streak.STARTED),
                events.gift("Rose", 5, 3, 2, Streak.RUNNING),
                events.gift("Rose", 5, 3, 0, Streak.ENDED),
                events.by(LiveEvents.BEN, new Liked(15, 100, 15, null, null)),
                events.by(Viewer.NOBODY, new ViewersCounted(120, 300, null)),
                events.by(Viewer.NOBODY, new ViewersCounted(80, 310, 120L)),
                events.by(Viewer.NOBODY, new TimePassed(60, 30)));

        var report = reportWhen(ANALYTICS, counted -> events(counted) >= 10);

        assertThat(report.get("totals"))
                .isEqualTo(
                        json(
                                """
                                {"events": 10, "gifts": 3, "diamonds": 15, "likes": 15,
                                 "viewers": 2, "peak_viewers": 120, "fired": 0, "stopped": 0}
                                """));
        assertThat(report.get("by_type"))
                .containsExactlyInAnyOrder(
                        json("{\"type\": \"tiktok.comment\", \"events\": 4}"),
                        json("{\"type\": \"tiktok.gift\", \"events\": 3}"),
                        json("{\"type\": \"tiktok.viewers\", \"events\": 2}"),
                        json("{\"type\": \"tiktok.like\", \"events\": 1}"));
        assertThat(sum(report.get("series"), "diamonds")).isEqualTo(15);
        var anna =
                json(
                        """
                        {"viewer_id": "7000000000000000001", "handle": "anna", "nickname": "Anna",
                         "events": 6, "gifts": 3, "diamonds": 15, "likes": 0, "actions": 0}
                        """);
        var ben =
                json(
                        """
                        {"viewer_id": "7000000000000000002", "handle": "ben", "nickname": "Ben",
                         "events": 2, "gifts": 0, "diamonds": 0, "likes": 15, "actions": 0}
                        """);
        assertThat(report.get("top_viewers")).containsExactly(anna, ben);
        assertThat(report.get("top_gifters")).containsExactly(anna);
        assertThat(report.get("top_gifts"))
                .containsExactly(
                        json(
                                """
                                {"gift_id": 5655, "name": "Rose", "gifts": 3, "diamonds": 15}
                                """));
        assertThat(admin.get("/analytics").body().get("totals")).isEqualTo(report.get("totals"));
        assertThat(admin.get("/rules/analytics?bucket=minute").body().get("totals"))
                .isEqualTo(report.get("totals"));
        assertThat(admin.get("/rules/analytics?bucket=day").body().get("totals"))
                .isEqualTo(report.get("totals"));
    }

    @Test
    void oneLivestreamIsToldByItself() {
        var other = new LiveEvents(events.workspaceId(), Ids.next());
        streams.publish(events.comment("here"), other.comment("there"), other.comment("there"));
        reportWhen(ANALYTICS, counted -> events(counted) >= 3);

        var report = admin.get(ANALYTICS + "?livestream_id=" + other.livestreamId()).body();

        assertThat(events(report)).isEqualTo(2);
        assertThat(report.at("/top_viewers/0/events").asLong()).isEqualTo(2);
        assertThat(report.has("by_rule")).isFalse();
        assertThat(report.has("latency")).isFalse();
        assertThat(report.get("totals").has("fired")).isFalse();
    }

    @Test
    void aLateEventCountsInItsOwnMinute() {
        var now = Instant.now();
        var late = now.minus(Duration.ofHours(3));
        streams.publish(
                happened(events.comment("late"), late),
                happened(events.comment("too late"), now.minus(Duration.ofHours(25))),
                happened(events.comment("too early"), now.plus(Duration.ofHours(1))));

        var place = ANALYTICS + "?bucket=minute&from=" + encoded(now.minus(Duration.ofHours(4)));
        var series = reportWhen(place, counted -> events(counted) >= 3).get("series");

        assertThat(series.get(0).get("at").asText())
                .isEqualTo(iso(late.truncatedTo(ChronoUnit.MINUTES)));
        assertThat(series.get(0).get("events").asLong()).isEqualTo(1);
        assertThat(Instant.parse(series.get(1).get("at").asText()))
                .isAfterOrEqualTo(now.truncatedTo(ChronoUnit.MINUTES));
        assertThat(sum(series, "events")).isEqualTo(3);
    }

    @Test
    void whatIsSimulatedCountsApart() {
        streams.publish(simulated(events.comment("made up")), events.comment("real"));

        var real = reportWhen(ANALYTICS, counted -> events(counted) >= 1);
        var simulated = reportWhen(ANALYTICS + "?simulated=true", counted -> events(counted) >= 1);

        assertThat(events(real)).isEqualTo(1);
        assertThat(events(simulated)).isEqualTo(1);
        assertThat(simulated.get("simulated").asBoolean()).isTrue();
    }

    @Test
    void whatRulesDidIsCountedByRuleAndReason() {
        var free = rule("Free", 0);
        var resting = rule("Resting", 3_600_000);
        awaitRules(free, resting);
        streams.publish(events.comment("spin"), events.comment("spin"));
        var last = events.comment("spin");
        streams.publish(last);
        Await.until(() ->
                streams.decisions().stream()
                                .filter(decision -> decision.eventId().equals(last.id()))
                                .count()
                        == 2);
        var decisions = streams.decisions();

        var report =
                reportWhen(
                        ANALYTICS,
                        counted ->
                                counted.at("/totals/fired").asLong()
                                                        + counted.at("/totals/stopped").asLong()
                                                >= decisions.size()
                                        && counted.at("/latency/decided/count").asLong()
                                                >= streams.actions().size());

        assertThat(report.at("/totals/fired").asLong())
                .isEqualTo(count(decisions, any -> any.outcome().equals(Decision.FIRED)));
        assertThat(report.at("/totals/stopped").asLong())
                .isEqualTo(count(decisions, any -> !any.outcome().equals(Decision.FIRED)));
        assertThat(report.get("by_rule"))
                .containsExactlyInAnyOrder(
                        json(
                                """
                                {"rule_id": "%s", "name": "Free", "fired": %d, "stopped": {}}
                                """
                                        .formatted(
                                                free,
                                                count(decisions, of -> of.ruleId().equals(free)))),
                        json(
                                """
                                {"rule_id": "%s", "name": "Resting", "fired": 1,
                                 "stopped": {"cooldown_global": %d}}
                                """
                                        .formatted(
                                                resting,
                                                count(decisions, of -> of.ruleId().equals(resting))
                                                        - 1)));
        var decided = report.at("/latency/decided");
        assertThat(decided.get("count").asLong()).isEqualTo(streams.actions().size());
        assertThat(decided.get("p50_us").asLong()).isBetween(1L, decided.get("p95_us").asLong());
        assertThat(decided.get("p99_us").asLong())
                .isBetween(decided.get("p95_us").asLong(), 20_000_000L);
        assertThat(report.at("/top_viewers/0/actions").asLong())
                .isEqualTo(streams.actions().size());
        var one = admin.get(ANALYTICS + "?rule_id=" + resting).body();
        assertThat(one.at("/totals/fired").asLong()).isEqualTo(1);
        assertThat(one.at("/latency/decided/count").asLong()).isEqualTo(1);
        assertThat(one.get("by_rule")).hasSize(1);
    }

    @Test
    void howLongBoardsTakeIsMeasured() {
        var ruleId = Ids.next();
        var issued = Hops.now() / 1_000;
        for (int ms = 1; ms <= 100; ms++) {
            publish(command(ruleId, CommandState.DONE, issued, issued * 1_000 + ms * 1_000L));
        }
        publish(command(ruleId, CommandState.REJECTED, issued, issued * 1_000 + 9_000_000));
        publish(command(ruleId, CommandState.DONE, issued, issued * 1_000 - 1));

        var board =
                reportWhen(ANALYTICS, counted -> counted.at("/latency/board/count").asLong() >= 100)
                        .at("/latency/board");

        assertThat(board.get("count").asLong()).isEqualTo(100);
        assertThat(board.get("p50_us").asLong()).isBetween(50_000L * 31 / 32, 50_000L * 33 / 32);
        assertThat(board.get("p95_us").asLong()).isBetween(95_000L * 31 / 32, 95_000L * 33 / 32);
        assertThat(board.get("p99_us").asLong()).isBetween(99_000L * 31 / 32, 99_000L * 33 / 32);
    }

    @Test
    void hostileNamesAreOnlyNames() {
        var name = "'; DROP TABLE rules; -- <b>{{x}}</b> %s :rows 😀";
        var hostile =
                new Viewer("7", name, "HALF\u0000\u0007" + "x".repeat(5_000), List.of(), 0, null);
        streams.publishBody(
                "tiktok.comment",
                Json.write(events.comment(hostile, "hi")).replace("HALF", "\\ud800"));
        streams.publish(events.comment(new Viewer("x'y", "no id", "", List.of(), 0, null), "hi"));

        var report = reportWhen(ANALYTICS, counted -> events(counted) >= 2);

        assertThat(report.get("top_viewers")).hasSize(1);
        assertThat(report.at("/top_viewers/0/handle").asText()).isEqualTo(name);
        assertThat(report.at("/top_viewers/0/nickname").asText()).isEqualTo("x".repeat(100));
    }

    @Test
    void whatCannotBeReadDoesNotHoldUpTheRest() {
        streams.publishBody("tiktok.comment", "{");
        streams.publishBody("tiktok.comment", "{\"type\": \"tiktok.comment\", \"payload\": {}}");
        streams.redis("XADD", "decisions", "*", "type", "decision", "body", "null");
        streams.redis("XADD", "device", "*", "type", "command_done", "body", "[]");
        streams.publish(events.comment("fine"));

        var report = reportWhen(ANALYTICS, counted -> events(counted) >= 1);

        assertThat(events(report)).isEqualTo(1);
    }

    @Test
    void viewersAreListedPageByPage() {
        for (int n = 1; n <= 5; n++) {
            var viewer = new Viewer("10" + n, "viewer" + n, "", List.of(), 0, null);
            for (int times = 0; times < Math.max(2, n); times++) {
                streams.publish(events.comment(viewer, "hi"));
            }
        }
        reportWhen(ANALYTICS, counted -> events(counted) >= 16);

        assertThat(admin.all(ANALYTICS + "/viewers?sort=events&limit=2", "viewer_id"))
                .containsExactly("105", "104", "103", "102", "101");
        assertThat(admin.all(ANALYTICS + "/viewers", "viewer_id")).isEmpty();
        assertThat(code(ANALYTICS + "/viewers?sort=name")).isEqualTo("bad_filter");
        assertThat(code(ANALYTICS + "/viewers?limit=201")).isEqualTo("bad_limit");
        assertThat(code(ANALYTICS + "/viewers?cursor=abc")).isEqualTo("bad_cursor");
        assertThat(code(ANALYTICS + "/viewers?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OV8x"))
                .isEqualTo("bad_cursor");
        assertThat(code(ANALYTICS + "/viewers?rule_id=" + Ids.next())).isEqualTo("bad_filter");
        assertThat(code(ANALYTICS + "/viewers?sort=actions&livestream_id=" + Ids.next()))
                .isEqualTo("bad_filter");
    }

    @Test
    void aViewerIsForgottenInOneWorkspace() {
        var elsewhere = new LiveEvents();
        new Streams(bus, elsewhere.workspaceId()).publish(elsewhere.comment("hi"));
        streams.publish(events.comment("hi"), events.comment(LiveEvents.BEN, "hi"));
        var other = client(Role.ADMIN, elsewhere.workspaceId());
        reportWhen(ANALYTICS, counted -> events(counted) >= 2);
        Await.until(() -> events(other.get(ANALYTICS).body()) == 1);
        var place = ANALYTICS + "/viewers/" + LiveEvents.ANNA.id();

        assertThat(
                        client(Role.MODERATOR, events.workspaceId())
                                .change("DELETE", place, null, "")
                                .status())
                .isEqualTo(403);
        assertThat(admin.change("DELETE", place, null, "").status()).isEqualTo(204);
        assertThat(admin.change("DELETE", place, null, "").status()).isEqualTo(204);

        assertThat(admin.all(ANALYTICS + "/viewers?sort=events", "handle")).containsExactly("ben");
        assertThat(events(admin.get(ANALYTICS).body())).isEqualTo(2);
        assertThat(other.all(ANALYTICS + "/viewers?sort=events", "handle")).containsExactly("anna");
        assertThat(admin.change("DELETE", ANALYTICS + "/viewers/anna", null, "").text("code"))
                .isEqualTo("bad_viewer");
    }

    @Test
    void anotherWorkspaceSeesNothing() {
        var ruleId = Ids.next();
        streams.publish(events.comment("hi"), events.gift("Rose", 1, 1, 1, Streak.SINGLE));
        publish(command(ruleId, CommandState.DONE, Hops.now() / 1_000, Hops.now() + 5_000));
        reportWhen(
                ANALYTICS,
                counted -> events(counted) >= 2 && counted.at("/latency/board").isObject());

        var report = client(Role.OWNER, Ids.next()).get(ANALYTICS + "?rule_id=" + ruleId).body();

        assertThat(events(report)).isZero();
        assertThat(report.at("/totals/viewers").asLong()).isZero();
        for (var list :
                List.of(
                        "series",
                        "by_type",
                        "by_rule",
                        "top_viewers",
                        "top_gifters",
                        "top_gifts")) {
            assertThat(report.get(list)).as(list).isEmpty();
        }
        assertThat(report.get("latency")).isEmpty();
        assertThat(new Client(rules.port(), Ids.next(), "").get(ANALYTICS).status()).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource({
        "bucket=second, bad_bucket",
        "bucket=MINUTE, bad_bucket",
        "from=yesterday, bad_range",
        "from=2030-01-31, bad_range",
        "to=%2B1000000000-12-31T23:59:59Z, bad_range",
        "from=1999-12-31T23:59:59Z&to=2000-01-01T00:00:00Z, bad_range",
        "from=2030-01-01T00:00:00Z&to=2030-01-01T00:00:00Z, bad_range",
        "from=2030-01-02T00:00:00Z&to=2030-01-01T00:00:00Z, bad_range",
        "bucket=minute&from=2030-01-01T00:00:00Z&to=2030-01-02T00:00:01Z, bad_range",
        "bucket=hour&from=2030-01-01T00:00:00Z&to=2030-02-01T00:00:01Z, bad_range",
        "bucket=day&from=2030-01-01T00:00:00Z&to=2031-02-05T00:00:01Z, bad_range",
        "rule_id=x, bad_filter",
        "livestream_id=' OR 1=1, bad_filter",
        "simulated=yes, bad_filter",
        "rule_id=01980000-0000-7000-8000-00000000000d&livestream_id=01980000-0000-7000-8000-00000000000d, bad_filter",
    })
    void questionsThatMakeNoSenseAreRefused(String query, String code) {
        var answer = admin.get(ANALYTICS + "?" + encoded(query));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "minute, 2030-01-01T00:00:30Z, 2030-01-02T00:00:30Z, 2030-01-01T00:00:00.000Z, 2030-01-02T00:01:00.000Z",
        "hour, 2030-01-01T00:30:00Z, 2030-02-01T00:30:00Z, 2030-01-01T00:00:00.000Z, 2030-02-01T01:00:00.000Z",
        "day, 2030-01-01T12:00:00Z, 2031-02-05T12:00:00Z, 2030-01-01T00:00:00.000Z, 2031-02-06T00:00:00.000Z",
    })
    void rangesAreMadeOfWholeBuckets(
            String bucket, String from, String to, String first, String last) {
        var report =
                admin.get(ANALYTICS + encoded("?bucket=" + bucket + "&from=" + from + "&to=" + to))
                        .body();

        assertThat(report.get("from").asText()).isEqualTo(first);
        assertThat(report.get("to").asText()).isEqualTo(last);
        assertThat(report.get("bucket").asText()).isEqualTo(bucket);
    }

    @Test
    void aCrowdedHourCountsNewViewersTogether() throws SQLException {
        var hour = Instant.now().minus(Duration.ofHours(2)).truncatedTo(ChronoUnit.HOURS);
        sql(
                """
                INSERT INTO analytics_viewers
                SELECT '%s', '%s', '%s', false, n::text, '', '', 1, 0, 0, 0, 0
                FROM generate_series(1, 20000) AS n
                """
                        .formatted(events.workspaceId(), hour, events.livestreamId()));
        var known = new Viewer("1", "known", "", List.of(), 0, null);

        streams.publish(
                happened(events.comment(known, "hi"), hour),
                happened(events.comment("hi"), hour),
                happened(events.comment(LiveEvents.BEN, "hi"), hour));

        var report = reportWhen(ANALYTICS, counted -> events(counted) >= 3);
        assertThat(report.at("/totals/viewers").asLong()).isEqualTo(20_000);
        assertThat(report.at("/top_viewers/0/handle").asText()).isEqualTo("known");
        assertThat(report.at("/top_viewers/0/events").asLong()).isEqualTo(2);
        assertThat(
                        number(
                                "SELECT events FROM analytics_viewers WHERE viewer_id = '' AND workspace_id = '%s'"
                                        .formatted(events.workspaceId())))
                .isEqualTo(2);
    }

    @Test
    void oldNumbersGoMinutesBeforeHours() throws SQLException {
        sql(
                """
                CREATE TABLE analytics_events_minute_20200101 PARTITION OF analytics_events_minute
                FOR VALUES FROM ('2020-01-01Z') TO ('2020-01-02Z')
                """,
                """
                INSERT INTO analytics_events
                SELECT '%s', span, day, '%s', false, 'tiktok.comment', 1, 0, 0, 0, 0
                FROM unnest(ARRAY['2020-01-01 12:00Z', '2020-01-03Z', now() - interval '40 days', now()]::timestamptz[]) AS day,
                     unnest(ARRAY['minute', 'hour']) AS span
                """
                        .formatted(events.workspaceId(), events.livestreamId()),
                "SELECT maintain_analytics(30, 400)");

        var of = "' AND workspace_id = '" + events.workspaceId() + "'";
        var rows = "SELECT count(*) FROM analytics_events WHERE span = '";
        assertThat(number(rows + "minute" + of)).isEqualTo(1);
        assertThat(number(rows + "hour" + of)).isEqualTo(2);
        assertThat(
                        number(
                                "SELECT count(*) FROM pg_class WHERE relname = 'analytics_events_minute_20200101'"))
                .isZero();
    }

    @Test
    void whoAsksForTooMuchIsToldSo() throws SQLException {
        try (var connection = connection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("LOCK TABLE analytics_gifts IN ACCESS EXCLUSIVE MODE");

            var answer = admin.get(ANALYTICS);

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text("code")).isEqualTo("analytics_too_slow");
            connection.rollback();
        }
        assertThat(admin.get(ANALYTICS).status()).isEqualTo(200);
    }

    private UUID rule(String name, long globalMs) {
        var rule =
                admin.post(
                        "/api/v1/rules",
                        """
                        {"name": "%s", "trigger": {"type": "comment", "contains": "spin"},
                         "cooldown": {"global_ms": %d},
                         "actions": [{"type": "device", "command": "motor_spin",
                                      "device_id": "01980000-0000-7000-8000-00000000000d"}]}
                        """
                                .formatted(name, globalMs));
        return UUID.fromString(rule.text("id"));
    }

    /** Comments until every rule has decided about one. */
    private void awaitRules(UUID... rules) {
        Await.until(() -> {
            streams.publish(events.comment("spin"));
            return streams.decisions().stream()
                    .map(Decision::ruleId)
                    .toList()
                    .containsAll(List.of(rules));
        });
    }

    private JsonNode reportWhen(String place, Predicate<JsonNode> complete) {
        Await.until(() -> complete.test(admin.get(place).body()));
        return admin.get(place).body();
    }

    private static long events(JsonNode report) {
        return report.at("/totals/events").asLong();
    }

    private static long sum(JsonNode items, String field) {
        return StreamSupport.stream(items.spliterator(), false)
                .mapToLong(item -> item.get(field).asLong())
                .sum();
    }

    private static long count(List<Decision> decisions, Predicate<Decision> chosen) {
        return decisions.stream().filter(chosen).count();
    }

    private static JsonNode json(String text) {
        return Json.read(text, JsonNode.class);
    }

    private String code(String place) {
        return admin.get(place).text("code");
    }

    /** As a query must be: the server does not take a bare colon. */
    private static String encoded(Object query) {
        return query.toString().replace(":", "%3A").replace(" ", "%20");
    }

    private static String iso(Instant time) {
        return Json.write(time).replace("\"", "");
    }

    private static LiveEvent happened(LiveEvent event, Instant ts) {
        return new LiveEvent(
                event.id(),
                event.livestreamId(),
                event.workspaceId(),
                event.msgId(),
                ts,
                event.receivedAt(),
                event.historical(),
                event.simulated(),
                event.user(),
                event.payload());
    }

    private static LiveEvent simulated(LiveEvent event) {
        return new LiveEvent(
                event.id(),
                event.livestreamId(),
                event.workspaceId(),
                event.msgId(),
                event.ts(),
                event.receivedAt(),
                event.historical(),
                true,
                event.user(),
                event.payload());
    }

    private CommandChanged command(UUID ruleId, CommandState state, long issuedMs, long onMicros) {
        return new CommandChanged(
                Ids.next(),
                events.workspaceId(),
                Ids.next(),
                Hops.now() / 1_000,
                state,
                null,
                "rule",
                Ids.next(),
                Ids.next(),
                ruleId,
                LiveEvents.ANNA.id(),
                null,
                "motor_spin",
                Map.of(),
                issuedMs,
                issuedMs + 2_000,
                0,
                false,
                null,
                new Hops(issuedMs * 1_000, issuedMs * 1_000, null, null, onMicros, null));
    }

    private void publish(CommandChanged command) {
        streams.redis(
                "XADD",
                "device",
                "*",
                "type",
                "command_done",
                "workspace_id",
                command.workspaceId().toString(),
                "body",
                Json.write(command));
    }

    private Client client(Role role, UUID workspaceId) {
        return Client.of(rules.port(), workspaceId, role, key);
    }

    private static java.sql.Connection connection() throws SQLException {
        return DriverManager.getConnection(
                Servers.EMBEDDED.jdbcUrl("rules_db"),
                Servers.EMBEDDED.databaseUser(),
                Servers.EMBEDDED.databasePassword());
    }

    private static void sql(String... statements) throws SQLException {
        try (var connection = connection();
                var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static long number(String query) throws SQLException {
        try (var connection = connection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        }
    }
}
