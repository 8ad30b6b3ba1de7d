package io.streamwire.rules;

import static io.streamwire.rules.JsonReader.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.contract.Action;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A rule as JSON, in both directions; reading checks everything and reports every fault at once.
 */
final class RuleJson {

    static final int MAX_NAME_LENGTH = 100;
    static final int MAX_FOLDER_LENGTH = 64;
    static final int MAX_TAGS = 16;
    static final int MAX_TAG_LENGTH = 32;

    private static final Pattern TAG = Pattern.compile("[a-z0-9-]{1,%d}".formatted(MAX_TAG_LENGTH));

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private RuleJson() {}

    /** What a rule has besides its definition when it is answered. */
    private static final List<String> ANSWERED =
            List.of("id", "workspace_id", "version", "created_at", "updated_at");

    /**
     * Reads a rule.
     *
     * @throws InvalidRule with everything that is wrong with it
     */
    static RuleDefinition read(JsonNode json) {
        var in = new JsonReader();
        return in.finish(definition(json, in));
    }

    /** Only the definition of what may be a rule as it is answered. */
    static JsonNode withoutAnswered(JsonNode json) {
        return json instanceof ObjectNode object ? object.deepCopy().without(ANSWERED) : json;
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
                "folder",
                "tags",
                "priority",
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
        var folder =
                json.hasNonNull("folder") ? in.text(json, "", "folder", MAX_FOLDER_LENGTH) : null;
        var tags =
                in.list(
                        field(json, "tags"),
                        "/tags",
                        MAX_TAGS,
                        "tags",
                        (tag, at) -> tag(tag, at, in));
        var priority =
                (int)
                        in.integer(
                                json,
                                "",
                                "priority",
                                0,
                                Action.HIGHEST_PRIORITY,
                                Action.USUAL_PRIORITY);
        var trigger = TriggerJson.read(json.path("trigger"), in);
        var conditions =
                ConditionsJson.read(field(json, "conditions"), field(json, "condition"), in);
        var crowd = CrowdJson.read(field(json, "crowd"), trigger, in);
        var cooldown = CooldownJson.read(field(json, "cooldown"), in);
        var limits = CooldownJson.limits(field(json, "limits"), in);
        var queue = QueueingJson.read(field(json, "queue"), crowd, in);
        var actions = ActionJson.read(json.path("actions"), winners(trigger, crowd), in);
        return name == null || trigger == null
                ? null
                : new RuleDefinition(
                        name,
                        enabled,
                        livestreamId,
                        folder,
                        tags,
                        priority,
                        trigger,
                        conditions,
                        crowd,
                        cooldown,
                        limits,
                        queue,
                        actions);
    }

    /** A word that people find things by; null after a fault. */
    static @Nullable String tag(JsonNode json, String pointer, JsonReader in) {
        if (!json.isTextual() || !TAG.matcher(json.asText()).matches()) {
            in.fault(pointer, "must be 1 to %d of a-z 0-9 -".formatted(MAX_TAG_LENGTH));
            return null;
        }
        return json.asText();
    }

    /** The rule as {@link #read} reads it, with what it has besides. */
    static ObjectNode write(Rule rule) {
        var json =
                NODES.objectNode()
                        .put("id", rule.id().toString())
                        .put("workspace_id", rule.workspaceId().toString());
        json.setAll(write(rule.definition()));
        return json.put("version", rule.version())
                .putPOJO("created_at", rule.createdAt())
                .putPOJO("updated_at", rule.updatedAt());
    }

    private static List<String> winners(@Nullable Trigger trigger, @Nullable Crowd crowd) {
        return trigger != null && (crowd instanceof Crowd.Vote || crowd instanceof Crowd.Tug)
                ? trigger.choices()
                : List.of();
    }

    /** The rule as {@link #read} reads it. */
    static ObjectNode write(RuleDefinition rule) {
        var json = NODES.objectNode().put("name", rule.name()).put("enabled", rule.enabled());
        if (rule.livestreamId() != null) {
            json.put("livestream_id", rule.livestreamId().toString());
        }
        if (rule.folder() != null) {
            json.put("folder", rule.folder());
        }
        if (!rule.tags().isEmpty()) {
            rule.tags().forEach(json.putArray("tags")::add);
        }
        if (rule.priority() != Action.USUAL_PRIORITY) {
            json.put("priority", rule.priority());
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
