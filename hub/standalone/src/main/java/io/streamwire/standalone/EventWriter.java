package io.streamwire.standalone;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Script;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Stream;
import io.streamwire.contract.Viewer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/** Writes comments on the bus that say when they were due. */
final class EventWriter {

    /** What a comment's text begins with; nanoseconds of {@link System#nanoTime()} follow. */
    static final String DUE = "due at ";

    private static final Script ADD =
            new Script(
                    "bench-event",
                    """
                    return redis.call('XADD', KEYS[1], '*', 'type', ARGV[1], 'id', ARGV[2],
                      'workspace_id', ARGV[3], 'livestream_id', ARGV[4], 'body', ARGV[5])
                    """);

    private final Bus bus;
    private final UUID workspace;
    private final UUID livestream = Ids.next();

    EventWriter(Bus bus, UUID workspace) {
        this.bus = bus;
        this.workspace = workspace;
    }

    /** Writes for so long at a steady rate. */
    void write(int rate, Duration length) throws InterruptedException {
        var start = System.nanoTime();
        var count = rate * length.toSeconds();
        for (long n = 0; n < count; n++) {
            var due = start + n * Duration.ofSeconds(1).toNanos() / rate;
            Bench.sleepUntil(due);
            add(due);
        }
    }

    private void add(long due) {
        var now = Instant.now();
        var event =
                new LiveEvent(
                        Ids.next(),
                        livestream,
                        workspace,
                        "0",
                        now,
                        now,
                        false,
                        true,
                        new Viewer("7000000000000000001", "viewer", "A viewer", List.of(), 0, null),
                        new LiveEvent.CommentPosted(DUE + due));
        var _ =
                bus.call(
                        ADD,
                        List.of(Stream.EVENTS.key(bus.partition(workspace))),
                        List.of(
                                event.type(),
                                event.id().toString(),
                                workspace.toString(),
                                livestream.toString(),
                                Json.write(event)));
    }
}
