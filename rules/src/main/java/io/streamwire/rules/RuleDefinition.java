package io.streamwire.rules;

import io.streamwire.contract.Action;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a person wrote down as a rule; {@link RuleJson} has read and checked it.
 *
 * @param crowd what many must do together; absent when one event of the trigger is enough
 * @param queue for events that come while it rests; absent when they do nothing
 * @param livestreamId the only livestream it listens to; every one of the workspace when absent
 * @param folder where people look for it; absent for none
 * @param tags what people find and turn it by
 * @param priority 0 to {@value Action#HIGHEST_PRIORITY}: of rules that an event sets off the higher
 *     ones decide first, and their commands leave first
 */
record RuleDefinition(
        String name,
        boolean enabled,
        @Nullable UUID livestreamId,
        @Nullable String folder,
        List<String> tags,
        int priority,
        Trigger trigger,
        Conditions conditions,
        @Nullable Crowd crowd,
        Cooldown cooldown,
        List<UseLimit> limits,
        @Nullable Queueing queue,
        List<RuleAction> actions) {

    RuleDefinition {
        tags = List.copyOf(tags);
        limits = List.copyOf(limits);
        actions = List.copyOf(actions);
    }

    RuleDefinition withEnabled(boolean enabled) {
        return new RuleDefinition(
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

    /** Whether something of it happens later than the event. */
    boolean comesLater() {
        return crowd instanceof Crowd.Vote
                || queue != null
                || actions.stream().anyMatch(action -> action.latest() > 0);
    }

    /** What its expressions may take, see {@link Expression#work}. */
    int work() {
        var expression = conditions.expression();
        return (expression == null ? 0 : expression.work())
                + actions.stream().mapToInt(RuleAction::work).sum();
    }

    /** Most actions that it can do when it fires once. */
    int most() {
        return actions.stream().mapToInt(RuleAction::most).sum();
    }
}
