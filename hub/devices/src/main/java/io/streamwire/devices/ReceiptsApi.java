package io.streamwire.devices;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.DeviceEvent.CommandChanged;
import io.streamwire.devices.CommandStore.Stored;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Receipts: what a command's way looked like, and how long the ways of many took. */
final class ReceiptsApi implements Api {

    /** Longest time over which latencies are looked at. */
    static final Duration LONGEST_RANGE = Duration.ofDays(31);

    private static final Duration DEFAULT_RANGE = Duration.ofHours(1);

    /** Most commands whose latencies are looked at, the newest ones. */
    private static final int MOST_COMMANDS = 50_000;

    private final CommandStore store;
    private final CommandTracker tracker;
    private final Projection projection;
    private final Refusals refusals;
    private final InstantSource clock;

    ReceiptsApi(
            CommandStore store,
            CommandTracker tracker,
            Projection projection,
            Refusals refusals,
            InstantSource clock) {
        this.store = store;
        this.tracker = tracker;
        this.projection = projection;
        this.refusals = refusals;
        this.clock = clock;
    }

    /**
     * A command with its way.
     *
     * @param durationsMs by {@link Span}
     * @param clock how far the board's clock is from the hub's now; null when this instance has
     *     heard no acknowledgement of it lately
     */
    private record Receipt(
            @JsonUnwrapped CommandsApi.Answer command,
            Map<String, Double> durationsMs,
            ClockOffset.@Nullable Estimate clock) {}

    /** {@code truncated} when there were more commands than are looked at. */
    private record Summary(
            Instant from,
            Instant to,
            @Nullable UUID deviceId,
            long commands,
            boolean truncated,
            Map<String, Long> states,
            Map<String, Latencies.Percentiles> spans) {}

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/receipts", "/receipts")
                .get("/", Permission.DEVICES_READ, this::list)
                .get("/refused", Permission.DEVICES_READ, this::refused)
                .get("/latencies", Permission.DEVICES_READ, this::latencies)
                .get("/{id}", Permission.DEVICES_READ, this::read);
    }

    private Receipt receipt(CommandChanged command) {
        return new Receipt(
                CommandsApi.Answer.of(command),
                Span.millis(command.hops()),
                tracker.clock(command.deviceId()).orElse(null));
    }

    private void read(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        var id = Paths.uuid(request, "id");
        var command =
                SafetySwitch.joined(store.find(workspace, id))
                        .map(Stored::record)
                        .or(() -> projection.command(workspace, id));
        if (command.isPresent()) {
            Body.send(response, receipt(command.get()));
            return;
        }
        Body.send(
                response,
                refusals.of(workspace).stream()
                        .filter(refusal -> refusal.id().equals(id))
                        .findAny()
                        .orElseThrow(() ->
                                Problem.notFound(
                                        "command_not_found", "There is no such command.")));
    }

    private void refused(ServerRequest request, ServerResponse response) {
        var device = device(request);
        var all = refusals.of(Caller.of(request).workspaceId());
        var items =
                all.stream()
                        .filter(refusal -> device == null || refusal.deviceId().equals(device))
                        .toList();
        Body.send(response, new Listing<>(items, null));
    }

    private static @Nullable UUID device(ServerRequest request) {
        var device = id(request, "device_id").orElse(null);
        if (device == null && request.query().first("device_id").isPresent()) {
            throw Problem.badRequest("bad_device_id", "device_id must be a UUID.");
        }
        return device;
    }

    private void list(ServerRequest request, ServerResponse response) {
        var event =
                id(request, "event_id")
                        .orElseThrow(() ->
                                Problem.badRequest(
                                        "event_id_required",
                                        "Say which event: ?event_id=<its id>."));
        var page = Page.of(request);
        var rows = projection.commandsOfEvent(Caller.of(request).workspaceId(), event, page);
        var listing = Listing.cut(page, rows, CommandChanged::commandId);
        Body.send(
                response,
                new Listing<>(
                        listing.items().stream().map(this::receipt).toList(),
                        listing.nextCursor()));
    }

    private void latencies(ServerRequest request, ServerResponse response) {
        var to = time(request, "to").orElseGet(clock::instant);
        var from = time(request, "from").orElseGet(() -> to.minus(DEFAULT_RANGE));
        if (!from.isBefore(to) || Duration.between(from, to).compareTo(LONGEST_RANGE) > 0) {
            throw Problem.badRequest(
                    "bad_range",
                    "from must be before to, by %d days at most."
                            .formatted(LONGEST_RANGE.toDays()));
        }
        var device = device(request);
        var ways =
                projection.ways(Caller.of(request).workspaceId(), device, from, to, MOST_COMMANDS);
        Body.send(
                response,
                new Summary(
                        from,
                        to,
                        device,
                        ways.commands(),
                        ways.commands() == MOST_COMMANDS,
                        ways.states(),
                        ways.latencies().percentiles()));
    }

    private static Optional<UUID> id(ServerRequest request, String name) {
        return request.query().first(name).asOptional().flatMap(ReceiptsApi::uuid);
    }

    private static Optional<UUID> uuid(String text) {
        try {
            return Optional.of(UUID.fromString(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> time(ServerRequest request, String name) {
        try {
            return request.query().first(name).asOptional().map(Instant::parse);
        } catch (DateTimeParseException e) {
            throw Problem.badRequest("bad_range", name + " must be an RFC 3339 time in UTC.");
        }
    }
}
