package io.streamwire.gateway;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** How the livestreams of the followed workspaces are doing: one event stream of ingest of each. */
final class LiveStatuses {

    private final Exchange exchange;
    private final Upstream ingest;
    private final Duration silence;
    private final Map<UUID, LiveStatusFeed> feeds = new ConcurrentHashMap<>();

    /**
     * @param silence how long ingest may send nothing
     */
    LiveStatuses(Exchange exchange, Upstream ingest, Duration silence) {
        this.exchange = exchange;
        this.ingest = ingest;
        this.silence = silence;
    }

    /**
     * Sends a client the statuses of its workspace now and whenever one changes.
     *
     * @return what ends it
     */
    Runnable watch(LiveSocket socket, LiveRequest.Subscribe request) {
        var feed =
                feeds.computeIfAbsent(
                        request.workspaceId(),
                        workspace -> new LiveStatusFeed(exchange, ingest, silence, workspace));
        var end = feed.watch(socket, request);
        return () -> {
            end.run();
            if (feed.isIdle()) {
                feeds.remove(request.workspaceId(), feed);
            }
        };
    }
}
