package io.streamwire.standalone;

import io.streamwire.contract.CommandState;
import io.streamwire.contract.Hops;
import io.streamwire.liveroom.Sent;
import io.streamwire.virtualboard.PinRecorder;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * What became of everything that the viewers did: every message that the room sent, joined with
 * what the databases hold and with what the recorder outside the boards saw. Latencies count from
 * when a message was due, not from when a busy sender came to it (coordinated omission).
 */
final class Journeys {

    /** The hops in the order of the way. */
    static final List<String> HOPS =
            List.of(
                    "due to frame",
                    "frame to decided",
                    "decided to published",
                    "published to board",
                    "board to pin",
                    "frame to board",
                    "frame to pin");

    private final Latencies latencies = new Latencies(HOPS);
    private final Map<String, Long> unfinished = new TreeMap<>();
    private long sent;
    private long events;
    private long actions;
    private long expected;
    private long commands;
    private long unfinishedWhileCounted;
    private long done;
    private long missing;

    private Journeys() {}

    /**
     * Waits until everything that was sent is written down and every command is final, then joins.
     *
     * @param counted which messages' latencies count; all are checked for loss
     */
    static Journeys of(
            List<Streamer> streamers,
            Ledger ledger,
            PinRecorder recorder,
            Duration patience,
            Predicate<Sent> counted)
            throws SQLException {
        var deadline = System.nanoTime() + patience.toNanos();
        for (var streamer : streamers) {
            var left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            var _ = Wait.happens(left, () -> settled(streamer, ledger));
        }
        var journeys = new Journeys();
        for (var streamer : streamers) {
            journeys.join(streamer, ledger, recorder, counted);
        }
        return journeys;
    }

    private static boolean settled(Streamer streamer, Ledger ledger) throws SQLException {
        var expected = streamer.room().sent().stream().filter(Sent::matches).count();
        return ledger.events(streamer.livestreamId()) >= events(streamer)
                && ledger.commands(streamer.workspaceId()).size() >= expected
                && ledger.pending(streamer.workspaceId()) == 0;
    }

    /** What of the room's messages is an event. */
    private static long events(Streamer streamer) {
        return streamer.room().sent().stream()
                .filter(message -> !message.type().equals("other"))
                .count();
    }

    private void join(
            Streamer streamer, Ledger ledger, PinRecorder recorder, Predicate<Sent> counted)
            throws SQLException {
        sent += events(streamer);
        events += ledger.events(streamer.livestreamId());
        actions += ledger.actions(streamer.workspaceId());
        var byId = new HashMap<UUID, Ledger.Command>();
        for (var command : ledger.commands(streamer.workspaceId())) {
            byId.put(command.id(), command);
        }
        commands += byId.size();
        for (var message : streamer.room().sent()) {
            if (!message.matches()) {
                continue;
            }
            expected++;
            var command = byId.get(streamer.commandOf(message));
            if (command == null) {
                missing++;
                continue;
            }
            if (command.state() != CommandState.DONE) {
                unfinished.merge(command.state() + " " + command.reason(), 1L, Long::sum);
                unfinishedWhileCounted += counted.test(message) ? 1 : 0;
                continue;
            }
            done++;
            if (counted.test(message)) {
                var received = recorder.received(streamer.turnOf(message).deviceId(), command.id());
                received.ifPresent(nanos -> measure(message, command.hops(), nanos));
            }
        }
    }

    private void measure(Sent message, Hops hops, long receivedNanos) {
        latencies.record("due to frame", micros(message), hops.frame());
        latencies.record("frame to decided", hops.frame(), hops.decided());
        latencies.record("decided to published", hops.decided(), hops.published());
        latencies.record("published to board", hops.published(), hops.received());
        latencies.record("board to pin", hops.received(), hops.on());
        latencies.record("frame to pin", micros(message), hops.on());
        latencies.record("frame to board", (receivedNanos - message.dueNanos()) / 1_000);
    }

    /** When the message was due, microseconds since the epoch. */
    private static long micros(Sent message) {
        return message.sentMicros() - (message.sentNanos() - message.dueNanos()) / 1_000;
    }

    /** How long each of {@link #HOPS} took. */
    Latencies latencies() {
        return latencies;
    }

    /** What happened and what the pins did, by the names of the JSON summaries. */
    Map<String, Object> summary(PinRecorder.Totals totals) {
        var summary = new LinkedHashMap<String, Object>();
        summary.put("events", events);
        summary.put("actions", actions);
        summary.put("commands", commands);
        summary.put("done", done);
        summary.put("lost", lost());
        summary.put("duplicates", totals.duplicates());
        summary.put("stale", totals.stale());
        summary.put("unarmed", totals.unarmed());
        return summary;
    }

    /** Messages that the room sent. */
    long sent() {
        return sent;
    }

    /** Events that were written down. */
    long events() {
        return events;
    }

    long actions() {
        return actions;
    }

    long commands() {
        return commands;
    }

    long done() {
        return done;
    }

    /** Messages without an event, and messages that should have become a command and did not. */
    long lost() {
        return Math.max(0, sent - events) + missing;
    }

    /** Commands that were to be executed and were not, by state and reason. */
    Map<String, Long> unfinished() {
        return unfinished;
    }

    /** The same, of the messages that were counted. */
    long unfinishedWhileCounted() {
        return unfinishedWhileCounted;
    }

    /** Commands that nothing in the room asked for. */
    long unasked() {
        return commands - (expected - missing);
    }
}
