package io.streamwire.devices;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.devices.Queues.Cancelled;
import io.streamwire.devices.Queues.Queued;
import io.streamwire.devices.Queues.Verb;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Paths;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.Versions;
import io.streamwire.service.Violation;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A device's queue: look at it, cancel, pause; and what its limits leave. */
final class QueueApi implements Api {

    private static final Duration LONGEST_CANCEL = Duration.ofSeconds(2);

    private final Bus bus;
    private final DeviceStore store;
    private final Queues queues;
    private final Pauses pauses;
    private final Lanes lanes;
    private final CommandsApi commands;
    private final CommandTracker tracker;
    private final DeviceCache cache;

    QueueApi(
            Bus bus,
            DeviceStore store,
            Queues queues,
            Pauses pauses,
            Lanes lanes,
            CommandsApi commands,
            CommandTracker tracker,
            DeviceCache cache) {
        this.bus = bus;
        this.store = store;
        this.queues = queues;
        this.pauses = pauses;
        this.lanes = lanes;
        this.commands = commands;
        this.tracker = tracker;
        this.cache = cache;
    }

    private record QueueView(boolean paused, long offlineHoldMs, List<Queued> items) {}

    private record Settings(@Nullable Long offlineHoldMs) {}

    private record Paused(boolean paused) {}

    @Override
    public void routes(Routes routes) {
        routes.at(DevicesApi.PREFIXES)
                .get("/{id}/queue", Permission.DEVICES_READ, this::queue)
                .put("/{id}/queue", Permission.DEVICES_CHANGE, this::change)
                .get("/{id}/limits-state", Permission.DEVICES_READ, this::limits)
                .delete("/{id}/commands", Permission.DEVICES_RUN, this::clear)
                .delete("/{id}/commands/{command}", Permission.DEVICES_RUN, this::cancel)
                .post(
                        "/{id}/pause",
                        Permission.DEVICES_RUN,
                        (request, response) -> pause(request, response, true))
                .post(
                        "/{id}/resume",
                        Permission.DEVICES_RUN,
                        (request, response) -> pause(request, response, false));
    }

    private void queue(ServerRequest request, ServerResponse response) {
        send(response, DevicesApi.known(cache, request));
    }

    private void send(ServerResponse response, Device device) {
        var queue = queues.ask(device, Verb.QUEUE, null, Queues.Queue.class);
        Versions.etag(response, device.version());
        Body.send(
                response,
                new QueueView(
                        pauses.paused(device.workspaceId(), device.id()),
                        device.offlineHoldMs(),
                        queue.items()));
    }

    private void change(ServerRequest request, ServerResponse response) {
        var device = DevicesApi.known(cache, request);
        var version = Versions.required(request);
        var holdMs = Body.read(request, Settings.class).offlineHoldMs();
        if (holdMs == null || holdMs < 0 || holdMs > Device.LONGEST_HOLD_MS) {
            throw Problem.unprocessable(
                    "invalid_queue",
                    "Commands cannot wait for the board like that.",
                    List.of(
                            new Violation(
                                    "/offline_hold_ms", "must be 0 to " + Device.LONGEST_HOLD_MS)));
        }
        if (!store.holdOffline(device.workspaceId(), device.id(), holdMs, version)) {
            throw Versions.mismatch();
        }
        var changed =
                store.device(device.workspaceId(), device.id()).orElseThrow(DevicesApi::unknown);
        cache.put(new DeviceStore.Change(changed, false));
        bus.announce(Devices.CHANGED, device.id().toString());
        send(response, changed);
    }

    private void limits(ServerRequest request, ServerResponse response) {
        var device = DevicesApi.known(cache, request);
        Body.send(response, queues.ask(device, Verb.LIMITS, null, Queues.Limits.class));
    }

    private void clear(ServerRequest request, ServerResponse response) {
        var device = DevicesApi.known(cache, request);
        Body.send(response, queues.ask(device, Verb.CLEAR, null, Cancelled.class));
    }

    private void cancel(ServerRequest request, ServerResponse response)
            throws InterruptedException {
        var device = DevicesApi.known(cache, request);
        var id = Paths.uuid(request, "command");
        var before = commands.known(device, id);
        if (!before.state().isFinal()
                && queues.ask(device, Verb.CANCEL, id, Cancelled.class).commands() > 0) {
            var _ = tracker.await(device.workspaceId(), id, LONGEST_CANCEL);
        }
        var after = commands.known(device, id);
        if (!DeviceLane.CANCELLED.equals(after.reason())) {
            throw Problem.of(
                    Status.CONFLICT_409,
                    "command_left",
                    "The command has left the queue: it is " + after.state() + ".");
        }
        Body.send(response, CommandsApi.answer(after));
    }

    private void pause(ServerRequest request, ServerResponse response, boolean on) {
        var device = DevicesApi.known(cache, request);
        pauses.set(device.workspaceId(), device.id(), on);
        lanes.pump(device.id());
        Body.send(response, new Paused(on));
    }
}
