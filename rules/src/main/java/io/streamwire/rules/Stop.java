package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Viewer;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stopped a rule whose trigger had matched, in detail: an unmet condition, a cooldown, a
 * limit.
 */
final class Stop {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Stop() {}

    /** The condition that does not hold. */
    static Optional<Explanation> condition(Rule rule, LiveEvent event, Instant now) {
        return Optional.ofNullable(rule.definition().conditions().unmet(event, now))
                .map(outcome ->
                        new Explanation(
                                outcome, observed(outcome, event, now), needed(rule, outcome)));
    }

    /** What the event had, where an outcome is about the event; empty when it is not. */
    static ObjectNode observed(String outcome, LiveEvent event, Instant now) {
        var viewer = event.user();
        var json = NODES.objectNode();
        return switch (outcome) {
            case "viewer_excluded", "viewer_not_listed" ->
                    json.put("viewer_id", viewer.id()).put("handle", viewer.handle());
            case "role_excluded", "role_missing" -> roles(json, viewer);
            case "team_level" -> json.put("team_level", viewer.teamLevel());
            case "time_of_day" -> json.put("at", now.toString());
            default -> json;
        };
    }

    private static ObjectNode roles(ObjectNode json, Viewer viewer) {
        viewer.roles().forEach(json.putArray("roles")::add);
        return json;
    }

    /** The part of the rule that an outcome is about. */
    static ObjectNode needed(Rule rule, String outcome) {
        var json = RuleJson.write(rule.definition());
        return switch (outcome) {
            case "viewer_excluded" -> part(json, "conditions", "except_viewers");
            case "viewer_not_listed" -> part(json, "conditions", "viewers");
            case "role_excluded" -> part(json, "conditions", "except_roles");
            case "role_missing" -> part(json, "conditions", "roles");
            case "team_level" -> part(json, "conditions", "min_team_level");
            case "time_of_day" -> part(json, "conditions", "between");
            case Conditions.DEVICE_OFFLINE -> part(json, "conditions", "device_online");
            case "cooldown_global" -> part(json, "cooldown", "global_ms");
            case "cooldown_group" -> part(json, "cooldown", "group", "group_ms");
            case "cooldown_viewer" -> part(json, "cooldown", "per_viewer_ms", "per_role_ms");
            case "limit_all", "limit_viewer" -> json.retain("limits");
            case "crowd_viewers",
                    "crowd_sum",
                    "crowd_tug",
                    "vote_begun",
                    "vote_counted",
                    "vote_voters",
                    "vote_tie" ->
                    json.retain("crowd");
            case "likes" -> json.retain("trigger");
            case "condition", "condition_error" -> json.retain("condition");
            case ActionPlan.ARGUMENT_MISSING -> json.retain("actions");
            default -> NODES.objectNode();
        };
    }

    private static ObjectNode part(ObjectNode rule, String section, String... fields) {
        var json = NODES.objectNode();
        @Nullable JsonNode found = rule.get(section);
        if (found instanceof ObjectNode object) {
            json.set(section, object.retain(fields));
        }
        return json;
    }
}
