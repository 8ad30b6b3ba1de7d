package io.streamwire.devices;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Entry;
import io.streamwire.contract.DeviceEvent;
import io.streamwire.contract.DeviceEvent.CommandChanged;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.HomeAssistantTopics;
import io.streamwire.devices.DeviceCache.Known;
import io.streamwire.devices.MqttLine.Outgoing;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what the broker retains for Home Assistant as it should be. Every instance hears what is
 * retained; the owner of a workspace compares that with what there is, publishes what differs and
 * clears what is no more. So nothing stays behind after a rename, a deletion, a restart of either
 * side or a change of the owner. Thread-safe; {@link #round} is called by one thread.
 */
final class HomeAssistantMirror {

    /** Published in one round, most: the line has room for 500 messages of all kinds. */
    private static final int MOST_AT_ONCE = 200;

    private static final String ONLINE = "online";
    private static final String OFFLINE = "offline";

    private final Bus bus;
    private final MqttLine line;
    private final HomeAssistantAccess access;
    private final DeviceCache cache;
    private final Presence presence;
    private final ArmingState arming;
    private final InstantSource clock;
    private final IntPredicate owned;

    /** What the broker retains, by topic. */
    private final Map<String, String> retained = new ConcurrentHashMap<>();

    /** Topics that the broker may have forgotten since. */
    private final Set<String> unsure = ConcurrentHashMap.newKeySet();

    private final Map<UUID, Document> documents = new HashMap<>(); // of the round's thread

    private record Document(Known known, String text) {}

    private record State(boolean armed, String presence) {}

    /**
     * What became of a command.
     *
     * @param id of the command, or of the receipt of a refused one
     */
    record Last(
            String state,
            @Nullable String reason,
            String command,
            String source,
            @Nullable UUID id,
            Instant at) {}

    HomeAssistantMirror(
            Bus bus,
            MqttLine line,
            HomeAssistantAccess access,
            DeviceCache cache,
            Presence presence,
            ArmingState arming,
            InstantSource clock,
            IntPredicate owned) {
        this.bus = bus;
        this.line = line;
        this.access = access;
        this.cache = cache;
        this.presence = presence;
        this.arming = arming;
        this.clock = clock;
        this.owned = owned;
    }

    /** The broker may have lost what it retained; what it has it says again. */
    void connected() {
        unsure.addAll(retained.keySet());
    }

    void arrived(String topic, byte[] payload) {
        unsure.remove(topic);
        if (payload.length == 0) {
            retained.remove(topic);
            return;
        }
        retained.put(topic, new String(payload, StandardCharsets.UTF_8));
    }

    /** Publishes what the broker should retain and does not, and clears what it should not. */
    void round() {
        if (!line.listening()) {
            return;
        }
        var wanted = new HashMap<String, String>();
        for (var workspace : access.enabled()) {
            if (owned.test(bus.partition(workspace))) {
                want(workspace, wanted);
            }
        }
        documents.keySet().removeIf(id -> cache.known(id).isEmpty());
        int published = 0;
        for (var one : wanted.entrySet()) {
            var before = retained.get(one.getKey());
            if (one.getValue().equals(before) && !unsure.contains(one.getKey())) {
                continue;
            }
            publish(one.getKey(), changed(one.getKey(), before, one.getValue()));
            if (++published >= MOST_AT_ONCE) {
                return;
            }
        }
        for (var topic : retained.keySet()) {
            if (wanted.containsKey(topic) || !isOurs(topic)) {
                continue;
            }
            publish(topic, "");
            if (++published >= MOST_AT_ONCE) {
                return;
            }
        }
    }

    private boolean isOurs(String topic) {
        return HomeAssistantTopics.workspace(topic)
                .filter(workspace -> owned.test(bus.partition(workspace)))
                .isPresent();
    }

    private void want(UUID workspace, Map<String, String> wanted) {
        wanted.put(
                HomeAssistantTopics.discovery(workspace, workspace),
                HomeAssistantDiscovery.ofWorkspace(workspace));
        for (var id : cache.devices(workspace)) {
            var known = cache.find(workspace, id).orElse(null);
            if (known == null) {
                continue;
            }
            var state = state(workspace, id);
            wanted.put(HomeAssistantTopics.discovery(workspace, id), document(known));
            wanted.put(HomeAssistantTopics.state(workspace, id), Json.write(state));
            wanted.put(
                    HomeAssistantTopics.availability(workspace, id),
                    state.presence().equals(Presence.LOST) ? OFFLINE : ONLINE);
            var last = HomeAssistantTopics.last(workspace, id);
            var lastSaid = retained.get(last);
            if (lastSaid != null) {
                wanted.put(last, lastSaid);
            }
        }
    }

    private State state(UUID workspace, UUID device) {
        var now = clock.millis();
        return new State(
                arming.inForce(workspace, device).holds(now),
                presence.of(workspace, device)
                        .map(seen -> presence.standing(seen, now).presence())
                        .orElse(Presence.LOST));
    }

    private String document(Known known) {
        var made = documents.get(known.device().id());
        if (made == null || !made.known().equals(known)) {
            made = new Document(known, HomeAssistantDiscovery.of(known));
            documents.put(known.device().id(), made);
        }
        return made.text();
    }

    private static String changed(String topic, @Nullable String before, String now) {
        return before == null || !topic.endsWith("/config")
                ? now
                : HomeAssistantDiscovery.replacing(before, now);
    }

    /** Takes in what happened to commands; of several of a device the last one counts. */
    void happened(List<Entry> entries) {
        if (access.enabled().isEmpty()) {
            return;
        }
        var latest = new HashMap<UUID, CommandChanged>();
        for (var entry : entries) {
            try {
                if (Json.read(entry.body(), DeviceEvent.class) instanceof CommandChanged change) {
                    latest.put(change.deviceId(), change);
                }
            } catch (Json.MalformedJson e) {
                // whoever writes it down complains
            }
        }
        latest.values()
                .forEach(change ->
                        last(
                                change.workspaceId(),
                                change.deviceId(),
                                new Last(
                                        change.state().toString(),
                                        change.reason(),
                                        change.command(),
                                        change.source(),
                                        change.commandId(),
                                        Instant.ofEpochMilli(change.at()))));
    }

    /** Says what became of a command. */
    void last(UUID workspace, UUID device, Last last) {
        if (access.enabled(workspace) && cache.find(workspace, device).isPresent()) {
            publish(HomeAssistantTopics.last(workspace, device), Json.write(last));
        }
    }

    /** What never left comes again with the next round, for it will not have arrived here. */
    private void publish(String topic, String payload) {
        var _ = line.publish(Outgoing.retained(topic, payload));
    }
}
