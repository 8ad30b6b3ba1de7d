package io.streamwire.rules;

import static io.streamwire.rules.JsonReader.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A rule as JSON, in both directions; reading checks everything and reports every fault at once.
 */
final class RuleJson {

    static final int MAX_NAME_LENGTH = 100;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private RuleJson() {}

    /**
     * Reads a rule.
     *
     * @throws InvalidRule with everything that is wrong with it
     */
    static RuleDefinition read(JsonNode json) {
        var in = new JsonReader();
        return in.finish(definition(json, in));
    }

    private static @Nullable RuleDefinition definition(JsonNode json, JsonReader in) {
        if (!in.object(json, "")) {
            return null;
        }
        in.known(
                json,
                "",
                "name",
                "enabled",
                "livestream_id",
                "trigger",
                "conditions",
                "condition",
                "crowd",
                "cooldown",
                "limits",
                "queue",
                "actions");
        var name = in.text(json, "", "name", MAX_NAME_LENGTH);
        var enabled = in.flag(json, "enabled", true);
        var livestreamId =
                json.hasNonNull("livestream_id") ? in.id(json, "", "livestream_id") : null;
        var trigger = TriggerJson.read(json.path("trigger"), in);
        var conditions =
                ConditionsJson.read(field(json, "conditions"), field(json, "condition"), in);
        var crowd = CrowdJson.read(field(json, "crowd"), trigger, in);
        var cooldown = CooldownJson.read(field(json, "cooldown"), in);
        var limits = CooldownJson.limits(field(json, "limits"), in);
        var queue = QueueingJson.read(field(json, "queue"), crowd, in);
        var actions = ActionJson.read(json.path("actions"), in);
        return name == null || trigger == null
                ? null
                : new RuleDefinition(
                        name,
                        enabled,
                        livestreamId,
                        trigger,
                        conditions,
                        crowd,
                        cooldown,
                        limits,
                        queue,
                        actions);
    }

    /** The rule as {@link #read} reads it. */
    static ObjectNode write(RuleDefinition rule) {
        var json = NODES.objectNode().put("name", rule.name()).put("enabled", rule.enabled());
        if (rule.livestreamId() != null) {
            json.put("livestream_id", rule.livestreamId().toString());
        }
        json.set("trigger", TriggerJson.write(rule.trigger()));
        var conditions = ConditionsJson.write(rule.conditions());
        if (!conditions.isEmpty()) {
            json.set("conditions", conditions);
        }
        var expression = rule.conditions().expression();
        if (expression != null) {
            json.put("condition", expression.source());
        }
        if (rule.crowd() != null) {
            json.set("crowd", CrowdJson.write(rule.crowd()));
        }
        if (!rule.cooldown().equals(Cooldown.NONE)) {
            json.set("cooldown", CooldownJson.write(rule.cooldown()));
        }
        if (!rule.limits().isEmpty()) {
            json.set("limits", CooldownJson.write(rule.limits()));
        }
        if (rule.queue() != null) {
            json.set("queue", QueueingJson.write(rule.queue()));
        }
        json.set("actions", ActionJson.write(rule.actions()));
        return json;
    }
}
