package io.streamwire.devices;

import io.helidon.dbclient.DbClientException;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.contract.Ids;
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
import io.streamwire.service.Versions;
import io.streamwire.service.Violation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Devices: {@code POST /devices}, {@code GET /devices/{id}/status} and so on. */
final class DevicesApi implements Api {

    static final String[] PREFIXES = {"/api/v1/devices", "/devices"};

    private static final int LONGEST_NAME = 100;

    /** Boards on one bridge; the broker takes 512. */
    private static final int MOST_CHILDREN = 256;

    static final Pattern BOARD = Pattern.compile("[a-z][a-z0-9_-]{0,31}");
    private static final Pattern TAG = Pattern.compile("[a-z0-9-]{1,32}");
    private static final int MOST_TAGS = 16;
    static final Pattern HARDWARE = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");

    private final Bus bus;
    private final DeviceStore store;
    private final DeviceCache cache;
    private final Presence presence;
    private final SafetySwitch safety;
    private final CommandStore commands;
    private final Departures departures;
    private final Sessions sessions;
    private final Caps caps;
    private final InstantSource clock;

    DevicesApi(
            Bus bus,
            DeviceStore store,
            DeviceCache cache,
            Presence presence,
            SafetySwitch safety,
            CommandStore commands,
            Departures departures,
            Sessions sessions,
            Caps caps,
            InstantSource clock) {
        this.bus = bus;
        this.store = store;
        this.cache = cache;
        this.presence = presence;
        this.safety = safety;
        this.commands = commands;
        this.departures = departures;
        this.sessions = sessions;
        this.caps = caps;
        this.clock = clock;
    }

    /** What a person says of a new device. */
    private record NewDevice(
            String name, String board, @Nullable UUID parentId, @Nullable String hardwareUuid) {}

    private record Changes(@Nullable String name, @Nullable List<String> tags) {}

    /**
     * How a device is.
     *
     * @param presence online, quiet or lost
     * @param state what the board said last, null when it never did
     * @param stoppedBy hardware, user, agent, home_assistant or hub; null when nobody did since it
     *     was armed last
     */
    private record DeviceState(
            String presence,
            @Nullable Instant since,
            @Nullable String state,
            boolean armed,
            @Nullable String firmware,
            @Nullable Instant lastAckAt,
            @Nullable String stoppedBy) {}

    @Override
    public void routes(Routes routes) {
        routes.at(PREFIXES)
                .post("/", Permission.DEVICES_CHANGE, this::create)
                .get("/", Permission.DEVICES_READ, this::list)
                .get("/{id}", Permission.DEVICES_READ, this::read)
                .patch("/{id}", Permission.DEVICES_CHANGE, this::change)
                .delete("/{id}", Permission.DEVICES_CHANGE, this::delete)
                .get("/{id}/status", Permission.DEVICES_READ, this::status);
    }

    private void create(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        var asked = Body.read(request, NewDevice.class);
        validate(workspace, asked);
        var id =
                IdempotencyKey.of(request)
                        .map(key -> Ids.keyed(workspace, "devices", key))
                        .orElseGet(Ids::next);
        if (cache.count(workspace) >= caps.devices() && store.device(workspace, id).isEmpty()) {
            throw caps.tooManyDevices();
        }
        var now = clock.instant();
        try {
            var _ =
                    store.insert(
                            Device.fresh(
                                    id,
                                    workspace,
                                    asked.name().strip(),
                                    asked.board(),
                                    asked.parentId(),
                                    asked.hardwareUuid(),
                                    now));
        } catch (DbClientException e) {
            if (SqlState.of(e).equals(SqlState.UNIQUE_VIOLATION)) {
                throw Problem.conflict(
                        "hardware_taken", "Another device has this hardware_uuid already.");
            }
            throw e;
        }
        var device = store.device(workspace, id).orElseThrow(DevicesApi::unknown);
        changed(device);
        bridgeChanged(device);
        Versions.etag(response, device.version());
        Body.created(response, "/api/v1/devices/" + id, device);
    }

    private void validate(UUID workspace, NewDevice asked) {
        var violations = new ArrayList<Violation>();
        checkName(asked.name(), violations);
        checkBoard(asked.board(), violations);
        if (asked.hardwareUuid() != null) {
            checkHardware(asked.hardwareUuid(), violations);
        }
        if (asked.parentId() != null
                && cache.find(workspace, asked.parentId())
                        .filter(parent -> parent.device().board().equals(Device.BRIDGE))
                        .isEmpty()) {
            violations.add(new Violation("/parent_id", "must be a bridge of this workspace"));
        }
        if (asked.parentId() != null
                && cache.children(workspace, asked.parentId()).size() >= MOST_CHILDREN) {
            violations.add(new Violation("/parent_id", "has " + MOST_CHILDREN + " boards already"));
        }
        refuse(violations);
    }

    static void checkBoard(String board, List<Violation> violations) {
        if (!BOARD.matcher(board).matches()) {
            violations.add(
                    new Violation("/board", "must be 1 to 32 of a-z, 0-9, - and _, like esp32"));
        }
    }

    static void checkHardware(String hardwareUuid, List<Violation> violations) {
        if (!HARDWARE.matcher(hardwareUuid).matches()) {
            violations.add(
                    new Violation("/hardware_uuid", "must be 1 to 64 letters, digits or _.:-"));
        }
    }

