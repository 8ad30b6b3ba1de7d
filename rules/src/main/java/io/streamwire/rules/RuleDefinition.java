package io.streamwire.rules;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a person wrote down as a rule; {@link RuleJson} has read and checked it.
 *
 * @param livestreamId the only livestream it listens to; every one of the workspace when absent
 */
record RuleDefinition(
        String name,
        boolean enabled,
        @Nullable UUID livestreamId,
        Trigger trigger,
        Conditions conditions,
        Cooldown cooldown,
        List<UseLimit> limits,
        List<DeviceAction> actions) {

    RuleDefinition {
        limits = List.copyOf(limits);
        actions = List.copyOf(actions);
    }

    RuleDefinition withEnabled(boolean enabled) {
        return new RuleDefinition(
                name, enabled, livestreamId, trigger, conditions, cooldown, limits, actions);
    }

    boolean hasDelay() {
        return actions.stream().anyMatch(action -> action.delayMs() > 0);
    }
}
