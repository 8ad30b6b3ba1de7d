package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Entry;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.Stream;
import io.streamwire.liveroom.Gift;
import io.streamwire.liveroom.LiveRoom;
import io.streamwire.liveroom.ScriptedViewer;
import io.streamwire.virtualboard.PinRecorder;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The whole way on real parts: live room, ingest, Redis, rules, devices, broker, board. */
@Tag("alone")
@ExtendWith(SharedHub.class)
class EndToEndTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static LiveRoom liveRoom;
    private static Standalone hub;

    @BeforeAll
    static void start() {
        liveRoom = SharedHub.liveRoom();
        hub = SharedHub.hub();
    }

    @Test
    void oneIdFollowsAGiftFromItsFrameToThePin() throws Exception {
        var log = new Log();
        var recorder = new PinRecorder();
        var traces = new ConcurrentLinkedQueue<String>();
        recorder.onCommand(reception -> traces.add(String.valueOf(reception.traceparent())));
        try (var streamer = enter("gifted", recorder);
                var ledger = Ledger.of(hub.embedded())) {
            log.attach();

            var sent = streamer.room().gift(ScriptedViewer.ofCrowd(1), Gift.GALAXY, 1).getFirst();

            var eventId = Streamer.eventOf(sent);
            var commandId = streamer.commandOf(sent);
            Wait.until(PATIENCE, "the command is final", () -> isFinal(ledger, streamer));
            log.detach();

            assertThat(ledger.commands(streamer.workspaceId()))
                    .singleElement()
                    .returns(commandId, Ledger.Command::id)
                    .returns(CommandState.DONE, Ledger.Command::state);
            assertThat(recorder.totals().switchedOn()).isEqualTo(1);
            assertThat(recorder.totals().violations()).isZero();
            assertThat(traces)
                    .singleElement()
                    .asString()
                    .startsWith("00-" + eventId.toString().replace("-", "") + "-");
            for (var stream : List.of(Stream.EVENTS, Stream.DECISIONS, Stream.ACTIONS)) {
                assertThat(bodies(stream, streamer)).anyMatch(body -> names(body, eventId));
            }
            assertThat(bodies(Stream.DEVICE, streamer))
                    .anyMatch(body ->
                            names(body, eventId) && body.contains(streamer.galaxy().name()));
            var receipt = streamer.api().get("/api/v1/receipts/" + commandId);
            assertThat(receipt.path("rule_id").asText())
                    .isEqualTo(streamer.galaxy().ruleId().toString());
            assertThat(receipt.at("/cause/rule_name").asText()).isEqualTo("Galaxy lights the lamp");
            assertThat(receipt.at("/cause/event_type").asText()).isEqualTo("tiktok.gift");
            assertThat(receipt.at("/cause/rule_version").asLong()).isEqualTo(1);
            assertThat(receipt.path("viewer_id").asText())
                    .isEqualTo(Long.toString(ScriptedViewer.ofCrowd(1).id()));
            // Written down by services of their own, in their own time.
            awaitWritten(ledger, streamer);
            assertThat(ledger.eventIds(streamer.livestreamId())).containsExactly(eventId);
            Wait.until(
                    PATIENCE,
                    "the decision is written down",
                    () -> rows("rules_db", "SELECT count(*) FROM rule_executions", eventId) > 0);
            assertThat(rows("rules_db", "SELECT count(*) FROM rule_executions", eventId))
                    .isEqualTo(1);
            assertThat(rows("device_db", "SELECT count(*) FROM command_queue", eventId))
                    .isEqualTo(1);
            assertThat(log.lines("io.streamwire.ingest")).anyMatch(line -> names(line, eventId));
            assertThat(log.lines("io.streamwire.rules")).anyMatch(line -> names(line, eventId));
            assertThat(log.lines("io.streamwire.devices")).anyMatch(line -> names(line, eventId));
        }
    }

    @Test
    void everyEventOfABusyShowIsWrittenDownAndEveryMatchMovesAPinOnce() throws Exception {
        var recorder = new PinRecorder();
        try (var streamer = enter("busy", recorder);
                var ledger = Ledger.of(hub.embedded())) {
            var show =
                    io.streamwire.liveroom.Show.seeded(7)
                            .pace(200, 4)
                            .matching(0.1, 0.3, Streamer.SPIN)
                            .lasting(Duration.ofSeconds(3));

            assertThat(streamer.room().play(show).await(PATIENCE)).isTrue();

            var journeys = Journeys.of(List.of(streamer), ledger, recorder, PATIENCE, _ -> true);
            assertThat(journeys.events()).isEqualTo(journeys.sent()).isGreaterThan(500);
            assertThat(journeys.unfinished()).isEmpty();
            assertThat(journeys.lost()).isZero();
            assertThat(journeys.unasked()).isZero();
            assertThat(journeys.done()).isEqualTo(journeys.commands()).isPositive();
            assertThat(recorder.totals().switchedOn()).isEqualTo(journeys.done());
            assertThat(recorder.totals().violations()).isZero();
        }
    }

    @Test
    void aStopNeedsOnlyAViewerAndKillsWhatWasDecidedBefore() throws Exception {
        var recorder = new PinRecorder();
        try (var streamer = enter("stopped", recorder);
                var ledger = Ledger.of(hub.embedded())) {
            var stopped = streamer.api().post("/api/v1/devices/stop");

            var follow = stopped.path("follow").asText();
            Wait.until(
                    PATIENCE,
                    "both boards have confirmed",
                    () -> streamer.api().get(follow).path("confirmed").size() == 2);
            assertThat(streamer.api().get(follow).path("unconfirmed")).isEmpty();
            var sent = streamer.room().comment(ScriptedViewer.ofCrowd(1), "spin please");
            Wait.until(
                    PATIENCE,
                    "the command is refused",
                    () -> !ledger.commands(streamer.workspaceId()).isEmpty());
            assertThat(ledger.commands(streamer.workspaceId()))
                    .singleElement()
                    .satisfies(command -> {
                        assertThat(command.state()).isEqualTo(CommandState.REJECTED);
                        assertThat(command.reason()).isEqualTo("device_disarmed");
                    });
            assertThat(recorder.totals().switchedOn()).isZero();
            awaitWritten(ledger, streamer);
            assertThat(ledger.eventIds(streamer.livestreamId()))
                    .containsExactly(Streamer.eventOf(sent));
        }
    }

    private static Streamer enter(String username, PinRecorder recorder) {
        return Streamer.enter(
                hub.url(),
                hub.mqttUrl(),
                liveRoom,
                username,
                Duration.ofMillis(20),
                Duration.ofSeconds(50),
                recorder);
    }

    private static void awaitWritten(Ledger ledger, Streamer streamer) throws Exception {
        Wait.until(
                PATIENCE,
                "the event is written down",
                () -> !ledger.eventIds(streamer.livestreamId()).isEmpty());
    }

    private static boolean isFinal(Ledger ledger, Streamer streamer) throws Exception {
        return ledger.commandCount(streamer.workspaceId()) > 0
                && ledger.pending(streamer.workspaceId()) == 0;
    }

    private static List<String> bodies(Stream stream, Streamer streamer)
            throws InterruptedException {
        var partition = hub.bus().partition(streamer.workspaceId());
        try (var reader = hub.bus().feed(stream, partition).from("0-0")) {
            var bodies = new ArrayList<String>();
            for (var entries = reader.next(Duration.ZERO).entries();
                    !entries.isEmpty();
                    entries = reader.next(Duration.ZERO).entries()) {
                entries.stream().map(Entry::body).forEach(bodies::add);
            }
            return bodies;
        }
    }

    private static boolean names(String text, UUID id) {
        return text.contains(id.toString());
    }

    private static long rows(String database, String select, UUID eventId) throws Exception {
        var embedded = hub.embedded();
        try (var connection =
                        DriverManager.getConnection(
                                embedded.jdbcUrl(database),
                                embedded.databaseUser(),
                                embedded.databasePassword());
                var statement = connection.prepareStatement(select + " WHERE event_id = ?")) {
            statement.setObject(1, eventId);
            try (var rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    /** Everything that our loggers say, at every level. */
    private static final class Log extends Handler {

        private record Line(String logger, String text) {}

        private final Logger ours = Logger.getLogger("io.streamwire");
        private final Queue<Line> lines = new ConcurrentLinkedQueue<>();
        private final java.util.logging.SimpleFormatter formatter =
                new java.util.logging.SimpleFormatter();

        void attach() {
            ours.setLevel(Level.FINE);
            ours.addHandler(this);
        }

        void detach() {
            ours.removeHandler(this);
            ours.setLevel(Level.INFO);
        }

        List<String> lines(String prefix) {
            return lines.stream()
                    .filter(line -> line.logger().startsWith(prefix))
                    .map(Line::text)
                    .toList();
        }

        @Override
        public void publish(LogRecord entry) {
            lines.add(
                    new Line(
                            String.valueOf(entry.getLoggerName()), formatter.formatMessage(entry)));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
