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
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Arming and stopping. Stopping needs less than arming, and works with Redis and PostgreSQL away.
 */
final class SafetyApi implements Api {

    private static final Duration DEFAULT_TIME = Duration.ofHours(4);
    private static final Duration LONGEST_TIME = Duration.ofHours(12);
    private static final Duration SHORTEST_TIME = Duration.ofSeconds(1);
    private static final int MOST_DEVICES = 200;

    private final Bus bus;
    private final SafetySwitch safety;
    private final DeviceCache cache;
    private final Lanes lanes;

    SafetyApi(Bus bus, SafetySwitch safety, DeviceCache cache, Lanes lanes) {
        this.bus = bus;
        this.safety = safety;
        this.cache = cache;
        this.lanes = lanes;
    }

    private record Arm(@Nullable List<UUID> deviceIds, @Nullable Long forMs) {}

    private record Stop(@Nullable List<UUID> deviceIds) {}

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/devices", "/devices", "")
                .post("/arm", Permission.DEVICES_RUN, this::arm)
                .post("/stop", Permission.DEVICES_STOP, this::stop);
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
        var armed = safety.arm(caller.workspaceId(), devices, time);
        answerKey.ifPresent(key -> bus.set(key, Json.write(armed), LONGEST_TIME.multipliedBy(2)));
        Body.send(response, armed);
    }

    private void stop(ServerRequest request, ServerResponse response) {
        var caller = Caller.of(request);
        var asked = request.content().hasEntity() ? Body.read(request, Stop.class) : new Stop(null);
        var devices = known(caller.workspaceId(), asked.deviceIds());
        var stopped = safety.stop(caller.workspaceId(), devices, "user " + caller.userId());
        lanes.pumpWorkspace(caller.workspaceId());
        Body.send(response, stopped);
    }

    /** The named devices that are of the workspace: one that is not keeps no other one moving. */
    private List<UUID> known(UUID workspaceId, @Nullable List<UUID> named) {
        if (named == null) {
            return List.of();
        }
        var known =
                named.stream()
                        .filter(id -> !missing(id) && cache.find(workspaceId, id).isPresent())
                        .distinct()
                        .toList();
        if (known.isEmpty()) {
            throw Problem.unprocessable(
                    "unknown_device",
                    "None of the devices is one of this workspace.",
                    List.of(new Violation("/device_ids", "names no device of this workspace")));
        }
        return known;
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
            if (missing(named.get(i)) || cache.find(workspaceId, named.get(i)).isEmpty()) {
                violations.add(new Violation("/device_ids/" + i, "is no device of this workspace"));
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
