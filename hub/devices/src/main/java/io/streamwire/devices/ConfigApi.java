package io.streamwire.devices;

import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.bus.Bus;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import io.streamwire.service.Versions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a board can do, how tightly its owner limits it, and whether it knows. */
final class ConfigApi implements Api {

    private final Bus bus;
    private final DeviceStore store;
    private final DeviceCache cache;
    private final ConfigEcho echo;
    private final BoardEnvelopes envelopes;

    ConfigApi(
            Bus bus,
            DeviceStore store,
            DeviceCache cache,
            ConfigEcho echo,
            BoardEnvelopes envelopes) {
        this.bus = bus;
        this.store = store;
        this.cache = cache;
        this.echo = echo;
        this.envelopes = envelopes;
    }

    private record Documents(
            long version,
            JsonNode capabilities,
            Instant describedAt,
            List<DeviceStore.Document> history) {}

    private record Desired(long v, String envelope, Map<String, DeviceConfig.Limits> limits) {}

    private record Reported(long v, String envelope, Instant at) {}

    /**
     * What the hub wants of a board, and what the board says.
     *
     * @param desired null before the board has described itself
     * @param inSync whether the board keeps the envelope that is wanted
     */
    private record State(@Nullable Desired desired, @Nullable Reported reported, boolean inSync) {}

    @Override
    public void routes(Routes routes) {
        routes.at(DevicesApi.PREFIXES)
                .get("/{id}/capabilities", Permission.DEVICES_READ, this::capabilities)
                .get("/{id}/config", Permission.DEVICES_READ, this::config)
                .get("/{id}/limits", Permission.DEVICES_READ, this::limits)
                .put("/{id}/limits", Permission.DEVICES_CHANGE, this::limit);
    }

    private void capabilities(ServerRequest request, ServerResponse response) {
        var device = DevicesApi.known(cache, request);
        var documents = store.documents(device.workspaceId(), device.id());
        if (documents.isEmpty()) {
            throw Problem.notFound("not_described", "The board has not described itself yet.");
        }
        var newest = documents.getFirst();
        Body.send(
                response,
                new Documents(
                        newest.version(),
                        newest.capabilities(),
                        newest.describedAt(),
                        documents.subList(1, documents.size())));
    }

    private void config(ServerRequest request, ServerResponse response) {
        var device = DevicesApi.known(cache, request);
        var envelope = device.envelope();
        var report = echo.report(device.id()).orElse(null);
        // Changed limits are in force at once, and in the row when the board's instance has seen
        // them.
        var inForce =
                cache.known(device.id())
                        .map(DeviceCache.Known::envelope)
                        .map(Envelope::hash)
                        .orElse(null);
        Body.send(
                response,
                new State(
                        envelope == null
                                ? null
                                : new Desired(device.configVersion(), envelope, device.limits()),
                        report == null
                                ? null
                                : new Reported(
                                        report.v(),
                                        report.envelope(),
                                        Instant.ofEpochMilli(report.at())),
                        envelope != null
                                && report != null
                                && envelope.equals(report.envelope())
                                && envelope.equals(inForce)
                                && !echo.holds(device.id())));
    }

    private void limits(ServerRequest request, ServerResponse response) {
        send(response, DevicesApi.known(cache, request));
    }

    private void limit(ServerRequest request, ServerResponse response) {
        var device = DevicesApi.known(cache, request);
        var version = Versions.required(request);
        var asked = Body.read(request, OwnLimits.class);
        var capabilities =
                cache.known(device.id()).map(DeviceCache.Known::capabilities).orElse(null);
        if (capabilities == null) {
            throw Problem.conflict(
                    "not_described", "The board has not said yet what it can do: connect it.");
        }
        var violations = asked.violations(capabilities);
        if (!violations.isEmpty()) {
            throw Problem.unprocessable(
                    "invalid_limits",
                    "Limits can only be tighter than those of the board.",
                    violations);
        }
        var envelope = Envelope.compile(capabilities, asked.commands()).hash();
        if (!store.limit(device.workspaceId(), device.id(), asked.commands(), envelope, version)) {
            throw Versions.mismatch();
        }
        var limited =
                store.device(device.workspaceId(), device.id()).orElseThrow(DevicesApi::unknown);
        cache.put(new DeviceStore.Change(limited, false));
        cache.known(device.id()).ifPresent(envelopes::reconfigure);
        bus.announce(Devices.CHANGED, device.id().toString());
        send(response, limited);
    }

    private static void send(ServerResponse response, Device device) {
        Versions.etag(response, device.version());
        Body.send(response, device.limits());
    }
}
