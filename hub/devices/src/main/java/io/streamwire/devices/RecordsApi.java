package io.streamwire.devices;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.devices.BoardRecords.Position;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Listing;
import io.streamwire.service.Page;
import io.streamwire.service.Permission;
import io.streamwire.service.Routes;

/** What boards measured and what happened to them, the newest first. */
final class RecordsApi implements Api {

    private final DeviceCache cache;
    private final BoardRecords records;

    RecordsApi(DeviceCache cache, BoardRecords records) {
        this.cache = cache;
        this.records = records;
    }

    @Override
    public void routes(Routes routes) {
        routes.at(DevicesApi.PREFIXES)
                .get("/{id}/telemetry", Permission.DEVICES_READ, this::telemetry)
                .get("/{id}/logs", Permission.DEVICES_READ, this::logs);
    }

    private void telemetry(ServerRequest request, ServerResponse response) {
        var device = DevicesApi.known(cache, request);
        var page = Page.of(request);
        var rows = records.telemetry(device.workspaceId(), device.id(), page);
        Body.send(response, Listing.cut(page, rows, row -> new Position(row.at(), row.id())));
    }

    private void logs(ServerRequest request, ServerResponse response) {
        var device = DevicesApi.known(cache, request);
        var page = Page.of(request);
        var rows = records.lines(device.workspaceId(), device.id(), page);
        Body.send(response, Listing.cut(page, rows, row -> new Position(row.at(), row.id())));
    }
}
