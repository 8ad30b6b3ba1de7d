package io.streamwire.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.helidon.http.Method;
import io.streamwire.contract.Json;
import io.streamwire.service.Paths;
import io.streamwire.service.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The statuses of one workspace's livestreams, read from ingest as one of those who follow them
 * while there are any. Guarded by this object's lock.
 */
final class LiveStatusFeed {

    private static final Logger LOG = System.getLogger(LiveStatusFeed.class.getName());
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final int OK = 200;
    private static final int LONGEST_LINE = 1 << 20;
    private static final String DATA = "data: ";

    private final Exchange exchange;
    private final Upstream ingest;
    private final Duration silence;
    private final UUID workspaceId;
    private final Set<Watcher> watchers = new LinkedHashSet<>();
    private final Map<UUID, byte[]> newest = new LinkedHashMap<>();
    private @Nullable Thread reader;

    LiveStatusFeed(Exchange exchange, Upstream ingest, Duration silence, UUID workspaceId) {
        this.exchange = exchange;
        this.ingest = ingest;
        this.silence = silence;
        this.workspaceId = workspaceId;
    }

    private record Watcher(LiveSocket socket, LiveRequest.Subscribe request) {

        void tell(UUID livestreamId, byte[] rest) {
            var wanted = request.livestreamId();
            if (wanted == null || wanted.equals(livestreamId)) {
                socket.send(LiveFollow.head(request), rest, () -> {});
            }
        }
    }

    synchronized Runnable watch(LiveSocket socket, LiveRequest.Subscribe request) {
        var watcher = new Watcher(socket, request);
        watchers.add(watcher);
        newest.forEach(watcher::tell);
        if (reader == null) {
            reader = Thread.ofVirtual().name("live-statuses").unstarted(this::read);
            reader.start();
        }
        return () -> leave(watcher);
    }

    synchronized boolean isIdle() {
        return watchers.isEmpty();
    }

    private synchronized void leave(Watcher watcher) {
        watchers.remove(watcher);
        var reading = reader;
        if (watchers.isEmpty() && reading != null) {
            reader = null;
            newest.clear();
            reading.interrupt();
        }
    }

    private void read() {
        try {
            for (var next = someone(); next.isPresent(); next = someone()) {
                boolean began = readAs(next.get());
                Thread.sleep(RETRY);
                if (began) {
                    broken();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whose access is used; another one each time, since it may be over. */
    private synchronized Optional<Watcher> someone() {
        if (!isMine() || watchers.isEmpty()) {
            return Optional.empty();
        }
        var first = watchers.iterator().next();
        watchers.remove(first);
        watchers.add(first);
        return Optional.of(first);
    }

    private boolean isMine() {
        return Thread.currentThread().equals(reader);
    }

    /** Whether ingest had begun to tell. */
    private boolean readAs(Watcher watcher) throws InterruptedException {
        var request =
                new Exchange.Outgoing(
                        Method.GET,
                        new RequestTarget("/api/v1/livestreams/status/stream", ""),
                        Map.of(
                                "Authorization",
                                List.of("Bearer " + watcher.socket().identity().bearer()),
                                "X-Workspace-Id",
                                List.of(workspaceId.toString())),
                        HttpRequest.BodyPublishers.noBody());
        boolean began = false;
        try {
            var answer = exchange.send(ingest, request, PATIENCE);
            try (var body = answer.body()) {
                began = answer.statusCode() == OK;
                if (began) {
                    body.copyTo(new Lines(), silence);
                }
            }
        } catch (Problem | IOException | ResponseBody.BrokenException e) {
            LOG.log(Level.DEBUG, "live=statuses broken=\"{0}\"", e.getMessage());
        }
        return began;
    }

    private synchronized void broken() {
        if (isMine()) {
            newest.clear();
            watchers.forEach(
                    watcher -> watcher.socket().gap(watcher.request().id(), LiveTopic.LIVESTREAMS));
        }
    }

    private void line(String line) {
        if (!line.startsWith(DATA)) {
            return;
        }
        var json = line.substring(DATA.length());
        try {
            Paths.uuid(Json.mapper().readTree(json).path("id").asText())
                    .ifPresent(id -> tell(id, json));
        } catch (JsonProcessingException e) {
            LOG.log(Level.DEBUG, "live=statuses understood=no");
        }
    }

    private synchronized void tell(UUID livestreamId, String json) {
        var rest =
                LiveQueue.utf8(
                        "\"topic\":\"%s\",\"event\":\"status\",\"data\":%s}"
                                .formatted(LiveTopic.LIVESTREAMS, json));
        if (isMine() && !Arrays.equals(rest, newest.put(livestreamId, rest))) {
            watchers.forEach(watcher -> watcher.tell(livestreamId, rest));
        }
    }

    /** Takes an event stream apart. */
    private final class Lines extends OutputStream {
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        @Override
        public void write(int b) throws IOException {
            if (b == '\n') {
                line(line.toString(StandardCharsets.UTF_8));
                line.reset();
                return;
            }
            if (line.size() >= LONGEST_LINE) {
                throw new IOException("a line is too long");
            }
            line.write(b);
        }
    }
}
