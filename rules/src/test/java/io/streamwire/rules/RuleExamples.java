package io.streamwire.rules;

import io.streamwire.contract.Action;
import io.streamwire.contract.Ids;
import io.streamwire.rules.Trigger.Range;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Rules as tests need them: one action, no cooldown, unless they say otherwise. */
record RuleExamples(UUID workspaceId, UUID deviceId) {

    private static final AtomicInteger NAMES = new AtomicInteger();

    RuleExamples(UUID workspaceId) {
        this(workspaceId, Ids.next());
    }

    /** Gifts with one of the names, whatever they are worth. */
    static Trigger gift(List<String> names, Trigger.GiftMode mode) {
        return new Trigger.Gift(names, List.of(), Range.ANY, Range.ANY, mode, Trigger.Gift.NO_CAP);
    }

    /** The rule, if the conditions hold. */
    static Rule only(Rule rule, Conditions conditions) {
        return with(rule, conditions, rule.definition().limits());
    }

    /** The rule, while these devices are online. */
    static Rule whileOnline(Rule rule, UUID... devices) {
        return only(
                rule,
                new Conditions(
                        Set.of(), Set.of(), Set.of(), Set.of(), 0, null, null, Set.of(devices)));
    }

    /** The rule, so many times. */
    static Rule limited(Rule rule, UseLimit... limits) {
        return with(rule, rule.definition().conditions(), List.of(limits));
    }

    /** The rule, when the crowd has done it. */
    static Rule crowded(Rule rule, @Nullable Crowd crowd) {
        return with(rule, rule.definition().conditions(), crowd, rule.definition().limits());
    }

    private static Rule with(Rule rule, Conditions conditions, List<UseLimit> limits) {
        return with(rule, conditions, rule.definition().crowd(), limits);
    }

    private static Rule with(
            Rule rule, Conditions conditions, @Nullable Crowd crowd, List<UseLimit> limits) {
        return with(rule, conditions, crowd, limits, rule.definition().queue());
    }

    /** The rule, as important as that. */
    static Rule withPriority(Rule rule, int priority) {
        var json = RuleJson.write(rule.definition()).put("priority", priority);
        return new Rule(
                rule.id(),
                rule.workspaceId(),
                rule.version(),
                rule.createdAt(),
                rule.updatedAt(),
                RuleJson.read(json));
    }

    /** The rule, for which events wait. */
    static Rule queued(Rule rule, Queueing queue) {
        var definition = rule.definition();
        return with(rule, definition.conditions(), definition.crowd(), definition.limits(), queue);
    }

    private static Rule with(
            Rule rule,
            Conditions conditions,
            @Nullable Crowd crowd,
            List<UseLimit> limits,
            @Nullable Queueing queue) {
        var definition = rule.definition();
        return new Rule(
                rule.id(),
                rule.workspaceId(),
                rule.version(),
                rule.createdAt(),
                rule.updatedAt(),
                new RuleDefinition(
                        definition.name(),
                        definition.enabled(),
                        definition.livestreamId(),
                        definition.folder(),
                        definition.tags(),
                        definition.priority(),
                        definition.trigger(),
                        conditions,
                        crowd,
                        definition.cooldown(),
                        limits,
                        queue,
                        definition.actions()));
    }

    DeviceAction spin() {
        return spinAfter(0);
    }

    DeviceAction spinAfter(long delayMs) {
        return DeviceAction.of(
                deviceId, "motor_spin", Map.of("level", 60L, "ms", 800L), 2_000, delayMs);
    }

    Rule rule(Trigger trigger) {
        return rule(trigger, Cooldown.NONE, List.of(spin()));
    }

    Rule rule(Trigger trigger, Cooldown cooldown, List<? extends RuleAction> actions) {
        return rule(true, null, trigger, cooldown, actions);
    }

    Rule disabled(Trigger trigger) {
        return rule(false, null, trigger, Cooldown.NONE, List.of(spin()));
    }

    Rule onlyOf(UUID livestreamId, Trigger trigger) {
        return rule(true, livestreamId, trigger, Cooldown.NONE, List.of(spin()));
    }

    private Rule rule(
            boolean enabled,
            @Nullable UUID livestreamId,
            Trigger trigger,
            Cooldown cooldown,
            List<? extends RuleAction> actions) {
        var name = "Rule " + NAMES.incrementAndGet();
        return new Rule(
                Ids.next(),
                workspaceId,
                1,
                Instant.EPOCH,
                Instant.EPOCH,
                new RuleDefinition(
                        name,
                        enabled,
                        livestreamId,
                        null,
                        List.of(),
                        Action.USUAL_PRIORITY,
                        trigger,
                        Conditions.NONE,
                        null,
                        cooldown,
                        List.of(),
                        null,
                        List.copyOf(actions)));
    }
}
