package io.streamwire.standalone;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent.EventsMissed;
import io.streamwire.liveroom.LiveRoom;
import io.streamwire.liveroom.Performance;
import io.streamwire.liveroom.Sent;
import io.streamwire.liveroom.Show;
import io.streamwire.virtualboard.PinRecorder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The hub as on a cluster: each service a process of its own, two of ingest, rules and devices,
 * with PostgreSQL and Redis of the host. Under load one of each is killed.
 */
@Tag("alone")
@Timeout(400)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ServicesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A command waits for another instance to take its board over. */
    private static final Duration TTL = Duration.ofSeconds(50);

    private static final Duration PULSE = Duration.ofMillis(20);
    private static final int MOST_STREAMERS = 8;

    @TempDir private static Path directory;

    private static final PinRecorder RECORDER = new PinRecorder();
    private static final List<Streamer> STREAMERS = new ArrayList<>();
    private static LiveRoom liveRoom;
    private static Cluster cluster;
    private static Ledger ledger;

    /** Starting so many processes takes long, so the tests share them. */
    @BeforeAll
    static void start() throws Exception {
        liveRoom = LiveRoom.start(0);
        cluster = Cluster.start(directory, settings(liveRoom));
        ledger = cluster.ledger();
        enter();
    }

    @AfterAll
    static void stop() throws Exception {
        STREAMERS.forEach(streamer -> streamer.boards().close());
        try (var _ = liveRoom;
                var _ = cluster;
                var _ = ledger) {
            // Only to be closed.
        }
    }

    @Test
    @Order(1)
    void oneTraceLeadsFromACallToTheBoard() throws Exception {
        var streamer = STREAMERS.getFirst();
        var trace = UUID.randomUUID().toString().replace("-", "");
        var seen = new ConcurrentLinkedQueue<String>();
        RECORDER.onCommand(reception -> seen.add(String.valueOf(reception.traceparent())));

        var event = simulate(streamer, trace);

        Wait.until(
                PATIENCE,
                "the board has the command",
                () -> seen.stream().anyMatch(parent -> parent.startsWith("00-" + trace + "-")));
        Wait.until(
                PATIENCE,
                "every service on the way has logged it",
                () -> loggers(trace, "trace").containsAll(ON_THE_WAY));
        assertThat(loggers(event, "event")).contains("SimulationsApi", "Decider", "Lanes");
    }

    @Test
    @Order(2)
    void instancesThatAreKilledLoseAndDoubleNothing() throws Exception {
        var shows = STREAMERS.stream().map(ServicesTest::play).toList();
        awaitDone(10);

        cluster.instances("ingest").getFirst().kill();
        cluster.instances("rules").getFirst().kill();
        cluster.instances("devices").getFirst().kill();

        awaitDone(20);
        Wait.until(
                PATIENCE,
                "every room is followed again",
                () -> STREAMERS.stream().allMatch(one -> one.room().connections() == 1));
        awaitDone(10);
        shows.forEach(Performance::close);
        judge();
    }

    /** After the load, so that all of it has been counted. */
    @Test
    @Order(3)
    void theTableOfMetricsIsWhatTheServicesTell() throws Exception {
        var table = MetricsTable.read();
        var scraped = new TreeSet<String>();

        for (var service : SERVICES) {
            var told = new TreeSet<String>();
            for (var instance : cluster.instances(service)) {
                if (instance.process().alive()) {
                    told.addAll(MetricsTable.names(cluster.metrics(instance)));
                }
            }
            assertThat(told).as(service).isSubsetOf(table.possible(service));
            assertThat(told).as(service).containsAll(table.always(service));
            told.forEach(name -> scraped.add(name.substring(0, name.indexOf(' '))));
        }
        assertThat(scraped).containsAll(ObservabilityTest.asked());
    }

    private static final Set<String> ON_THE_WAY =
            Set.of("HttpServer", "SimulationsApi", "Decider", "Lanes");

    private static final List<String> SERVICES =
            List.of("gateway", "auth", "ingest", "rules", "devices", "broker");

    /** The classes that logged something about it. */
    private static Set<String> loggers(String id, String field) {
        return cluster.logLines().stream()
                .filter(line -> line.startsWith("{") && line.contains(id))
                .map(line -> Json.read(line, JsonNode.class))
                .filter(line -> line.path(field).asText().equals(id))
                .map(line -> line.path("logger").asText())
                .collect(toSet());
    }

    /** A viewer says what spins the motor; the id of the event. */
    private static String simulate(Streamer streamer, String trace) throws Exception {
        var request =
                HttpRequest.newBuilder(cluster.url().resolve("/api/v1/livestreams/simulate"))
                        .header("Authorization", "Bearer " + streamer.api().accessToken())
                        .header("Content-Type", "application/json")
                        .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                        .POST(
                                BodyPublishers.ofString(
                                        Json.write(
                                                Map.of(
                                                        "type",
                                                        "comment",
                                                        "text",
                                                        Streamer.SPIN,
                                                        "user",
                                                        Map.of("handle", "ada")))))
                        .build();
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(request, BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
            return Json.read(answer.body(), JsonNode.class).path("events").path(0).asText();
        }
    }

    private static Map<String, String> settings(LiveRoom liveRoom) {
        var settings = new HashMap<>(liveRoom.settings());
        settings.put("gateway.rate-limit", "10000");
        settings.put("gateway.rate-burst", "10000");
        settings.put("devices.commands-per-second-per-device", "10000");
        settings.put("devices.command-burst-per-device", "10000");
        settings.put("devices.commands-per-minute-per-viewer", "100000");
        settings.put("log.format", "json");
        settings.put("log.level", "debug");
        return settings;
    }

    /** Lets streamers come until each instance of ingest follows one. */
    private static void enter() {
        var ingest = cluster.instances("ingest");
        while (ingest.stream().anyMatch(one -> livestreams(one) == 0)) {
            assertThat(STREAMERS).as("all follow at one instance").hasSizeLessThan(MOST_STREAMERS);
            STREAMERS.add(
                    Streamer.enter(
                            cluster.url(),
                            cluster.mqttUrl(),
                            liveRoom,
                            "streamer" + STREAMERS.size(),
                            PULSE,
                            TTL,
                            RECORDER));
            // The gateway takes turns; a streamer who asks an even number of times keeps the turn.
            STREAMERS.getLast().api().get("/api/v1/livestreams");
        }
    }

    private static long livestreams(Cluster.Instance ingest) {
        return cluster.metrics(ingest)
                .lines()
                .filter(line -> line.startsWith("streamwire_ingest_livestreams{state=\"live\"}"))
                .mapToLong(line -> Math.round(Double.parseDouble(line.split(" ", 2)[1])))
                .sum();
    }

    private static Performance play(Streamer streamer) {
        return streamer.room()
                .play(
                        Show.seeded(streamer.room().username().hashCode())
                                .pace(60, 2)
                                .matching(0.06, 0.3, Streamer.SPIN)
                                .lasting(Duration.ofMinutes(3)));
    }

    /** Waits until each streamer's boards have done so many more commands. */
    private static void awaitDone(int more) throws SQLException {
        for (var streamer : STREAMERS) {
            var before = done(streamer);
            Wait.until(
                    PATIENCE,
                    "boards of " + streamer.room().username() + " move",
                    () -> done(streamer) >= before + more);
        }
    }

    private static long done(Streamer streamer) throws SQLException {
        return ledger.commands(streamer.workspaceId()).stream()
                .filter(command -> command.state() == CommandState.DONE)
                .count();
    }

    private static void judge() throws SQLException {
        var moved = 0;
        var taken = 0;
        for (var streamer : STREAMERS) {
            var sent = streamer.room().sent();
            Wait.until(
                    PATIENCE,
                    "what was sent is written down",
                    () -> events(streamer).containsKey(Streamer.eventOf(last(sent))));
            Wait.until(
                    PATIENCE,
                    "every command is final",
                    () ->
                            ledger.pending(streamer.workspaceId()) == 0
                                    && missing(streamer).isEmpty());
            var events = events(streamer);
            var gaps = gaps(streamer);
            taken += gaps.isEmpty() ? 0 : 1;

            var missed =
                    sent.stream()
                            .filter(message -> !events.containsKey(Streamer.eventOf(message)))
                            .filter(message -> !message.type().equals("other"))
                            .toList();
            var late = missed.stream().filter(message -> isLateEnd(streamer, message)).toList();
            assertThat(late).hasSizeLessThanOrEqualTo(ownEnds(streamer, sent));
            assertThat(missed)
                    .filteredOn(message -> !late.contains(message))
                    .as("missed and not admitted")
                    .allMatch(message -> gaps.stream().anyMatch(gap -> covers(gap, message)))
                    .noneMatch(streamer.room()::acknowledged);
            assertThat(gaps)
                    .allMatch(gap -> Duration.between(gap.from(), gap.until()).toSeconds() <= 40);
            var commands = ledger.commands(streamer.workspaceId());
            assertThat(commands)
                    .allMatch(command -> command.state() == CommandState.DONE)
                    .extracting(Ledger.Command::id)
                    .doesNotHaveDuplicates();
            moved += commands.size();
        }
        assertThat(taken).as("rooms of the instance that was killed").isPositive();
        assertThat(taken).as("rooms of the other one").isLessThan(STREAMERS.size());
        assertThat(RECORDER.totals().switchedOn()).isEqualTo(moved);
        assertThat(RECORDER.totals().violations()).isZero();
    }

    /** Of a streak that stood still for so long that the hub had ended it already. */
    private static boolean isLateEnd(Streamer streamer, Sent message) {
        return message.type().equals("gift") && streamer.room().acknowledged(message);
    }

    /** Gifts that no message says: the hub's ends of such streaks. */
    private static int ownEnds(Streamer streamer, List<Sent> sent) throws SQLException {
        var said = sent.stream().map(Streamer::eventOf).collect(toSet());
        return (int)
                select(streamer, "id, event_type", "event_type = 'tiktok.gift'").stream()
                        .filter(row -> !said.contains(UUID.fromString(row.getFirst())))
                        .count();
    }

    private static Sent last(List<Sent> sent) {
        return sent.stream()
                .filter(message -> !message.type().equals("other"))
                .reduce((_, later) -> later)
                .orElseThrow();
    }

    /** Commands that there should be, since their event was taken in, and are not. */
    private static List<UUID> missing(Streamer streamer) throws SQLException {
        var events = events(streamer);
        var commands =
                ledger.commands(streamer.workspaceId()).stream()
                        .map(Ledger.Command::id)
                        .collect(toSet());
        return streamer.room().sent().stream()
                .filter(Sent::matches)
                .filter(message -> events.getOrDefault(Streamer.eventOf(message), false))
                .map(streamer::commandOf)
                .filter(id -> !commands.contains(id))
                .toList();
    }

    private static boolean covers(EventsMissed gap, Sent message) {
        var at = Instant.EPOCH.plus(message.sentMicros(), ChronoUnit.MICROS);
        return !at.isBefore(gap.from()) && !at.isAfter(gap.until());
    }

    /** What was written down, and whether rules were to act on it. */
    private static Map<UUID, Boolean> events(Streamer streamer) throws SQLException {
        return select(streamer, "id, historical", "true").stream()
                .collect(toMap(row -> UUID.fromString(row.get(0)), row -> row.get(1).equals("f")));
    }

    private static List<EventsMissed> gaps(Streamer streamer) throws SQLException {
        return select(streamer, "payload, id", "event_type = 'tiktok.gap'").stream()
                .map(row -> Json.read(row.getFirst(), EventsMissed.class))
                .toList();
    }

    private static List<List<String>> select(Streamer streamer, String columns, String condition)
            throws SQLException {
        var servers = cluster.servers();
        try (var connection =
                        DriverManager.getConnection(
                                servers.jdbcUrl("tiktok_db"), servers.user(), servers.password());
                var query =
                        connection.prepareStatement(
                                "SELECT %s FROM event_logs WHERE livestream_id = ? AND %s"
                                        .formatted(columns, condition))) {
            query.setObject(1, streamer.livestreamId());
            var found = new ArrayList<List<String>>();
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    found.add(List.of(rows.getString(1), rows.getString(2)));
                }
            }
            return found;
        }
    }
}
