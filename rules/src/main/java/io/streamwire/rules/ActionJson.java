package io.streamwire.rules;

import static io.streamwire.rules.JsonReader.MAX_INTEGER;
import static io.streamwire.rules.JsonReader.child;
import static io.streamwire.rules.JsonReader.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The actions of a rule as JSON. */
final class ActionJson {

    static final int MAX_ACTIONS = 16;
    static final int MAX_ARGS = 16;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ActionJson() {}

    static List<DeviceAction> read(JsonNode json, JsonReader in) {
        var actions = new ArrayList<DeviceAction>();
        if (!json.isArray() || json.isEmpty() || json.size() > MAX_ACTIONS) {
            in.fault("/actions", "must be an array of 1 to " + MAX_ACTIONS + " actions");
            return actions;
        }
        for (int i = 0; i < json.size(); i++) {
            var action = action(json.get(i), "/actions/" + i, in);
            if (action != null) {
                actions.add(action);
            }
        }
        return actions;
    }

    private static @Nullable DeviceAction action(JsonNode json, String pointer, JsonReader in) {
        if (!in.object(json, pointer)) {
            return null;
        }
        var type = json.path("type");
        if (type.isTextual() && !type.asText().equals("device")) {
            in.unsupported(pointer + "/type", "there is no such action, only device");
            return null;
        }
        if (!type.isTextual()) {
            in.fault(pointer + "/type", "must be device");
        }
        in.known(json, pointer, "type", "device_id", "command", "args", "ttl_ms", "delay_ms");
        var deviceId = in.id(json, pointer, "device_id");
        var command = in.word(json.path("command"), pointer + "/command");
        var args = args(field(json, "args"), pointer + "/args", in);
        var ttl =
                in.integer(
                        json,
                        pointer,
                        "ttl_ms",
                        1,
                        DeviceAction.MAX_TTL_MS,
                        DeviceAction.DEFAULT_TTL_MS);
        var delay = in.integer(json, pointer, "delay_ms", 0, DeviceAction.MAX_DELAY_MS, 0);
        return deviceId == null || command == null
                ? null
                : new DeviceAction(deviceId, command, args, ttl, delay);
    }

    private static Map<String, Long> args(JsonNode json, String pointer, JsonReader in) {
        var args = new LinkedHashMap<String, Long>();
        if (json.isMissingNode()) {
            return args;
        }
        if (!json.isObject() || json.size() > MAX_ARGS) {
            in.fault(pointer, "must be an object of at most " + MAX_ARGS + " integers");
            return args;
        }
        for (var arg : json.properties()) {
            var at = child(pointer, arg.getKey());
            if (!JsonReader.isWord(arg.getKey())) {
                in.fault(at, "the name of an argument must be 1 to 64 of A-Z a-z 0-9 _ . -");
            }
            args.put(arg.getKey(), in.integer(arg.getValue(), at, -MAX_INTEGER, MAX_INTEGER, 0));
        }
        return args;
    }

    static ArrayNode write(List<DeviceAction> actions) {
        var json = NODES.arrayNode();
        actions.forEach(action -> json.add(write(action)));
        return json;
    }

    private static ObjectNode write(DeviceAction action) {
        var json =
                NODES.objectNode()
                        .put("type", "device")
                        .put("device_id", action.deviceId().toString())
                        .put("command", action.command());
        var args = json.putObject("args");
        action.args().forEach(args::put);
        return json.put("ttl_ms", action.ttlMs()).put("delay_ms", action.delayMs());
    }
}
