package io.streamwire.devices;

import io.helidon.config.Config;
import io.streamwire.service.Api;
import io.streamwire.service.Configuration;
import io.streamwire.service.EventStreams;
import io.streamwire.service.Metrics;
import io.streamwire.service.OpenApi;
import io.streamwire.service.TokenVerifier;
import io.streamwire.service.TrustedProxies;
import java.net.URI;
import java.util.List;

/** What the service answers over HTTP. */
final class Apis {

    private static final long MOST_FIRMWARE = 10_000;

    private Apis() {}

    /**
     * @param mirrorSoon Home Assistants have changed
     */
    static List<Api> of(
            Assembly all, Metrics metrics, TokenVerifier verifier, Runnable mirrorSoon) {
        var commands =
                new CommandsApi(
                        all.dispatcher,
                        all.commands,
                        all.tracker,
                        all.projection,
                        all.cache,
                        all.manual,
                        all.refusals,
                        all.clock);
        return List.of(
                metrics,
                OpenApi.of(Devices.class),
                new TokensApi(
                        all.bus,
                        all.store,
                        all.cache,
                        all.sessions,
                        all.publicMqttUrl,
                        all.caps,
                        all.clock),
                new SafetyApi(all.bus, all.safety, all.cache, all.presence, all.clock),
                stop(all),
                commands,
                new QueueApi(
                        all.bus,
                        all.store,
                        all.queues,
                        all.pauses,
                        all.lanes,
                        commands,
                        all.tracker,
                        all.cache),
                new IdentifyApi(all.cache, commands),
                new SnippetApi(all.cache, URI.create(all.publicMqttUrl)),
                claims(all),
                new ReceiptsApi(all.commands, all.tracker, all.projection, all.refusals, all.clock),
                new DevicesApi(
                        all.bus,
                        all.store,
                        all.cache,
                        all.presence,
                        all.safety,
                        all.commands,
                        all.departures(),
                        all.sessions,
                        all.caps,
                        all.clock),
                new EventsApi(all.bus, EventStreams.of(all.config), verifier),
                new RecordsApi(all.cache, all.records),
                new ConfigApi(all.bus, all.store, all.cache, all.echo, all.envelopes),
                new ArchiveApi(all.bus, all.store, all.cache, all.safety, all.lanes, all.sessions),
                new GroupsApi(all.bus, all.groupStore, all.cache, all.groups, all.caps),
                firmware(all),
                new RolloutsApi(all.firmware, all.rollouts, all.cache, all.clock),
                new HomeAssistantApi(
                        all.bus,
                        all.homeStore,
                        all.homeAccess,
                        all.sessions,
                        mirrorSoon,
                        all.publicMqttUrl,
                        all.clock),
                new InternalApi(
                        all.clients,
                        Configuration.text(all.config, "mqtt.username"),
                        Configuration.text(all.config, "mqtt.password")));
    }

    private static StopApi stop(Assembly all) {
        return new StopApi(
                all.safety,
                new StopReports(all.safety, all.safetyLog, all.presence, all.cache, all.clock),
                new StopKeys(all.bus, all.safety),
                all.safetyLog,
                all.cache,
                all.groups,
                all.lanes,
                all.commands,
                all.clock);
    }

    private static ClaimsApi claims(Assembly all) {
        return new ClaimsApi(
                all.bus,
                new ClaimStore(all.database),
                all.cache,
                all.caps,
                TrustedProxies.of(all.config, "devices.trusted-proxies"),
                new ClaimsApi.Settings(
                        text(all.config, "devices.public-url"),
                        all.publicMqttUrl,
                        text(all.config, "service.secret")),
                all.clock);
    }

    private static FirmwareApi firmware(Assembly all) {
        return new FirmwareApi(
                all.firmware,
                all.cache,
                Configuration.size(all.config, "devices.firmware-max"),
                (int) Configuration.number(all.config, "devices.firmware-count", 1, MOST_FIRMWARE),
                all.clock);
    }

    private static String text(Config config, String key) {
        return Configuration.optional(config, key).orElse("");
    }
}
