package io.streamwire.devices;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.DeviceEvent.CommandChanged;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.RuleCause;
import io.streamwire.devices.CommandStore.Stored;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.Trace;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Commands as resources. */
final class CommandsApi implements Api {

    private static final int LONGEST_WAIT_SECONDS = 30;
    private static final HeaderName PREFER = HeaderNames.create("Prefer");
    private static final Pattern WAIT =
            Pattern.compile("(?:^|[,;]\\s*)wait=(\\d{1,4})(?:$|[,;\\s])");

    private final CommandDispatcher dispatcher;
    private final CommandStore store;
    private final CommandTracker tracker;
    private final Projection projection;
    private final DeviceCache cache;
    private final ManualCommands manual;
    private final Refusals refusals;
    private final InstantSource clock;

    CommandsApi(
            CommandDispatcher dispatcher,
            CommandStore store,
            CommandTracker tracker,
            Projection projection,
            DeviceCache cache,
            ManualCommands manual,
            Refusals refusals,
            InstantSource clock) {
        this.dispatcher = dispatcher;
        this.store = store;
        this.tracker = tracker;
        this.projection = projection;
        this.cache = cache;
        this.manual = manual;
        this.refusals = refusals;
        this.clock = clock;
    }

    /**
     * A command as clients see it.
     *
     * @param status the same as state
     * @param hops us since the epoch
     */
    record Answer(
            UUID id,
            UUID deviceId,
            String status,
            String state,
            @Nullable String reason,
            String command,
            Map<String, Long> args,
            String source,
            @Nullable UUID actionId,
            @Nullable UUID eventId,
            @Nullable UUID ruleId,
            @Nullable String viewerId,
            @Nullable RuleCause cause,
            Instant issuedAt,
            Instant expiresAt,
            Instant updatedAt,
            long epoch,
            boolean simulated,
            Hops hops) {

        static Answer of(CommandChanged command) {
            return new Answer(
                    command.commandId(),
                    command.deviceId(),
                    command.state().toString(),
                    command.state().toString(),
                    command.reason(),
                    command.command(),
                    command.args(),
                    command.source(),
                    command.actionId(),
                    command.eventId(),
                    command.ruleId(),
                    command.viewerId(),
                    command.cause(),
                    Instant.ofEpochMilli(command.issuedAt()),
                    Instant.ofEpochMilli(command.expiresAt()),
                    Instant.ofEpochMilli(command.at()),
                    command.epoch(),
                    command.simulated(),
                    command.hops());
        }
    }

    @Override
    public void routes(Routes routes) {
        routes.at(DevicesApi.PREFIXES)
                .post("/{id}/command", Permission.DEVICES_RUN, this::create)
                .get("/{id}/commands", Permission.DEVICES_READ, this::list)
                .get("/{id}/commands/{command}", Permission.DEVICES_READ, this::read);
    }

    private void create(ServerRequest request, ServerResponse response)
            throws InterruptedException {
        var device = DevicesApi.known(cache, request);
        create(request, response, device, Body.read(request, ManualCommands.Wish.class));
    }

    /** Does what a person wishes without a body to say so. */
    void run(
            ServerRequest request,
            ServerResponse response,
            Device device,
            String command,
            Map<String, Long> args)
            throws InterruptedException {
        create(request, response, device, new ManualCommands.Wish(command, args, null, null));
    }

    private void create(
            ServerRequest request,
            ServerResponse response,
            Device device,
            ManualCommands.Wish asked)
            throws InterruptedException {
        var wait = wait(request);
        var key = IdempotencyKey.of(request);
        var id =
                key.map(text -> Ids.keyed(device.workspaceId(), "command " + device.id(), text))
                        .orElseGet(Ids::next);
        if (key.isPresent()) {
            var earlier = find(device.workspaceId(), id);
            if (earlier.isPresent()) {
                accepted(response, awaited(earlier.get(), wait));
                return;
            }
        }
        accepted(response, awaited(given(request, device, id, asked), wait));
    }

    /** A refusal has a receipt, too: its answer says where. */
    private CommandChanged given(
            ServerRequest request, Device device, UUID id, ManualCommands.Wish asked) {
        try {
            var trace = Trace.of(request).traceparent();
            var command = manual.command(device, id, asked, Command.MANUAL, trace);
            var enqueued = dispatcher.dispatch(command);
            return command.changed(enqueued.state(), null, command.issuedAt());
        } catch (Problem e) {
            var args = asked.args() == null ? Map.<String, Long>of() : asked.args();
            var user = Caller.of(request).userId();
            throw refusals.keep(
                            device,
                            Command.MANUAL,
                            "user:" + user,
                            asked.command(),
                            args,
                            clock.instant(),
                            e)
                    .map(receipt ->
                            e.header(
                                    "Link",
                                    "</api/v1/receipts/" + receipt + ">; rel=\"describedby\""))
                    .orElse(e);
        }
    }

    static Problem archived() {
        return Problem.conflict(
                "device_archived", "The device is archived: take it back into use first.");
    }

    /** How long the client would like to wait for the final state. */
    private static Duration wait(ServerRequest request) {
        var prefer = request.headers().first(PREFER).orElse("");
        var match = WAIT.matcher(prefer);
        if (!match.find()) {
            return Duration.ZERO;
        }
        return Duration.ofSeconds(Math.min(LONGEST_WAIT_SECONDS, Integer.parseInt(match.group(1))));
    }

    private CommandChanged awaited(CommandChanged command, Duration wait)
            throws InterruptedException {
        if (wait.isZero() || command.state().isFinal()) {
            return command;
        }
        return tracker.await(command.workspaceId(), command.commandId(), wait)
                .map(Stored::record)
                .orElse(command);
    }

    private static void accepted(ServerResponse response, CommandChanged command) {
        response.header(
                HeaderNames.LOCATION,
                "/api/v1/devices/" + command.deviceId() + "/commands/" + command.commandId());
        Body.send(response, Status.ACCEPTED_202, Answer.of(command));
    }

    private void list(ServerRequest request, ServerResponse response) {
        var device = DevicesApi.known(cache, request);
        var page = Page.of(request);
        var rows = projection.commandsOfDevice(device.workspaceId(), device.id(), page);
        var listing = Listing.cut(page, rows, Projection.Position::of);
        Body.send(response, answers(listing));
    }

    private static Listing<Answer> answers(Listing<CommandChanged> listing) {
        return new Listing<>(
                listing.items().stream().map(Answer::of).toList(), listing.nextCursor());
    }

    private void read(ServerRequest request, ServerResponse response) {
        var device = DevicesApi.known(cache, request);
        Body.send(response, Answer.of(known(device, Paths.uuid(request, "command"))));
    }

    /** A command of a device; 404 when there is none. */
    CommandChanged known(Device device, UUID id) {
        return find(device.workspaceId(), id)
                .filter(found -> found.deviceId().equals(device.id()))
                .orElseThrow(CommandsApi::unknown);
    }

    /** A command as clients see it. */
    static Object answer(CommandChanged command) {
        return Answer.of(command);
    }

    /** Redis knows the present state, PostgreSQL the past. */
    private Optional<CommandChanged> find(UUID workspaceId, UUID id) {
        var stored = SafetySwitch.joined(store.find(workspaceId, id));
        if (stored.isPresent()) {
            return stored.map(Stored::record);
        }
        return projection.command(workspaceId, id);
    }

    private static Problem unknown() {
        return Problem.notFound("command_not_found", "There is no such command.");
    }
}
