package io.streamwire.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.liveroom.Sent;
import io.streamwire.virtualboard.PinRecorder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the public API tells of everything that the rooms sent, and what the recorder outside the
 * boards saw.
 *
 * <p>A message is lost when it was acknowledged and is no event, or when it is no event and no
 * {@code tiktok.gap} says that something is missing there: a room goes on while nobody listens, and
 * what was said then only the gap can tell. The end of a streak that stood still for so long that
 * the hub had ended it already is none. A command is lost when an event was to become one and there
 * is none.
 */
final class StackVerdict {

    private static final int MOST_TOLD = 20;

    /** The gateway limits how often one user may ask. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Set<String> UNDER_WAY = Set.of("queued", "sent", "accepted", "started");

    private final PinRecorder.Totals pins;
    private final Map<String, Long> states = new TreeMap<>();
    private final List<String> offences = new ArrayList<>();
    private long sent;
    private long events;
    private long repeated;
    private long gaps;
    private long inGap;
    private long commands;
    private long done;
    private long open;
    private long lateEnds;
    private long lostEvents;
    private long lostCommands;

    private StackVerdict(PinRecorder.Totals pins) {
        this.pins = pins;
    }

    /** Asks until nothing is under way any more, or patience ends. */
    static StackVerdict of(List<Streamer> streamers, PinRecorder recorder, Duration patience)
            throws InterruptedException {
        streamers.forEach(Streamer::signInAgain);
        var deadline = System.nanoTime() + patience.toNanos();
        var verdict = ask(streamers, recorder);
        while (!verdict.settled() && System.nanoTime() < deadline) {
            Thread.sleep(PAUSE);
            verdict = ask(streamers, recorder);
        }
        return verdict;
    }

    private static StackVerdict ask(List<Streamer> streamers, PinRecorder recorder) {
        var verdict = new StackVerdict(recorder.totals());
        streamers.forEach(verdict::join);
        return verdict;
    }

    private void join(Streamer streamer) {
        var told = events(streamer);
        var known = new HashMap<UUID, String>();
        for (var device : List.of(streamer.spin().deviceId(), streamer.galaxy().deviceId())) {
            for (var command : streamer.api().getAll("/api/v1/devices/" + device + "/commands")) {
                known.put(ApiClient.id(command), state(command));
            }
        }
        commands += known.size();
        known.values().forEach(state -> states.merge(state, 1L, Long::sum));
        var ownEnds = ownEnds(streamer, told);
        for (var message : streamer.room().sent()) {
            if (message.type().equals("other")) {
                continue;
            }
            sent++;
            var event = told.events().get(Streamer.eventOf(message));
            if (event == null) {
                if (isLateEnd(streamer, message) && ownEnds-- > 0) {
                    lateEnds++;
                } else {
                    missing(streamer, message, told);
                }
                continue;
            }
            events++;
            // What a new connection is told of the time before it fires no rule.
            if (message.matches() && !event.path("historical").asBoolean()) {
                command(streamer, message, known.get(streamer.commandOf(message)));
            }
        }
    }

    /** Gifts that no message says: the hub's ends of streaks that stood still. */
    private static long ownEnds(Streamer streamer, Told told) {
        var said =
                streamer.room().sent().stream().map(Streamer::eventOf).collect(Collectors.toSet());
        return told.events().entrySet().stream()
                .filter(event -> event.getValue().path("type").asText().equals("tiktok.gift"))
                .filter(event -> !said.contains(event.getKey()))
                .count();
    }

    private static boolean isLateEnd(Streamer streamer, Sent message) {
        return message.type().equals("gift") && streamer.room().acknowledged(message);
    }

    private record Told(Map<UUID, JsonNode> events, List<Span> gaps) {}

    private record Span(Instant from, Instant until) {
        boolean contains(Instant moment) {
            return !moment.isBefore(from) && !moment.isAfter(until);
        }
    }

    private Told events(Streamer streamer) {
        var path = "/api/v1/livestreams/" + streamer.livestreamId() + "/events/export";
        var byId = new HashMap<UUID, JsonNode>();
        var spans = new ArrayList<Span>();
        for (var event : streamer.api().getLines(path)) {
            if (byId.put(ApiClient.id(event), event) != null) {
                repeated++;
                tell("event twice: " + event);
            }
            if (event.path("type").asText().equals("tiktok.gap")) {
                spans.add(span(event.path("payload")));
            }
        }
        gaps += spans.size();
        return new Told(byId, spans);
    }

    private static Span span(JsonNode gap) {
        return new Span(
                Instant.parse(gap.required("from").asText()),
                Instant.parse(gap.required("until").asText()));
    }

    private static String state(JsonNode command) {
        var reason = command.path("reason").asText("");
        return (command.path("state").asText() + " " + reason).strip();
    }

    private void missing(Streamer streamer, Sent message, Told told) {
        var moment =
                Instant.ofEpochSecond(
                        message.sentMicros() / 1_000_000, message.sentMicros() % 1_000_000 * 1_000);
        boolean acknowledged = streamer.room().acknowledged(message);
        if (!acknowledged && told.gaps().stream().anyMatch(gap -> gap.contains(moment))) {
            inGap++;
            return;
        }
        lostEvents++;
        tell(
                "%s, no event, and not in %s: %s at %s"
                        .formatted(
                                acknowledged ? "acknowledged" : "not acknowledged",
                                told.gaps(),
                                message,
                                moment));
    }

    private void command(Streamer streamer, Sent message, @Nullable String state) {
        if (state == null) {
            lostCommands++;
            tell("no command: " + streamer.commandOf(message) + " of " + message);
            return;
        }
        if (state.equals("done")) {
            done++;
        }
        if (UNDER_WAY.contains(state)) {
            open++;
        }
    }

    private void tell(String offence) {
        if (offences.size() < MOST_TOLD) {
            offences.add(offence);
        }
    }

    private boolean settled() {
        return lost() == 0 && open == 0;
    }

    long lost() {
        return lostEvents + lostCommands;
    }

    /** Nothing lost, nothing twice, nothing that a pin may not do, and every command done. */
    boolean sound() {
        return lost() == 0
                && repeated == 0
                && pins.violations() == 0
                && commands > 0
                && done == commands;
    }

    List<String> offences() {
        return List.copyOf(offences);
    }

    /** By the names of the JSON summaries. */
    Map<String, Object> summary() {
        var summary = new LinkedHashMap<String, Object>();
        summary.put("sent", sent);
        summary.put("events", events);
        summary.put("gaps", gaps);
        summary.put("in_gaps", inGap);
        summary.put("late_ends", lateEnds);
        summary.put("commands", commands);
        summary.put("done", done);
        summary.put("states", states);
        summary.put("lost", lost());
        summary.put("duplicates", repeated + pins.duplicates());
        summary.put("stale", pins.stale());
        summary.put("unarmed", pins.unarmed());
        summary.put("unasked", pins.unasked());
        return summary;
    }
}
