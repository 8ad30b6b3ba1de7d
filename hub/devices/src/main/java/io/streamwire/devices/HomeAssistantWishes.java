package io.streamwire.devices;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.bus.BusException;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.HomeAssistantTopics.Wish;
import io.streamwire.devices.DeviceCache.Known;
import io.streamwire.service.Problem;
import io.streamwire.service.Trace;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Does what Home Assistant wishes, and nothing that a person could not wish: a press is a command
 * like any other, held to the arming, the safety envelope and the rates. A stop is always obeyed.
 * Thread-safe; nothing here waits on the thread that brings a message.
 */
final class HomeAssistantWishes {

    private static final Logger LOG = System.getLogger(HomeAssistantWishes.class.getName());

    private static final String WHO = Command.HOME_ASSISTANT;

    /** Bytes of a press. */
    static final int LONGEST = 512;

    private static final int MOST_ARGS = 16;
    private static final long SECOND_MS = 1_000;
    private static final int MOST_BUCKETS = 50_000;

    private final HomeAssistantAccess access;
    private final HomeAssistantMirror mirror;
    private final DeviceCache cache;
    private final ManualCommands manual;
    private final CommandDispatcher dispatcher;
    private final Refusals refusals;
    private final SafetySwitch safety;
    private final Lanes lanes;
    private final Drops drops;
    private final Predicate<UUID> owned;
    private final long perSecond;
    private final InstantSource clock;

    private final Map<UUID, TokenBucket> rates = new ConcurrentHashMap<>();

    /** How often each of the stops under way was wished for. */
    private final Map<Wish.Stop, Integer> stops = new ConcurrentHashMap<>();

    /**
     * @param owned whether this instance runs a workspace's commands
     * @param perSecond presses of one workspace in the long run; twice as many at once
     */
    HomeAssistantWishes(
            HomeAssistantAccess access,
            HomeAssistantMirror mirror,
            DeviceCache cache,
            ManualCommands manual,
            CommandDispatcher dispatcher,
            Refusals refusals,
            SafetySwitch safety,
            Lanes lanes,
            Drops drops,
            Predicate<UUID> owned,
            long perSecond,
            InstantSource clock) {
        this.access = access;
        this.mirror = mirror;
        this.cache = cache;
        this.manual = manual;
        this.dispatcher = dispatcher;
        this.refusals = refusals;
        this.safety = safety;
        this.lanes = lanes;
        this.drops = drops;
        this.owned = owned;
        this.perSecond = perSecond;
        this.clock = clock;
    }

    void arrived(Wish wish, byte[] payload) {
        switch (wish) {
            case Wish.Stop stop -> stop(stop);
            case Wish.Press press -> press(press, payload);
        }
    }

    /** However often it comes, one is under way and at most one follows. */
    private void stop(Wish.Stop stop) {
        if (stops.merge(stop, 1, Integer::sum) > 1) {
            return;
        }
        Thread.ofVirtual()
                .name("home-assistant-stop")
                .start(() -> {
                    int wished;
                    do {
                        wished = stops.getOrDefault(stop, 1);
                        try {
                            stopNow(stop);
                        } catch (RuntimeException e) {
                            LOG.log(Level.ERROR, "home_assistant=stop failed", e);
                        }
                    } while (!stops.remove(stop, wished));
                });
    }

    private void stopNow(Wish.Stop stop) {
        var workspace = stop.workspaceId();
        var device = stop.deviceId().orElse(null);
        if (device != null && cache.find(workspace, device).isEmpty()) {
            return;
        }
        var _ =
                safety.disarm(
                        workspace,
                        device == null ? List.of() : List.of(device),
                        Cause.homeAssistant(clock.millis()));
        lanes.pumpWorkspace(workspace);
    }

    private void press(Wish.Press press, byte[] payload) {
        var workspace = press.workspaceId();
        var known = cache.find(workspace, press.deviceId()).orElse(null);
        if (known == null || !access.enabled(workspace) || !owned.test(workspace)) {
            return; // its owner hears it, too
        }
        var device = known.device().id();
        if (payload.length > LONGEST) {
            drops.count(device, "oversize_press");
            return;
        }
        var now = clock.millis();
        if (rates.size() > MOST_BUCKETS) {
            rates.clear();
        }
        var rate =
                rates.computeIfAbsent(
                        workspace, _ -> new TokenBucket(2 * perSecond, perSecond, SECOND_MS, now));
        if (rate.take(now) > 0) {
            drops.count(device, "too_many_presses");
            return;
        }
        Thread.ofVirtual()
                .name("home-assistant-press")
                .start(() -> {
                    try {
                        run(known, press.command(), payload);
                    } catch (BusException e) {
                        LOG.log(
                                Level.WARNING,
                                "device={0} home_assistant=press lost={1}",
                                device,
                                e.getMessage());
                    }
                });
    }

    private void run(Known known, String command, byte[] payload) {
        var device = known.device();
        Map<String, Long> args;
        try {
            args = arguments(known, command, payload);
        } catch (IllegalArgumentException e) {
            drops.count(device.id(), "malformed_press");
            return;
        }
        try {
            var given =
                    manual.command(
                            device,
                            Ids.next(),
                            new ManualCommands.Wish(command, args, null, null),
                            WHO,
                            Trace.begin().traceparent());
            var _ = dispatcher.dispatch(given);
        } catch (Problem e) {
            var at = clock.instant();
            refused(
                    device,
                    command,
                    e,
                    at,
                    refusals.keep(device, WHO, WHO, command, args, at, e).orElse(null));
        }
    }

    private void refused(
            Device device, String command, Problem why, Instant at, @Nullable UUID receipt) {
        mirror.last(
                device.workspaceId(),
                device.id(),
                new HomeAssistantMirror.Last(
                        HomeAssistantDiscovery.REFUSED, why.code(), command, WHO, receipt, at));
    }

    /**
     * The usual arguments, and over them what the payload names: a JSON object of integers. Any
     * other text is a button's.
     */
    private static Map<String, Long> arguments(Known known, String command, byte[] payload) {
        var arguments = new LinkedHashMap<String, Long>();
        var envelope = known.envelope();
        if (envelope != null) {
            envelope.limit(command)
                    .ifPresent(limit -> arguments.putAll(HomeAssistantDiscovery.arguments(limit)));
        }
        var text = new String(payload, StandardCharsets.UTF_8).strip();
        if (!text.startsWith("{")) {
            return arguments;
        }
        JsonNode given;
        try {
            given = Json.read(text, JsonNode.class);
        } catch (Json.MalformedJson e) {
            throw new IllegalArgumentException(e);
        }
        if (given.size() > MOST_ARGS) {
            throw new IllegalArgumentException("too many arguments: " + given.size());
        }
        given.properties()
                .forEach(argument -> {
                    if (!argument.getValue().canConvertToExactIntegral()
                            || !argument.getValue().canConvertToLong()) {
                        throw new IllegalArgumentException("not an integer: " + argument.getKey());
                    }
                    arguments.put(argument.getKey(), argument.getValue().longValue());
                });
        return arguments;
    }
}