    static void checkName(String name, List<Violation> violations) {
        var length = name.strip().length();
        if (length < 1 || length > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
            violations.add(
                    new Violation(
                            "/name",
                            "must be 1 to " + LONGEST_NAME + " characters, no control characters"));
        }
    }

    private static void refuse(List<Violation> violations) {
        if (!violations.isEmpty()) {
            throw Problem.unprocessable(
                    "invalid_device", "The device is not acceptable as it is.", violations);
        }
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var query = request.query();
        var filter =
                new DeviceStore.Filter(
                        query.first("tag").asOptional().orElse(null),
                        query.first("group").asOptional().map(DevicesApi::group).orElse(null),
                        query.first("archived").asOptional().orElse("false").equals("true"));
        var rows = store.devices(Caller.of(request).workspaceId(), filter, page);
        Body.send(response, Listing.cut(page, rows, Device::id));
    }

    private void read(ServerRequest request, ServerResponse response) {
        var device = stored(request);
        Versions.etag(response, device.version());
        Body.send(response, device);
    }

    private static UUID group(String id) {
        return Paths.uuid(id)
                .orElseThrow(
                        () -> Problem.badRequest("bad_group", "group must be the id of a group."));
    }

    private void change(ServerRequest request, ServerResponse response) {
        var device = stored(request);
        var version = Versions.given(request).orElse(device.version());
        var _ = Versions.required(request);
        var asked = Body.read(request, Changes.class);
        var violations = new ArrayList<Violation>();
        if (asked.name() == null && asked.tags() == null) {
            violations.add(new Violation("", "must have a name, tags or both"));
        }
        if (asked.name() != null) {
            checkName(asked.name(), violations);
        }
        if (asked.tags() != null) {
            checkTags(asked.tags(), violations);
        }
        refuse(violations);
        var name = asked.name() == null ? null : asked.name().strip();
        var tags = asked.tags() == null ? null : asked.tags().stream().distinct().sorted().toList();
        if (tags != null && tooMany(device, tags)) {
            throw caps.tooManyTags();
        }
        if (!store.change(device.workspaceId(), device.id(), name, tags, version)) {
            throw Versions.mismatch();
        }
        var changed =
                store.device(device.workspaceId(), device.id()).orElseThrow(DevicesApi::unknown);
        changed(changed);
        Versions.etag(response, changed.version());
        Body.send(response, changed);
    }

    private boolean tooMany(Device device, List<String> tags) {
        var all = cache.tagsBeside(device.workspaceId(), device.id());
        return all.addAll(tags) && all.size() > caps.tags();
    }

    private static void checkTags(List<String> tags, List<Violation> violations) {
        if (tags.size() > MOST_TAGS) {
            violations.add(new Violation("/tags", "must be at most " + MOST_TAGS));
            return;
        }
        for (int i = 0; i < tags.size(); i++) {
            if (missing(tags.get(i)) || !TAG.matcher(tags.get(i)).matches()) {
                violations.add(new Violation("/tags/" + i, "must be 1 to 32 of a-z, 0-9 and -"));
            }
        }
    }

    private static boolean missing(@Nullable Object value) {
        return value == null;
    }

    private void delete(ServerRequest request, ServerResponse response) {
        var device = stored(request);
        var version = Versions.required(request);
        var cause = new Cause(clock.millis(), "user:" + Caller.of(request).userId(), "deleted");
        if (device.version() != version || !departures.delete(device, version, cause)) {
            throw Versions.mismatch();
        }
        response.status(Status.NO_CONTENT_204).send();
    }

    private void changed(Device device) {
        cache.put(new DeviceStore.Change(device, false));
        bus.announce(Devices.CHANGED, device.id().toString());
    }

    private void bridgeChanged(Device child) {
        if (child.parentId() != null) {
            sessions.bridgeChanged(child.workspaceId(), child.parentId());
        }
    }

    private void status(ServerRequest request, ServerResponse response) {
        var device = known(cache, request);
        var seen = presence.of(device.workspaceId(), device.id()).orElse(null);
        var standing = seen == null ? null : presence.standing(seen, clock.millis());
        var lastAck =
                SafetySwitch.joined(commands.lastAck(device.workspaceId(), device.id()))
                        .map(Instant::ofEpochMilli)
                        .orElse(null);
        Body.send(
                response,
                new DeviceState(
                        standing == null ? Presence.LOST : standing.presence(),
                        standing == null ? null : Instant.ofEpochMilli(standing.since()),
                        seen == null ? null : seen.state().s().toString(),
                        safety.armed(device.workspaceId(), device.id()),
                        seen == null ? null : seen.state().fw(),
                        lastAck,
                        safety.inForce(device.workspaceId(), device.id()).stoppedBy()));
    }

    private Device stored(ServerRequest request) {
        return store.device(Caller.of(request).workspaceId(), Paths.uuid(request, "id"))
                .orElseThrow(DevicesApi::unknown);
    }

    /** The device of a path, of the caller's workspace, without asking PostgreSQL. */
    static Device known(DeviceCache cache, ServerRequest request) {
        return cache.find(Caller.of(request).workspaceId(), Paths.uuid(request, "id"))
                .map(DeviceCache.Known::device)
                .orElseThrow(DevicesApi::unknown);
    }

    static Problem unknown() {
        return Problem.notFound("device_not_found", "There is no such device.");
    }
}
