package io.streamwire.devices;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Permission;
import io.streamwire.service.Routes;
import io.streamwire.service.Versions;
import java.util.List;
import java.util.UUID;

/** Takes devices out of use, with all their history, and back. */
final class ArchiveApi implements Api {

    private final Bus bus;
    private final DeviceStore store;
    private final DeviceCache cache;
    private final SafetySwitch safety;
    private final Lanes lanes;
    private final Sessions sessions;

    ArchiveApi(
            Bus bus,
            DeviceStore store,
            DeviceCache cache,
            SafetySwitch safety,
            Lanes lanes,
            Sessions sessions) {
        this.bus = bus;
        this.store = store;
        this.cache = cache;
        this.safety = safety;
        this.lanes = lanes;
        this.sessions = sessions;
    }

    @Override
    public void routes(Routes routes) {
        routes.at(DevicesApi.PREFIXES)
                .post(
                        "/{id}/archive",
                        Permission.DEVICES_CHANGE,
                        (request, response) -> archive(request, response, true))
                .post(
                        "/{id}/unarchive",
                        Permission.DEVICES_CHANGE,
                        (request, response) -> archive(request, response, false));
    }

    /** Once more is no change. What is to be archived is stopped first, like what is deleted. */
    private void archive(ServerRequest request, ServerResponse response, boolean archived) {
        var known = DevicesApi.known(cache, request);
        var workspace = known.workspaceId();
        var id = known.id();
        var asked = Versions.given(request);
        if (archived && asked.isEmpty()) {
            stop(workspace, id); // it needs no PostgreSQL
        }
        var before = store.device(workspace, id).orElseThrow(DevicesApi::unknown);
        var version = asked.orElse(before.version());
        if (before.archived() != archived) {
            if (version != before.version()) {
                throw Versions.mismatch();
            }
            if (archived && asked.isPresent()) {
                stop(workspace, id);
            }
            if (!store.archive(workspace, id, archived, version)) {
                throw Versions.mismatch();
            }
        }
        var device = store.device(workspace, id).orElseThrow(DevicesApi::unknown);
        cache.put(new DeviceStore.Change(device, false));
        bus.announce(Devices.CHANGED, id.toString());
        if (archived) {
            if (safety.armed(workspace, id)) { // somebody came in between
                stop(workspace, id);
            }
            lanes.pump(id);
            sessions.end(id);
        }
        if (device.parentId() != null) {
            sessions.bridgeChanged(workspace, device.parentId());
        }
        Versions.etag(response, device.version());
        Body.send(response, device);
    }

    private void stop(UUID workspace, UUID id) {
        var _ = safety.disarm(workspace, List.of(id), "archived");
        lanes.pump(id);
    }
}
