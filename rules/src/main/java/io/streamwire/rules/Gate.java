package io.streamwire.rules;

import io.streamwire.contract.Decision;
import io.streamwire.contract.LiveEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * What a rule has to pass in Redis before it fires: a cooldown, or a limited number of uses. All of
 * a rule's gates are taken together or not at all.
 *
 * @param key in Redis
 * @param outcome of a rule that does not pass
 * @param ms how long it is closed, or how long uses are counted together
 * @param uses how many; 0 = it is a cooldown
 */
record Gate(String key, String outcome, long ms, long uses) {

    /** The gates of a rule for an event, in the order in which they are looked at. */
    static List<Gate> of(Space space, Rule rule, LiveEvent event) {
        var definition = rule.definition();
        var cooldown = definition.cooldown();
        var viewer = event.user().id();
        var gates = new ArrayList<Gate>();
        var own = space.key("cooldown:" + rule.id());
        add(gates, own, Decision.COOLDOWN_GLOBAL, cooldown.globalMs());
        if (cooldown.group() != null) {
            var shared = rule.workspaceId() + ":" + cooldown.group();
            add(gates, space.key("cooldown-group:" + shared), "cooldown_group", cooldown.groupMs());
        }
        if (!viewer.isEmpty()) {
            add(gates, own + ':' + viewer, Decision.COOLDOWN_VIEWER, cooldown.of(event.user()));
        }
        for (var limit : definition.limits()) {
            if (limit.per() == UseLimit.Per.VIEWER && viewer.isEmpty()) {
                continue;
            }
            var key = "uses:%s:%d".formatted(rule.id(), limit.withinMs());
            gates.add(
                    new Gate(
                            space.key(limit.per() == UseLimit.Per.ALL ? key : key + ':' + viewer),
                            limit.per().outcome(),
                            limit.withinMs(),
                            limit.uses()));
        }
        return gates;
    }

    private static void add(List<Gate> gates, String key, String outcome, long ms) {
        if (ms > 0) {
            gates.add(new Gate(key, outcome, ms, 0));
        }
    }
}
