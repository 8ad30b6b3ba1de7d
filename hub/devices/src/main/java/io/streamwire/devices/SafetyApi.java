package io.streamwire.devices;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.IdempotencyKey;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.Violation;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Arming, and what is armed. */
final class SafetyApi implements Api {

    private static final Duration DEFAULT_TIME = Duration.ofHours(4);
    private static final Duration LONGEST_TIME = Duration.ofHours(12);
    private static final Duration SHORTEST_TIME = Duration.ofSeconds(1);
    private static final int MOST_DEVICES = 200;

    private final Bus bus;
    private final SafetySwitch safety;
    private final DeviceCache cache;
    private final Presence presence;
    private final InstantSource clock;

    SafetyApi(
            Bus bus,
            SafetySwitch safety,
            DeviceCache cache,
            Presence presence,
            InstantSource clock) {
        this.bus = bus;
        this.safety = safety;
        this.cache = cache;
        this.presence = presence;
        this.clock = clock;
    }

    private record Arm(@Nullable List<UUID> deviceIds, @Nullable Long forMs) {}

    /**
     * What holds for a workspace or a device.
     *
     * @param by who armed or stopped it last, see {@link Cause}
     * @param stoppedBy hardware, user, agent, home_assistant or hub; null while armed and before
     *     the first time
     */
    private record State(
            boolean armed,
            long epoch,
            @Nullable String by,
            @Nullable String why,
            @Nullable Instant since,
            @Nullable Instant until,
            @Nullable String stoppedBy) {

        static State of(Arming arming, long now) {
            var cause = arming.cause();
            var known = cause.at() > 0;
            return new State(
                    arming.holds(now),
                    arming.epoch(),
                    known ? cause.by() : null,
                    known ? cause.why() : null,
                    known ? Instant.ofEpochMilli(cause.at()) : null,
                    arming.armed() ? Instant.ofEpochMilli(arming.until()) : null,
                    arming.stoppedBy());
        }
    }

    /**
     * A device's part.
     *
     * @param state what it says itself
     * @param reportedEpoch the epoch that it obeys, by its own word
     */
    private record OfDevice(
            UUID deviceId,
            State arming,
            String presence,
            @Nullable String state,
            @Nullable Long reportedEpoch) {}

    /**
     * The answer.
     *
     * @param healthy whether this instance renews the leases that are its to renew
     * @param ailment why not
     */
    private record Overview(
            State workspace,
            boolean healthy,
            @Nullable String ailment,
            List<OfDevice> items,
            @Nullable String nextCursor) {}

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/devices", "/devices", "")
                .post("/arm", Permission.DEVICES_RUN, this::arm);
        routes.at(DevicesApi.PREFIXES).get("/arming", Permission.DEVICES_READ, this::arming);
    }

    private void arm(ServerRequest request, ServerResponse response) {
        var caller = Caller.of(request);
        var asked =
                request.content().hasEntity() ? Body.read(request, Arm.class) : new Arm(null, null);
        var time = asked.forMs() == null ? DEFAULT_TIME : Duration.ofMillis(asked.forMs());
        if (time.compareTo(SHORTEST_TIME) < 0 || time.compareTo(LONGEST_TIME) > 0) {
            throw Problem.unprocessable(
                    "invalid_arm",
                    "The devices cannot be armed for that long.",
                    List.of(
                            new Violation(
                                    "/for_ms",
                                    "must be %d to %d"
                                            .formatted(
                                                    SHORTEST_TIME.toMillis(),
                                                    LONGEST_TIME.toMillis()))));
        }
        var devices = devices(caller.workspaceId(), asked.deviceIds());
        // The same key again, say after a lost answer, must not undo a stop that came in between.
        var answerKey =
                IdempotencyKey.of(request)
                        .map(key -> Ids.keyed(caller.workspaceId(), "arm", key))
                        .map(id -> Stream.key(bus.partition(caller.workspaceId()), "answer:" + id));
        var earlier =
                answerKey.flatMap(bus::get).map(text -> Json.read(text, SafetySwitch.Armed.class));
        if (earlier.isPresent()) {
            Body.send(response, earlier.get());
            return;
        }
        var cause = Cause.user(caller.userId(), clock.millis());
        var keep = answerKey.map(key -> new SafetyStore.Keep(key, LONGEST_TIME.multipliedBy(2)));
        Body.send(response, safety.arm(caller.workspaceId(), devices, time, cause, keep));
    }

    private void arming(ServerRequest request, ServerResponse response) {
        var workspace = Caller.of(request).workspaceId();
        var page = Page.of(request);
        var after = page.cursorId().orElse(null);
        var rows =
                cache.devices(workspace).stream()
                        .sorted()
                        .filter(id -> after == null || id.compareTo(after) > 0)
                        .limit(page.rows())
                        .map(id -> ofDevice(workspace, id))
                        .toList();
        var devices = Listing.cut(page, rows, OfDevice::deviceId);
        Body.send(
                response,
                new Overview(
                        State.of(safety.ofWorkspace(workspace), clock.millis()),
                        safety.ailment().isEmpty(),
                        safety.ailment().orElse(null),
                        devices.items(),
                        devices.nextCursor()));
    }

    private OfDevice ofDevice(UUID workspace, UUID id) {
        var seen = presence.of(workspace, id).orElse(null);
        return new OfDevice(
                id,
                State.of(safety.inForce(workspace, id), clock.millis()),
                seen == null ? Presence.LOST : presence.standing(seen, clock.millis()).presence(),
                seen == null ? null : seen.state().s().toString(),
                seen == null ? null : seen.state().epoch());
    }

    /** The named devices, all of the workspace; empty for the whole of it. */
    private List<UUID> devices(UUID workspaceId, @Nullable List<UUID> named) {
        if (named == null) {
            return List.of();
        }
        var violations = new ArrayList<Violation>();
        if (named.isEmpty() || named.size() > MOST_DEVICES) {
            violations.add(
                    new Violation(
                            "/device_ids",
                            "must name 1 to " + MOST_DEVICES + " devices, or be left out"));
        }
        for (int i = 0; i < Math.min(named.size(), MOST_DEVICES); i++) {
            if (missing(named.get(i))
                    || cache.find(workspaceId, named.get(i))
                            .filter(known -> !known.device().archived())
                            .isEmpty()) {
                violations.add(
                        new Violation("/device_ids/" + i, "is no device in use of this workspace"));
            }
        }
        if (!violations.isEmpty()) {
            throw Problem.unprocessable("unknown_device", "Some devices are unknown.", violations);
        }
        return named.stream().distinct().toList();
    }

    private static boolean missing(@Nullable Object value) {
        return value == null;
    }
}
