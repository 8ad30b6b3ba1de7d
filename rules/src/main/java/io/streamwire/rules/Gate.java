package io.streamwire.rules;

import io.streamwire.contract.Decision;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Stream;
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
    static List<Gate> of(int partition, Rule rule, LiveEvent event) {
        var definition = rule.definition();
        var cooldown = definition.cooldown();
        var viewer = event.user().id();
        var gates = new ArrayList<Gate>();
        var own = Stream.key(partition, "cooldown:" + rule.id());
        add(gates, own, Decision.COOLDOWN_GLOBAL, cooldown.globalMs());
        if (cooldown.group() != null) {
            var shared = rule.workspaceId() + ":" + cooldown.group();
            add(
                    gates,
                    Stream.key(partition, "cooldown-group:" + shared),
                    "cooldown_group",
                    cooldown.groupMs());
        }
        add(gates, own + ':' + viewer, Decision.COOLDOWN_VIEWER, cooldown.of(event.user()));
        for (var limit : definition.limits()) {
            var key = "uses:%s:%d".formatted(rule.id(), limit.withinMs());
            gates.add(
                    new Gate(
                            Stream.key(
                                    partition,
                                    limit.per() == UseLimit.Per.ALL ? key : key + ':' + viewer),
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
