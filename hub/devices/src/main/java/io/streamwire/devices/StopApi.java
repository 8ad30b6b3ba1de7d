package io.streamwire.devices;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.BusException;
import io.streamwire.service.Agent;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.Violation;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stopping, and what became of it. Everybody may stop, boards with their agent token too; it needs
 * no body, and works with Redis and PostgreSQL away.
 */
final class StopApi implements Api {

    private static final Logger LOG = System.getLogger(StopApi.class.getName());

    private final SafetySwitch safety;
    private final StopReports reports;
    private final StopKeys keys;
    private final SafetyLog log;
    private final DeviceCache cache;
    private final GroupCache groups;
    private final Lanes lanes;
    private final CommandStore commands;
    private final InstantSource clock;
    private final StopSizes sizes = new StopSizes();

    StopApi(
            SafetySwitch safety,
            StopReports reports,
            StopKeys keys,
            SafetyLog log,
            DeviceCache cache,
            GroupCache groups,
            Lanes lanes,
            CommandStore commands,
            InstantSource clock) {
        this.safety = safety;
        this.reports = reports;
        this.keys = keys;
        this.log = log;
        this.cache = cache;
        this.groups = groups;
        this.lanes = lanes;
        this.commands = commands;
        this.clock = clock;
    }

    /** All of the devices that are named in any way; the whole workspace when none is. */
    private record Stop(
            @Nullable List<UUID> deviceIds,
            @Nullable List<String> tags,
            @Nullable List<UUID> groupIds) {

        static final Stop EVERYTHING = new Stop(null, null, null);

        boolean everything() {
            return nobody(deviceIds) && nobody(tags) && nobody(groupIds);
        }

        private static boolean nobody(@Nullable List<?> named) {
            return named == null || named.isEmpty();
        }
    }

    /** The answer to a stop; {@code follow} is where the rest of the confirmations appear. */
    private record Answer(
            long epoch, List<UUID> confirmed, List<UUID> unconfirmed, String follow) {}

    /**
     * The answer to a stop of one command.
     *
     * @param outcome cancelled when it never left, finished when it had ended, else stopped
     * @param stop of its device
     */
    private record CommandAnswer(String outcome, @Nullable Answer stop) {}

