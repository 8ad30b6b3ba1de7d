package io.streamwire.devices;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Feed;
import io.streamwire.contract.DeviceEvent;
import io.streamwire.contract.DeviceEvent.SafetyChanged;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Api;
import io.streamwire.service.Caller;
import io.streamwire.service.EventStream;
import io.streamwire.service.EventStreams;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.TokenVerifier;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What happens to a workspace's devices and commands, as it happens. */
final class EventsApi implements Api {

    private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Pattern TYPES = Pattern.compile("[a-z_,]{1,400}");

    private final Bus bus;
    private final EventStreams streams;
    private final TokenVerifier verifier;

    EventsApi(Bus bus, EventStreams streams, TokenVerifier verifier) {
        this.bus = bus;
        this.streams = streams;
        this.verifier = verifier;
    }

    @Override
    public void routes(Routes routes) {
        routes.at(DevicesApi.PREFIXES).get("/events", Permission.DEVICES_READ, this::stream);
    }

    private void stream(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        var token = AccessToken.of(request);
        var types = types(request);
        var device = device(request);
        Predicate<Entry> chosen =
                entry ->
                        entry.field("workspace_id").equals(workspace.toString())
                                && (types.isEmpty() || types.contains(entry.type()))
                                && (device == null || concerns(entry, device));
        try (var reader = reader(request, workspace)) {
            streams.stream(
                    response,
                    workspace,
                    events -> {
                        // Ends with the token: the client comes back with a new one.
                        while (verifier.accepts(token)) {
                            send(events, next(reader), chosen);
                            streams.rest();
                        }
                    });
        }
    }

    /** A stop or an arming names no device when it is of all of them, or of several. */
    private static boolean concerns(Entry entry, UUID device) {
        var one = entry.field("device_id");
        if (!one.isEmpty()) {
            return one.equals(device.toString());
        }
        return entry.type().equals("safety_changed")
                && Json.read(entry.body(), DeviceEvent.class) instanceof SafetyChanged changed
                && (changed.deviceIds().isEmpty() || changed.deviceIds().contains(device));
    }

    private static Feed.Batch next(Feed.Reader reader) throws InterruptedException {
        try {
            return reader.next(WAIT);
        } catch (BusException e) {
            throw new CloseConnectionException("the reader resumes when Redis is back", e);
        }
    }

    private static void send(EventStream events, Feed.Batch batch, Predicate<Entry> chosen)
            throws IOException {
        var news = events.batch();
        if (batch.gap()) {
            news.add(null, "gap", "{\"reason\":\"trimmed\"}");
        }
        for (var entry : batch.entries()) {
            if (chosen.test(entry)) {
                news.add(entry.id(), entry.type(), entry.body());
            }
        }
        news.send();
    }

    private Feed.Reader reader(ServerRequest request, UUID workspaceId) {
        var feed = bus.feed(Stream.DEVICE, bus.partition(workspaceId));
        try {
            return feed.from(request.headers().first(LAST_EVENT_ID).orElse(null));
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(
                    "bad_event_id", "Last-Event-ID must be the id of an event of this stream.");
        } catch (BusException e) {
            throw Problem.unavailable("bus_unavailable", "Events cannot be read now.");
        }
    }

    /** {@code ?types=command_done,device_status}; all without it. */
    private static Set<String> types(ServerRequest request) {
        var asked = request.query().first("types").asOptional().orElse("");
        if (asked.isEmpty()) {
            return Set.of();
        }
        if (!TYPES.matcher(asked).matches()) {
            throw Problem.badRequest(
                    "bad_types", "types must be some of command_sent, command_done, ...");
        }
        return Arrays.stream(asked.split(",", -1)).collect(Collectors.toSet());
    }

    private static @Nullable UUID device(ServerRequest request) {
        var asked = request.query().first("device_id").asOptional();
        var device = asked.flatMap(Paths::uuid);
        if (asked.isPresent() && device.isEmpty()) {
            throw Problem.badRequest("bad_device_id", "device_id must be the id of a device.");
        }
        return device.orElse(null);
    }
}
