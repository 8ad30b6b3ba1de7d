package io.streamwire.devices;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Capabilities;
import io.streamwire.contract.mqtt.Envelope;
import io.streamwire.contract.mqtt.HomeAssistantTopics;
import io.streamwire.devices.DeviceCache.Known;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/**
 * What Home Assistant is told of a device, in the shape of its MQTT device discovery: buttons for
 * its commands and to stop it, sensors for the rest. Arming is not offered. Pure.
 */
final class HomeAssistantDiscovery {

    /** The state of a command that was refused before it was one. */
    static final String REFUSED = "refused";

    private static final String ARMED = "{{ 'ON' if value_json.armed else 'OFF' }}";
    private static final String PLATFORM = "p";
    private static final String COMPONENTS = "cmps";
    private static final String BUTTON = "button";

    /** How long a press keeps an output on unless its limits are tighter, ms. */
    private static final long USUAL_MS = 1_000;

    private HomeAssistantDiscovery() {}

    /** Of a device. */
    static String of(Known known) {
        var device = known.device();
        var components = new LinkedHashMap<String, Object>();
        var capabilities = known.capabilities();
        if (capabilities != null) {
            for (var command : capabilities.commands()) {
                components.put("command_" + command.name(), button(device, command));
            }
        }
        components.put(
                "stop",
                stop(device.id(), HomeAssistantTopics.stop(device.workspaceId(), device.id())));
        var state = HomeAssistantTopics.state(device.workspaceId(), device.id());
        var armed = component("binary_sensor", "Armed", device.id(), "armed");
        armed.put("state_topic", state);
        armed.put("value_template", ARMED);
        components.put("armed", armed);
        var presence = component("sensor", "Presence", device.id(), "presence");
        presence.put("state_topic", state);
        presence.put("value_template", "{{ value_json.presence }}");
        presence.put("device_class", "enum");
        presence.put("options", List.of(Presence.ONLINE, Presence.QUIET, Presence.LOST));
        presence.put("entity_category", "diagnostic");
        components.put("presence", presence);
        components.put("last", last(device));
        var about = about(device.id(), device.name());
        about.put("mdl", device.board());
        if (capabilities != null) {
            about.put("sw", capabilities.fw());
        }
        return document(about, components);
    }

    /** Of a workspace: what stops all of it. */
    static String ofWorkspace(UUID workspaceId) {
        return document(
                about(workspaceId, "Streamwire"),
                Map.of("stop", stop(workspaceId, HomeAssistantTopics.stop(workspaceId))));
    }

    private static Map<String, Object> about(UUID id, String name) {
        var about = new LinkedHashMap<String, Object>();
        about.put("ids", List.of("streamwire_" + id));
        about.put("name", name);
        about.put("mf", "Streamwire");
        return about;
    }

    private static String document(Map<String, Object> device, Map<String, Object> components) {
        var document = new LinkedHashMap<String, Object>();
        document.put("dev", device);
        document.put("o", Map.of("name", "Streamwire"));
        document.put(COMPONENTS, components);
        document.put("qos", 1);
        return Json.write(document);
    }

    private static Map<String, Object> component(
            String platform, String name, UUID of, String suffix) {
        var component = new LinkedHashMap<String, Object>();
        component.put(PLATFORM, platform);
        component.put("name", name);
        component.put("unique_id", "streamwire_" + of + "_" + suffix);
        return component;
    }

    private static Map<String, Object> button(Device device, Capabilities.CommandSpec command) {
        var button =
                component(BUTTON, title(command.name()), device.id(), "command_" + command.name());
        button.put(
                "command_topic",
                HomeAssistantTopics.press(device.workspaceId(), device.id(), command.name()));
        button.put(
                "availability_topic",
                HomeAssistantTopics.availability(device.workspaceId(), device.id()));
        return button;
    }

    /** Never unavailable: it can be pressed whatever is known of the board. */
    private static Map<String, Object> stop(UUID of, String topic) {
        var stop = component(BUTTON, "Stop", of, "stop");
        stop.put("command_topic", topic);
        return stop;
    }

    private static Map<String, Object> last(Device device) {
        var topic = HomeAssistantTopics.last(device.workspaceId(), device.id());
        var states = new ArrayList<String>();
        for (var state : CommandState.values()) {
            states.add(state.toString());
        }
        states.add(REFUSED);
        var last = component("sensor", "Last command", device.id(), "last");
        last.put("state_topic", topic);
        last.put("value_template", "{{ value_json.state }}");
        last.put("json_attributes_topic", topic);
        last.put("device_class", "enum");
        last.put("options", states);
        last.put("entity_category", "diagnostic");
        return last;
    }

    private static String title(String command) {
        var words = command.replace('_', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    /**
     * A document that also takes away what the one before it had: a component goes when it comes
     * once with nothing but its platform.
     */
    static String replacing(String before, String document) {
        var now = Json.read(document, ObjectNode.class);
        var components = (ObjectNode) now.get(COMPONENTS);
        Json.read(before, JsonNode.class)
                .path(COMPONENTS)
                .properties()
                .forEach(old -> {
                    if (!components.has(old.getKey()) && old.getValue().size() > 1) {
                        components
                                .putObject(old.getKey())
                                .put(PLATFORM, old.getValue().path(PLATFORM).asText());
                    }
                });
        return Json.write(now);
    }

    /** What a press runs a command with: the middle of each range, and for 1 s at most. */
    static Map<String, Long> arguments(Envelope.Limit limit) {
        var arguments = new LinkedHashMap<String, Long>();
        limit.args()
                .forEach((name, range) ->
                        arguments.put(
                                name,
                                name.equals(Envelope.DURATION)
                                        ? Math.max(range.min(), Math.min(range.max(), USUAL_MS))
                                        : range.min() + (range.max() - range.min()) / 2));
        return arguments;
    }
}
