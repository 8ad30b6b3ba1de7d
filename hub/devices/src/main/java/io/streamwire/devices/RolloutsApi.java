package io.streamwire.devices;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Ids;
import io.streamwire.devices.Rollout.State;
import io.streamwire.devices.Rollout.Target;
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
import io.streamwire.service.Violation;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Roll-outs: begun, watched, paused, resumed and cancelled. */
final class RolloutsApi implements Api {

    private static final int MOST_DEVICES = 1_000;
    private static final int MOST_STAGES = 10;
    private static final long LONGEST_WAIT_MS = TimeUnit.DAYS.toMillis(7);

    private final FirmwareStore store;
    private final Rollouts rollouts;
    private final DeviceCache cache;
    private final InstantSource clock;

    RolloutsApi(FirmwareStore store, Rollouts rollouts, DeviceCache cache, InstantSource clock) {
        this.store = store;
        this.rollouts = rollouts;
        this.cache = cache;
        this.clock = clock;
    }

    private record NewRollout(
            @Nullable List<UUID> deviceIds,
            @Nullable String tag,
            @Nullable List<Integer> stages,
            @Nullable Long waitMs,
            @Nullable Integer maxFailures) {}

    /** A roll-out with the progress of each device. */
    private record Watched(Rollout rollout, List<Target> devices) {}

    @Override
    public void routes(Routes routes) {
        routes.at(FirmwareApi.PREFIXES)
                .post("/{id}/rollouts", Permission.DEVICES_CHANGE, this::begin)
                .get("/rollouts", Permission.DEVICES_READ, this::list)
                .get("/rollouts/{id}", Permission.DEVICES_READ, this::read)
                .post("/rollouts/{id}/pause", Permission.DEVICES_CHANGE, this::pause)
                .post("/rollouts/{id}/resume", Permission.DEVICES_CHANGE, this::resume)
                .post("/rollouts/{id}/cancel", Permission.DEVICES_CHANGE, this::cancel);
    }

    private void begin(ServerRequest request, ServerResponse response) {
        var firmware = FirmwareApi.stored(store, request);
        var workspace = firmware.workspaceId();
        var asked =
                request.content().hasEntity()
                        ? Body.read(request, NewRollout.class)
                        : new NewRollout(null, null, null, null, null);
        var id =
                IdempotencyKey.of(request)
                        .map(key -> Ids.keyed(workspace, "rollout " + firmware.id(), key))
                        .orElseGet(Ids::next);
        var earlier = store.rollout(workspace, id);
        if (earlier.isPresent()) {
            created(response, earlier.get());
            return;
        }
        rollouts.requirePlace();
        if (asked.tag() != null && asked.deviceIds() != null) {
            throw invalid(List.of(new Violation("/tag", "must be left out with device_ids")));
        }
        var devices =
                asked.deviceIds() == null
                        ? rollouts.devices(workspace, firmware.board(), asked.tag())
                        : asked.deviceIds().stream().distinct().toList();
        var stages = asked.stages() == null ? List.of(100) : asked.stages();
        var waitMs = asked.waitMs() == null ? 0 : asked.waitMs();
        var failures = asked.maxFailures() == null ? 0 : asked.maxFailures();
        check(firmware, devices, stages, waitMs, failures);
        var now = clock.instant();
        var rollout =
                new Rollout(
                        id,
                        workspace,
                        firmware.id(),
                        State.RUNNING,
                        null,
                        stages,
                        0,
                        waitMs,
                        failures,
                        null,
                        now,
                        now);
        var busy = store.insert(rollout, firmware.version(), devices);
        if (!busy.isEmpty()) {
            throw Problem.conflict(
                    "device_in_rollout",
                    "Another roll-out is under way for: " + String.join(", ", texts(busy)));
        }
        rollouts.changed();
        created(response, store.rollout(workspace, id).orElse(rollout));
    }

    private static List<String> texts(java.util.Collection<UUID> ids) {
        return ids.stream().map(UUID::toString).sorted().toList();
    }

