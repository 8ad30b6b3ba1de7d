package io.streamwire.rules;

import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a rule does for one event, if it fires: every choice made, every argument a number, every
 * wait added up. The same event and rule make the same plan, however often it is made.
 *
 * @param actions in the order in which they were written; those of one firing stand together
 * @param refusal why nothing can be done, as an outcome; null when nothing speaks against it
 */
record ActionPlan(List<Planned> actions, @Nullable String refusal) {

    /** The outcome when an argument has no value for the event. */
    static final String ARGUMENT_MISSING = "argument_missing";

    ActionPlan {
        actions = List.copyOf(actions);
    }

    /**
     * One action that is going to be done.
     *
     * @param args of the device's command
     * @param delayMs after the decision
     * @param choice the one that must have won, from 1; 0 = done in any case
     */
    record Planned(RuleAction.Single action, Map<String, Long> args, long delayMs, int choice) {}

    /** Nothing, for a reason that is known already. */
    static ActionPlan refused(String refusal) {
        return new ActionPlan(List.of(), refusal);
    }

    /**
     * Plans.
     *
     * @param times how often the rule fires together
     */
    static ActionPlan of(Rule rule, LiveEvent event, int times) {
        var planner = new Planner(rule, event);
        for (int i = 0; i < times; i++) {
            for (var action : rule.definition().actions()) {
                planner.add(action, 0);
            }
        }
        return planner.argumentMissing
                ? refused(ARGUMENT_MISSING)
                : new ActionPlan(planner.actions, null);
    }

    private static final class Planner {
        private final Rule rule;
        private final LiveEvent event;
        private final List<Planned> actions = new ArrayList<>();

        /** Calculated once, however often the rule fires. */
        private final Map<DeviceAction, Map<String, Long>> args = new HashMap<>();

        private int choices;

        /** The choice whose actions are being added. */
        private int winner;

        private boolean argumentMissing;

        Planner(Rule rule, LiveEvent event) {
            this.rule = rule;
            this.event = event;
        }

        /** Adds what begins so long after the decision; answers when what follows it begins, ms. */
        long add(RuleAction action, long begins) {
            return switch (action) {
                case DeviceAction device -> {
                    actions.add(
                            new Planned(
                                    device,
                                    args.computeIfAbsent(device, this::args),
                                    begins + device.delayMs(),
                                    winner));
                    yield begins;
                }
                case WebhookAction webhook -> {
                    actions.add(new Planned(webhook, Map.of(), begins + webhook.delayMs(), winner));
                    yield begins;
                }
                case OverlayAction overlay -> {
                    actions.add(new Planned(overlay, Map.of(), begins + overlay.delayMs(), winner));
                    yield begins;
                }
                case RuleAction.Wait(var ms) -> begins + ms;
                case RuleAction.Sequence(var steps) -> {
                    var next = begins;
                    for (var step : steps) {
                        next = add(step, next);
                    }
                    yield next;
                }
                case RuleAction.Winner(var of) -> {
                    var choices = rule.definition().trigger().choices();
                    var last = begins;
                    int outer = winner;
                    for (var one : of.entrySet()) {
                        winner = choices.indexOf(one.getKey()) + 1;
                        last = Math.max(last, add(one.getValue(), begins));
                    }
                    winner = outer;
                    yield last;
                }
                case RuleAction.Choice(var options) -> {
                    var chosen = chosen(options).action();
                    yield chosen == null ? begins : add(chosen, begins);
                }
            };
        }

        private Map<String, Long> args(DeviceAction device) {
            var values = new LinkedHashMap<String, Long>();
            device.args()
                    .forEach((name, argument) -> {
                        var value = argument.of(event);
                        if (value == null) {
                            argumentMissing = true;
                        } else {
                            values.put(name, value);
                        }
                    });
            return values;
        }

        /** Chance comes from what is decided on, so that it falls the same way again. */
        private RuleAction.Option chosen(List<RuleAction.Option> options) {
            var chance =
                    Ids.derived(
                                    "choice",
                                    event.id().toString(),
                                    rule.id().toString(),
                                    Integer.toString(choices++))
                            .getMostSignificantBits();
            long weights = options.stream().mapToLong(RuleAction.Option::weight).sum();
            // Without the lowest 16 bits, which hold the version of the UUID.
            long left = (chance >>> 16) % weights;
            for (var option : options) {
                left -= option.weight();
                if (left < 0) {
                    return option;
                }
            }
            throw new IllegalStateException("nothing to choose from");
        }
    }
}
