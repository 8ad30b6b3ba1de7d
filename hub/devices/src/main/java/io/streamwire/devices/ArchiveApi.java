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

    /** Once more is no change. */
    private void archive(ServerRequest request, ServerResponse response, boolean archived) {
        var id = DevicesApi.known(cache, request).id();
        var workspace = DevicesApi.known(cache, request).workspaceId();
        var before = store.device(workspace, id).orElseThrow(DevicesApi::unknown);
        var version = Versions.given(request).orElse(before.version());
        if (before.archived() != archived && !store.archive(workspace, id, archived, version)) {
            throw Versions.mismatch();
        }
        var device = store.device(workspace, id).orElseThrow(DevicesApi::unknown);
        cache.put(new DeviceStore.Change(device, false));
        bus.announce(Devices.CHANGED, id.toString());
        if (archived) {
            var _ = safety.disarm(workspace, List.of(id), "archived");
            lanes.pump(id);
            sessions.end(id);
        }
        if (device.parentId() != null) {
            sessions.bridgeChanged(workspace, device.parentId());
        }
        Versions.etag(response, device.version());
        Body.send(response, device);
    }
}