    private void created(ServerResponse response, Rollout rollout) {
        Body.created(response, FirmwareApi.PLACE + "/rollouts/" + rollout.id(), watched(rollout));
    }

    private void check(
            Firmware firmware,
            List<UUID> devices,
            List<Integer> stages,
            long waitMs,
            int maxFailures) {
        var violations = new ArrayList<Violation>();
        if (store.keys(firmware.workspaceId()).stream()
                .noneMatch(key -> key.id().equals(firmware.keyId()))) {
            violations.add(new Violation("", "is signed by a key that is not trusted any more"));
        }
        if (devices.isEmpty() || devices.size() > MOST_DEVICES) {
            violations.add(
                    new Violation("/device_ids", "must be 1 to " + MOST_DEVICES + " devices"));
        }
        for (int i = 0; i < Math.min(devices.size(), MOST_DEVICES); i++) {
            var known = cache.find(firmware.workspaceId(), devices.get(i)).orElse(null);
            if (known == null) {
                violations.add(new Violation("/device_ids/" + i, "is no device of this workspace"));
            } else if (!known.device().board().equals(firmware.board())) {
                violations.add(new Violation("/device_ids/" + i, "is no " + firmware.board()));
            }
        }
        var last = 0;
        for (int i = 0; i < stages.size(); i++) {
            int stage = stages.get(i);
            if (stage <= last || stage > 100) {
                violations.add(
                        new Violation("/stages/" + i, "must be percent, rising, at most 100"));
            }
            last = stage;
        }
        if (stages.size() > MOST_STAGES || last != 100) {
            violations.add(
                    new Violation("/stages", "must be 1 to " + MOST_STAGES + ", the last one 100"));
        }
        if (waitMs < 0 || waitMs > LONGEST_WAIT_MS) {
            violations.add(new Violation("/wait_ms", "must be 0 to " + LONGEST_WAIT_MS));
        }
        if (maxFailures < 0 || maxFailures > MOST_DEVICES) {
            violations.add(new Violation("/max_failures", "must be 0 to " + MOST_DEVICES));
        }
        if (!violations.isEmpty()) {
            throw invalid(violations);
        }
    }

    private static Problem invalid(List<Violation> violations) {
        return Problem.unprocessable(
                "invalid_rollout", "The roll-out is not possible as it is.", violations);
    }

    private void list(ServerRequest request, ServerResponse response) {
        var page = Page.of(request);
        var rows = store.rollouts(Caller.of(request).workspaceId(), page);
        Body.send(response, Listing.cut(page, rows, Rollout::id));
    }

    private void read(ServerRequest request, ServerResponse response) {
        Body.send(response, watched(stored(request)));
    }

    private Watched watched(Rollout rollout) {
        return new Watched(rollout, store.targets(rollout.workspaceId(), rollout.id()));
    }

    private Rollout stored(ServerRequest request) {
        return store.rollout(Caller.of(request).workspaceId(), Paths.uuid(request, "id"))
                .orElseThrow(
                        () -> Problem.notFound("rollout_not_found", "There is no such roll-out."));
    }

    private void pause(ServerRequest request, ServerResponse response) {
        move(request, response, State.PAUSED, State.RUNNING);
    }

    private void resume(ServerRequest request, ServerResponse response) {
        move(request, response, State.RUNNING, State.PAUSED);
    }

    private void cancel(ServerRequest request, ServerResponse response) {
        move(request, response, State.CANCELLED, State.RUNNING, State.PAUSED);
    }

    /** Moves it from one of the states; asked again it answers as before. */
    private void move(ServerRequest request, ServerResponse response, State to, State... from) {
        var rollout = stored(request);
        var moved = rollout.state() == to;
        for (var before : from) {
            moved = moved || store.move(rollout, before, to, null);
        }
        if (!moved) {
            throw Problem.conflict("rollout_over", "The roll-out is over.");
        }
        rollouts.changed();
        Body.send(response, watched(stored(request)));
    }
}
