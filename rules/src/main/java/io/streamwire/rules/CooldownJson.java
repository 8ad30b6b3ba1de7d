package io.streamwire.rules;

import static io.streamwire.rules.JsonReader.child;
import static io.streamwire.rules.JsonReader.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.rules.UseLimit.Per;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The cooldown and the limits of a rule as JSON. */
final class CooldownJson {

    private static final String AT = "/cooldown";
    private static final String LIMITS = "/limits";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private CooldownJson() {}

    static Cooldown read(JsonNode json, JsonReader in) {
        if (json.isMissingNode() || !in.object(json, AT)) {
            return Cooldown.NONE;
        }
        in.known(json, AT, "global_ms", "per_viewer_ms", "per_role_ms", "group", "group_ms");
        var group = json.hasNonNull("group") ? in.word(json.path("group"), AT + "/group") : null;
        var groupMs = in.integer(json, AT, "group_ms", 0, Cooldown.MAX_MS, 0);
        if (group == null && groupMs > 0) {
            in.fault(AT + "/group_ms", "needs a group");
        }
        return new Cooldown(
                in.integer(json, AT, "global_ms", 0, Cooldown.MAX_MS, 0),
                in.integer(json, AT, "per_viewer_ms", 0, Cooldown.MAX_MS, 0),
                perRole(field(json, "per_role_ms"), in),
                group,
                groupMs);
    }

    private static Map<String, Long> perRole(JsonNode json, JsonReader in) {
        var at = AT + "/per_role_ms";
        var perRole = new HashMap<String, Long>();
        if (json.isMissingNode() || !in.object(json, at)) {
            return perRole;
        }
        in.known(json, at, Conditions.ROLES.toArray(String[]::new));
        for (var role : json.properties()) {
            perRole.put(
                    role.getKey(),
                    in.integer(role.getValue(), child(at, role.getKey()), 0, Cooldown.MAX_MS, 0));
        }
        return perRole;
    }

    static List<UseLimit> limits(JsonNode json, JsonReader in) {
        var limits =
                in.list(json, LIMITS, UseLimit.MOST, "limits", (one, at) -> limit(one, at, in));
        var counted = limits.stream().map(limit -> limit.per() + " " + limit.withinMs()).distinct();
        if (counted.count() < limits.size()) {
            in.fault(LIMITS, "must not count the same twice");
        }
        return limits;
    }

    private static @Nullable UseLimit limit(JsonNode json, String at, JsonReader in) {
        if (!in.object(json, at)) {
            return null;
        }
        in.known(json, at, "uses", "within_ms", "per");
        var per = in.choice(json.path("per"), at + "/per", "way to count", Per.values());
        in.needed(json, at, "uses", "within_ms");
        return new UseLimit(
                in.integer(json, at, "uses", 1, UseLimit.MAX_USES, 1),
                in.integer(
                        json, at, "within_ms", UseLimit.MIN_MS, Cooldown.MAX_MS, UseLimit.MIN_MS),
                per.orElse(Per.ALL));
    }

    static ObjectNode write(Cooldown cooldown) {
        var json =
                NODES.objectNode()
                        .put("global_ms", cooldown.globalMs())
                        .put("per_viewer_ms", cooldown.perViewerMs());
        if (!cooldown.perRoleMs().isEmpty()) {
            new TreeMap<>(cooldown.perRoleMs()).forEach(json.putObject("per_role_ms")::put);
        }
        if (cooldown.group() != null) {
            json.put("group", cooldown.group()).put("group_ms", cooldown.groupMs());
        }
        return json;
    }

    static ArrayNode write(List<UseLimit> limits) {
        var json = NODES.arrayNode();
        for (var limit : limits) {
            json.addObject()
                    .put("uses", limit.uses())
                    .put("within_ms", limit.withinMs())
                    .put("per", limit.per().toString());
        }
        return json;
    }
}
