package io.streamwire.rules;

import static io.streamwire.rules.JsonReader.child;
import static io.streamwire.rules.JsonReader.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Rules as one JSON document that can be kept, compared and moved: devices have names in it, and
 * one list says which device each name stands for.
 */
record RuleBundle(List<Item> rules) {

    static final String FORMAT = "streamwire-rules";
    static final int VERSION = 1;

    /** Most bytes of one that is imported: 1 MiB. */
    static final int MAX_SIZE = 1 << 20;

    private static final String DEVICES = "devices";
    private static final String DEVICE_ID = "device_id";
    private static final String DEVICE_ONLINE = "device_online";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    RuleBundle {
        rules = List.copyOf(rules);
    }

    /**
     * A rule of a bundle.
     *
     * @param id that it had where it comes from; absent when a person wrote it
     */
    record Item(@Nullable UUID id, RuleDefinition definition) {}

    /** The document of these rules. */
    static ObjectNode write(List<Rule> rules, Instant now) {
        var names = new LinkedHashMap<String, String>();
        var items = NODES.arrayNode();
        for (var rule : rules) {
            var json = items.addObject().put("id", rule.id().toString());
            json.setAll(RuleJson.write(rule.definition()));
            renameDevices(json, names, "device-");
        }
        var json =
                NODES.objectNode()
                        .put("format", FORMAT)
                        .put("version", VERSION)
                        .putPOJO("exported_at", now);
        var devices = json.putObject(DEVICES);
        names.forEach((id, name) -> devices.put(name, id));
        json.set("rules", items);
        return json;
    }

    /**
     * Reads a document.
     *
     * @throws InvalidRule with everything that is wrong with it, at most {@value
     *     JsonReader#MAX_FAULTS} faults
     */
    static RuleBundle read(JsonNode json) {
        var in = new JsonReader();
        return in.finish(bundle(json, in));
    }

    private static @Nullable RuleBundle bundle(JsonNode json, JsonReader in) {
        if (!in.object(json, "")) {
            return null;
        }
        in.known(json, "", "format", "version", "exported_at", DEVICES, "rules");
        if (!json.path("format").asText().equals(FORMAT)) {
            in.fault("/format", "must be " + FORMAT);
        } else if (json.path("version").asInt() != VERSION) {
            in.unsupported("/version", "only version %d is understood".formatted(VERSION));
        }
        var devices = devices(field(json, DEVICES), in);
        var rules = json.path("rules");
        if (!rules.isArray() || rules.size() > RuleStore.MAX_RULES) {
            in.fault(
                    "/rules",
                    "must be an array of at most %d rules".formatted(RuleStore.MAX_RULES));
            return null;
        }
        var items = new ArrayList<Item>();
        var ids = new HashSet<UUID>();
        for (int i = 0; i < rules.size() && in.faults() < JsonReader.MAX_FAULTS; i++) {
            var at = "/rules/" + i;
            var item = item(rules.get(i), at, devices, in);
            if (item != null) {
                items.add(item);
                if (item.id() != null && !ids.add(item.id())) {
                    in.fault(at + "/id", "another rule of the bundle has this id");
                }
            }
        }
        return new RuleBundle(items);
    }

    /** The device behind each name; a name may be the id of another device. */
    private static Map<String, String> devices(JsonNode json, JsonReader in) {
        var devices = new HashMap<String, String>();
        if (json.isMissingNode() || !in.object(json, "/" + DEVICES)) {
            return devices;
        }
        for (var device : json.properties()) {
            if (in.faults() >= JsonReader.MAX_FAULTS) {
                break;
            }
            if (!JsonReader.isWord(device.getKey())) {
                in.fault(
                        child("/" + DEVICES, device.getKey()),
                        "the name of a device must be 1 to 64 of A-Z a-z 0-9 _ . -");
            }
            var id = in.id(json, "/" + DEVICES, device.getKey());
            if (id != null) {
                devices.put(device.getKey(), id.toString());
            }
        }
        return devices;
    }

    private static @Nullable Item item(
            JsonNode json, String at, Map<String, String> devices, JsonReader in) {
        if (!in.object(json, at)) {
            return null;
        }
        var id = json.hasNonNull("id") ? in.id(json, at, "id") : null;
        var rule = ((ObjectNode) json.deepCopy()).without("id");
        renameDevices(rule, devices, null);
        try {
            return new Item(id, RuleJson.read(rule));
        } catch (InvalidRule e) {
            in.faultsOf(e, at);
            return null;
        }
    }

    /**
     * Replaces every device id by its name.
     *
     * @param prefix of new names for what has none yet; null to leave that as it is
     */
    private static void renameDevices(
            JsonNode json, Map<String, String> names, @Nullable String prefix) {
        if (json.path("type").asText().equals("webhook")) {
            return; // its body is not about our devices
        }
        if (json instanceof ObjectNode object) {
            for (var field : List.of(DEVICE_ID, DEVICE_ONLINE)) {
                var given = object.path(field);
                if (given.isTextual()) {
                    object.put(field, renamed(given.asText(), names, prefix));
                } else if (given instanceof ArrayNode array) {
                    for (int i = 0; i < array.size(); i++) {
                        if (array.get(i).isTextual()) {
                            array.set(i, renamed(array.get(i).asText(), names, prefix));
                        }
                    }
                }
            }
        }
        json.forEach(each -> renameDevices(each, names, prefix));
    }

    private static String renamed(String id, Map<String, String> names, @Nullable String prefix) {
        if (prefix != null) {
            names.putIfAbsent(id, prefix + (names.size() + 1));
        }
        return names.getOrDefault(id, id);
    }
}