    /** Who stops, and where; the key is the Idempotency-Key. */
    private record Who(UUID workspaceId, Cause cause, Optional<String> key) {}

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/devices", "/devices", "")
                .post("/stop", Permission.DEVICES_STOP, this::stop);
        routes.at(DevicesApi.PREFIXES)
                .post("/{id}/stop", Permission.DEVICES_STOP, this::stopDevice)
                .post("/{id}/commands/{command}/stop", Permission.DEVICES_STOP, this::stopCommand)
                .post("/tags/{tag}/stop", Permission.DEVICES_STOP, this::stopTag)
                .post("/groups/{id}/stop", Permission.DEVICES_STOP, this::stopGroup)
                .get("/stops/{epoch}", Permission.DEVICES_READ, this::report)
                .get("/safety-log", Permission.DEVICES_READ, this::history);
    }

    private Who who(ServerRequest request) {
        var now = clock.millis();
        var key = StopKeys.given(request);
        return Agent.of(request)
                .map(agent -> new Who(agent.workspaceId(), Cause.agent(agent.deviceId(), now), key))
                .orElseGet(() -> {
                    var caller = Caller.of(request);
                    return new Who(caller.workspaceId(), Cause.user(caller.userId(), now), key);
                });
    }

    private void stop(ServerRequest request, ServerResponse response) {
        var who = who(request);
        var asked = asked(request);
        if (asked.everything()) {
            stop(who, List.of(), response);
            return;
        }
        var workspace = who.workspaceId();
        var devices =
                Stream.of(
                                named(asked.deviceIds()),
                                named(asked.tags()).flatMap(tag -> tagged(workspace, tag).stream()),
                                named(asked.groupIds())
                                        .flatMap(id -> grouped(workspace, id).stream()))
                        .flatMap(ids -> ids)
                        // One that is not of the workspace keeps no other one moving.
                        .filter(id -> cache.find(workspace, id).isPresent())
                        .distinct()
                        .toList();
        if (devices.isEmpty()) {
            throw Problem.unprocessable(
                    "unknown_device",
                    "None of the devices is one of this workspace.",
                    List.of(new Violation("", "names no device of this workspace")));
        }
        stop(who, devices, response);
    }

    private static <T> Stream<T> named(@Nullable List<T> things) {
        return Stream.ofNullable(things).flatMap(List::stream).filter(thing -> !missing(thing));
    }

    private void stopGroup(ServerRequest request, ServerResponse response) {
        var who = who(request);
        var devices = grouped(who.workspaceId(), Paths.uuid(request, "id"));
        if (devices.isEmpty()) {
            throw DevicesApi.unknown();
        }
        stop(who, devices, response);
    }

    private List<UUID> grouped(UUID workspaceId, UUID group) {
        return groups.devices(workspaceId, group).orElse(Set.of()).stream()
                .filter(id -> cache.find(workspaceId, id).isPresent())
                .sorted()
                .toList();
    }

    private void stopTag(ServerRequest request, ServerResponse response) {
        var who = who(request);
        var devices = tagged(who.workspaceId(), request.path().pathParameters().get("tag"));
        if (devices.isEmpty()) {
            throw DevicesApi.unknown();
        }
        stop(who, devices, response);
    }

    private List<UUID> tagged(UUID workspaceId, String tag) {
        return cache.devices(workspaceId).stream()
                .filter(id ->
                        cache.find(workspaceId, id)
                                .filter(known -> known.device().tags().contains(tag))
                                .isPresent())
                .toList();
    }

    private void stopDevice(ServerRequest request, ServerResponse response) {
        var who = who(request);
        var device =
                cache.find(who.workspaceId(), Paths.uuid(request, "id"))
                        .orElseThrow(DevicesApi::unknown);
        stop(who, List.of(device.device().id()), response);
    }

    /** What never left is taken back; else the board is stopped, unless the command has ended. */
    private void stopCommand(ServerRequest request, ServerResponse response) {
        var who = who(request);
        var device =
                cache.find(who.workspaceId(), Paths.uuid(request, "id"))
                        .orElseThrow(DevicesApi::unknown)
                        .device()
                        .id();
        var id = Paths.uuid(request, "command");
        if (lanes.withdraw(device, id)) {
            Body.send(response, new CommandAnswer("cancelled", null));
            return;
        }
        if (ended(who.workspaceId(), device, id)) {
            Body.send(response, new CommandAnswer("finished", null));
            return;
        }
        Body.send(response, new CommandAnswer("stopped", stopped(who, List.of(device))));
    }

    /** While Redis is away nobody knows, and the board is stopped. */
    private boolean ended(UUID workspaceId, UUID device, UUID id) {
        try {
            return SafetySwitch.joined(commands.find(workspaceId, id))
                    .filter(stored -> stored.record().deviceId().equals(device))
                    .orElseThrow(() ->
                            Problem.notFound("command_not_found", "There is no such command."))
                    .record()
                    .state()
                    .isFinal();
        } catch (BusException e) {
            return false;
        }
    }

    private void stop(Who who, List<UUID> devices, ServerResponse response) {
        Body.send(response, stopped(who, devices));
    }

    private Answer stopped(Who who, List<UUID> devices) {
        var workspace = who.workspaceId();
        var epoch =
                who.key()
                        .flatMap(key -> keys.earlier(workspace, devices, key))
                        .orElseGet(() -> disarmed(who, devices));
        var stopped = safety.awaitStopped(workspace, devices, epoch);
        return new Answer(
                stopped.epoch(),
                stopped.confirmed(),
                stopped.unconfirmed(),
                "/api/v1/devices/stops/" + stopped.epoch());
    }

    private long disarmed(Who who, List<UUID> devices) {
        var workspace = who.workspaceId();
        var whom =
                sizes.fits(workspace, devices.size(), clock.millis()) ? devices : List.<UUID>of();
        var epoch = safety.disarm(workspace, whom, who.cause());
        who.key().ifPresent(key -> keys.keep(who.workspaceId(), devices, key, epoch));
        lanes.pumpWorkspace(who.workspaceId());
        return epoch;
    }

    /** A body that cannot be understood stops the whole workspace: too much is safe. */
    private static Stop asked(ServerRequest request) {
        if (!request.content().hasEntity()) {
            return Stop.EVERYTHING;
        }
        try {
            return Body.read(request, Stop.class);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "stop=everything body=unreadable reason={0}", e.getMessage());
            return Stop.EVERYTHING;
        }
    }

    private void report(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        Body.send(
                response,
                epoch(request.path().pathParameters().get("epoch"))
                        .flatMap(epoch -> reports.of(workspace, epoch))
                        .orElseThrow(() ->
                                Problem.notFound("stop_not_found", "There is no such stop.")));
    }

    private static Optional<Long> epoch(String text) {
        return text.matches("\\d{1,18}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
    }

    private void history(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var rows = log.list(Caller.of(request).workspaceId(), page);
        Body.send(response, Listing.cut(page, rows, SafetyLog.Decided::epoch));
    }

    private static boolean missing(@Nullable Object value) {
        return value == null;
    }
}
