package io.streamwire.devices;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.contract.mqtt.Envelope.Limit;
import io.streamwire.service.Api;
import io.streamwire.service.Permission;
import io.streamwire.service.Problem;
import io.streamwire.service.Routes;
import java.util.HashMap;
import java.util.Map;

/**
 * Lets a board show which one it is: the command {@code identify}, if the board has one. A command
 * like any other, so the device has to be armed.
 */
final class IdentifyApi implements Api {

    private static final String COMMAND = "identify";

    /** How long a board blinks unless its limits are tighter, ms. */
    private static final long BLINK_MS = 2_000;

    private final DeviceCache cache;
    private final CommandsApi commands;

    IdentifyApi(DeviceCache cache, CommandsApi commands) {
        this.cache = cache;
        this.commands = commands;
    }

    @Override
    public void routes(Routes routes) {
        routes.at(DevicesApi.PREFIXES)
                .post("/{id}/identify", Permission.DEVICES_RUN, this::identify);
    }

    private void identify(ServerRequest request, ServerResponse response)
            throws InterruptedException {
        var device = DevicesApi.known(cache, request);
        var limit =
                cache.known(device.id())
                        .map(DeviceCache.Known::envelope)
                        .flatMap(envelope -> envelope.limit(COMMAND))
                        .orElseThrow(() ->
                                Problem.conflict(
                                        "not_supported",
                                        "The board has no command " + COMMAND + "."));
        commands.run(request, response, device, COMMAND, args(limit));
    }

    /** Every argument at its least, the time long enough to see. */
    static Map<String, Long> args(Limit limit) {
        var args = new HashMap<String, Long>();
        limit.args()
                .forEach((name, range) ->
                        args.put(
                                name,
                                name.equals(Envelope.DURATION)
                                        ? Math.max(range.min(), Math.min(range.max(), BLINK_MS))
                                        : range.min()));
        return args;
    }
}
