package io.streamwire.ingest;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Feed;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Stream;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** What is on the bus of a workspace, as a reader of it sees it. */
final class Published implements AutoCloseable {

    private final String workspaceId;
    private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
    private final Feed.Reader reader;
    private final Thread thread;

    /**
     * @param from the entry after which to read; null for only what comes from now on
     */
    Published(Bus bus, UUID workspaceId, @Nullable String from) {
        this.workspaceId = workspaceId.toString();
        this.reader = bus.feed(Stream.EVENTS, bus.partition(workspaceId)).from(from);
        this.thread = Thread.ofVirtual().start(this::read);
    }

    private void read() {
        try (reader) {
            while (true) {
                for (var entry : reader.next(Duration.ofSeconds(1)).entries()) {
                    if (entry.field("workspace_id").equals(workspaceId)) {
                        entries.add(entry);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    List<UUID> ids() {
        return entries.stream().map(entry -> UUID.fromString(entry.field("id"))).toList();
    }

    List<LiveEvent> events() {
        return entries.stream().map(entry -> Json.read(entry.body(), LiveEvent.class)).toList();
    }

    int size() {
        return entries.size();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
