package io.streamwire.ingest;

import io.streamwire.bus.Script;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The call that puts events on the stream, each once. */
final class Publication {

    static final Script SCRIPT = Script.of(Publication.class, "publish.lua");

    private static final Duration SEEN = Duration.ofMinutes(20);

    /** Message ids of one of the three generations that are remembered of a room. */
    private static final int GENERATION = 50_000;

    private static final Duration KEEP_STATE = Duration.ofHours(6);

    private Publication() {}

    /**
     * @param seen what the keys of what was published before begin with
     * @param state the key of what is remembered from one message to the next
     */
    static List<String> keys(int partition, String seen, String state) {
        return List.of(
                Stream.EVENTS.key(partition),
                Stream.key(partition, seen + "new"),
                Stream.key(partition, seen + "old"),
                Stream.key(partition, seen + "oldest"),
                state);
    }

    /**
     * @param frameMicros when the cause came, microseconds since the epoch
     * @param trace of the call that caused them, 32 hex digits; empty when none did
     */
    static List<String> args(
            UUID workspaceId,
            UUID livestreamId,
            long frameMicros,
            String trace,
            Events.Outcome outcome) {
        var args = new ArrayList<String>(8 + 4 * outcome.pending().size());
        args.add(workspaceId.toString());
        args.add(livestreamId.toString());
        args.add(Long.toString(frameMicros));
        args.add(Long.toString(SEEN.toMillis()));
        args.add(Integer.toString(GENERATION));
        args.add(Long.toString(KEEP_STATE.toMillis()));
        args.add(Integer.toString(outcome.pending().size()));
        args.add(trace);
        for (var pending : outcome.pending()) {
            args.add(pending.key());
            args.add(pending.event().id().toString());
            args.add(pending.event().type());
            args.add(Json.write(pending.event()));
        }
        outcome.changes()
                .forEach((field, value) -> {
                    args.add(field);
                    args.add(value);
                });
        return args;
    }
}
