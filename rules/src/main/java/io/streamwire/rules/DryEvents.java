package io.streamwire.rules;

import io.helidon.webserver.http.ServerRequest;
import io.streamwire.contract.LiveEvent;
import io.streamwire.service.Problem;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The events that rules are tried on, in the order in which they were received.
 *
 * @param all at most as many as asked for
 */
record DryEvents(List<LiveEvent> all) {

    /** Stored events have no other order: those of one frame came in that of their times. */
    private static final Comparator<LiveEvent> ORDER =
            Comparator.comparing(LiveEvent::receivedAt)
                    .thenComparing(LiveEvent::ts)
                    .thenComparing(LiveEvent::id);

    DryEvents {
        all = List.copyOf(all);
    }

    @Nullable Instant from() {
        return all.isEmpty() ? null : all.getFirst().receivedAt();
    }

    @Nullable Instant to() {
        return all.isEmpty() ? null : all.getLast().receivedAt();
    }

    /**
     * Which ones: the newest, those of a time, or those of a recording.
     *
     * @param livestreamId only of this livestream; null for all
     * @param last how many of the newest; null unless these are asked for
     * @param from nothing older
     * @param to nothing as new or newer
     * @param recordingId id of a recording, or sample-show
     */
    record Choice(
            @Nullable UUID livestreamId,
            @Nullable Integer last,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable String recordingId) {

        private static final int DEFAULT = 1_000;
        private static final int LONGEST_ID = 64;

        /**
         * Requires that it makes sense.
         *
         * @param most events
         * @throws Problem 422 {@code invalid_value}
         */
        void check(int most) {
            if (last != null && (last < 1 || last > most)) {
                throw Problem.invalid("/last", "must be 1 to " + most);
            }
            if (from != null && to != null && !from.isBefore(to)) {
                throw Problem.invalid("/to", "must be after from");
            }
            if (last != null && from != null) {
                throw Problem.invalid("/last", "cannot be combined with from");
            }
            if (recordingId == null) {
                return;
            }
            if (recordingId.isEmpty() || recordingId.length() > LONGEST_ID) {
                throw Problem.invalid("/recording_id", "must be an id or sample-show");
            }
            if (livestreamId != null || last != null || from != null || to != null) {
                throw Problem.invalid(
                        "/recording_id", "cannot be combined with livestream_id, last, from or to");
            }
        }

        /**
         * Asks ingest for them.
         *
         * @param most events
         * @throws Problem 422 {@code too_many_events} or {@code dry_run_too_long}
         */
        DryEvents fetch(
                StoredEvents events, ServerRequest request, int most, DryRuns.Deadline deadline) {
            if (recordingId != null) {
                return new DryEvents(events.recorded(request, recordingId, most));
            }
            var range = new StoredEvents.Range(livestreamId, from, to);
            var found =
                    from == null
                            ? events.last(
                                    request, range, last == null ? DEFAULT : last, deadline::check)
                            : complete(
                                    events.first(request, range, most + 1, deadline::check), most);
            return new DryEvents(found.stream().sorted(ORDER).toList());
        }

        private static List<LiveEvent> complete(List<LiveEvent> found, int most) {
            if (found.size() > most) {
                throw Problem.unprocessable(
                        "too_many_events",
                        "There are more than %d events in that time.".formatted(most),
                        List.of());
            }
            return found;
        }
    }
}
