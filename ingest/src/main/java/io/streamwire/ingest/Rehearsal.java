package io.streamwire.ingest;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.EventsMissed;
import io.streamwire.contract.LiveEvent.MissedWhy;
import io.streamwire.ingest.recording.Recorded;
import io.streamwire.ingest.recording.RecordingHeader;
import io.streamwire.ingest.recording.RecordingReader;
import io.streamwire.ingest.webcast.Inbound;
import io.streamwire.ingest.webcast.RawFrames;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Turns what was recorded into the events that a session made of it then, by the same parts and
 * with the recorded times as its clock. Pure: the same recording always leads to the same events.
 * For one thread.
 */
final class Rehearsal {

    /** Keys that are remembered, as many as Redis remembers of a room. */
    private static final int SEEN = 150_000;

    private final RecordingHeader header;
    private final UUID workspaceId;
    private final UUID livestreamId;
    private final int maxUnpacked;
    private final Map<String, String> kept =
            new HashMap<>(); // as Redis keeps it for who takes over
    private Events events;
    private Gaps gaps = new Gaps();
    private Instant last;
    private boolean ended;

    /**
     * @param maxUnpacked largest payload of a frame after gunzip, bytes
     */
    Rehearsal(RecordingHeader header, UUID workspaceId, UUID livestreamId, int maxUnpacked) {
        this.header = header;
        this.workspaceId = workspaceId;
        this.livestreamId = livestreamId;
        this.maxUnpacked = maxUnpacked;
        this.events = fresh();
        this.last = header.startedAt();
    }

    private Events fresh() {
        return new Events(
                workspaceId,
                livestreamId,
                Long.parseLong(header.roomId()),
                Duration.ofMillis(header.streakTimeoutMs()),
                header.fromTheBeginning());
    }

    /** All events of a recording, each once, in their order, as fast as possible. */
    static void play(
            RecordingReader recording,
            UUID workspaceId,
            UUID livestreamId,
            int maxUnpacked,
            Consumer<LiveEvent> collector)
            throws IOException {
        var rehearsal = new Rehearsal(recording.header(), workspaceId, livestreamId, maxUnpacked);
        var seen = new LinkedHashSet<String>();
        Consumer<Events.Outcome> collect =
                outcome -> {
                    for (var pending : outcome.pending()) {
                        if (seen.add(pending.key())) {
                            collector.accept(pending.event());
                        }
                        if (seen.size() > SEEN) {
                            seen.removeFirst();
                        }
                    }
                };
        for (var record = recording.next(); record != null; record = recording.next()) {
            rehearsal.step(record).forEach(collect);
        }
        rehearsal.rest().forEach(collect);
    }

    /** What follows from one record, in order. */
    List<Events.Outcome> step(Recorded record) {
        var outcomes = new ArrayList<Events.Outcome>(2);
        last = record.at().isAfter(last) ? record.at() : last;
        switch (record) {
            case Recorded.Taken _ -> {
                gaps = new Gaps();
                events = fresh();
                events.restore(kept);
                events.heard().ifPresent(gaps::takeOver);
            }
            case Recorded.Opened(var at, _) -> gaps.opened(at);
            case Recorded.Closed _ -> {}
            case Recorded.Damaged(var at, _) -> gaps.missed(MissedWhy.DAMAGED, at);
            case Recorded.Frame(var at, var bytes) ->
                    read(RawFrames.read(bytes, at, maxUnpacked), at, outcomes);
            case Recorded.Ticked(var at) -> tick(at, outcomes);
            case Recorded.Ended(var at) -> end(at, outcomes);
        }
        return outcomes;
    }

    /** What is left when nothing was recorded any more: streaks that were open get their end. */
    List<Events.Outcome> rest() {
        var outcomes = new ArrayList<Events.Outcome>(2);
        if (!ended) {
            end(last, outcomes);
        }
        return outcomes;
    }

    private void read(Inbound inbound, Instant at, List<Events.Outcome> outcomes) {
        switch (inbound) {
            case Inbound.Messages frame -> {
                gaps.arrived(at).ifPresent(gap -> outcomes.add(events.missed(gap, at)));
                tick(at, outcomes);
                var outcome = events.of(frame.messages(), at);
                if (outcome.corrupt() > 0) {
                    gaps.missed(MissedWhy.DAMAGED, at);
                }
                outcomes.add(keep(outcome));
            }
            case Inbound.Sign _ -> gaps.heard(at);
            case Inbound.Damaged _ -> gaps.missed(MissedWhy.DAMAGED, at);
            case Inbound.Nothing _, Inbound.Closed _ -> {}
        }
    }

    private void tick(Instant at, List<Events.Outcome> outcomes) {
        outcomes.add(keep(events.overdue(at)));
        tell(gaps.due(at), at, outcomes);
    }

    private void end(Instant at, List<Events.Outcome> outcomes) {
        ended = true;
        tell(gaps.rest(at), at, outcomes);
        outcomes.add(keep(events.over(at)));
    }

    private Events.Outcome keep(Events.Outcome outcome) {
        outcome.changes()
                .forEach((field, value) -> {
                    if (value.isEmpty()) {
                        kept.remove(field);
                    } else {
                        kept.put(field, value);
                    }
                });
        return outcome;
    }

    private void tell(List<EventsMissed> gaps, Instant at, List<Events.Outcome> outcomes) {
        gaps.forEach(gap -> outcomes.add(events.missed(gap, at)));
    }
}
