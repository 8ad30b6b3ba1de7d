package io.streamwire.devices;

import io.streamwire.contract.Json;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Our broker in another process, asked over its HTTP side. */
final class RemoteBroker implements Devices.Broker {

    private final BrokerHttp http;

    private RemoteBroker(BrokerHttp http) {
        this.http = http;
    }

    /** Every broker of an installation. */
    static List<RemoteBroker> all(List<URI> urls, String serviceSecret) {
        return urls.stream()
                .map(url ->
                        new RemoteBroker(new BrokerHttp(url, "X-Service-Secret", serviceSecret)))
                .toList();
    }

    @Override
    public boolean endSession(UUID deviceId) {
        return http.ask(
                        path(deviceId),
                        HttpRequest.Builder::DELETE,
                        Set.of(BrokerHttp.DONE, BrokerHttp.NOT_CONNECTED))
                == BrokerHttp.DONE;
    }

    @Override
    public void setChildren(UUID workspaceId, UUID bridge, Set<UUID> children) {
        var body = Json.writeBytes(new Access(workspaceId, children));
        var _ =
                http.ask(
                        path(bridge),
                        request ->
                                request.header("Content-Type", "application/json")
                                        .PUT(BodyPublishers.ofByteArray(body)),
                        Set.of(BrokerHttp.DONE));
    }

    private record Access(UUID workspaceId, Set<UUID> children) {}

    private static String path(UUID client) {
        return "/clients/" + client;
    }
}
