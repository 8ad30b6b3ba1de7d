package io.streamwire.rules;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a rule does when it fires, as a person wrote it down; {@link ActionPlan} makes of it what is
 * done for one event.
 */
sealed interface RuleAction {

    /** Most device actions that one firing of a rule may make. */
    int MAX_PLANNED = 16;

    /** Most device actions that a rule may list, also those that are never done together. */
    int MAX_LISTED = 64;

    /** Most actions, waits, sequences, choices and what may be chosen, all together. */
    int MAX_PARTS = 256;

    /** Deepest nesting of sequences and choices. */
    int MAX_DEPTH = 3;

    /** Longest time from the decision to the last action, ms. */
    long MAX_DELAY_MS = 600_000;

    /** Most device actions that it can make each time. */
    int most();

    /** What its expressions may take, see {@link Expression#work}. */
    default int work() {
        return 0;
    }

    /** How long it can take until what follows it in a sequence begins, ms. */
    default long lasts() {
        return 0;
    }

    /** How late its last action can be, ms after its beginning. */
    long latest();

    /** A thing that is done, and does not consist of others. */
    sealed interface Single extends RuleAction permits DeviceAction, OverlayAction, WebhookAction {
        @Override
        default int most() {
            return 1;
        }
    }

    /**
     * Lets time pass in a sequence.
     *
     * @param ms 1 to {@value #MAX_DELAY_MS}
     */
    record Wait(long ms) implements RuleAction {
        @Override
        public int most() {
            return 0;
        }

        @Override
        public long lasts() {
            return ms;
        }

        @Override
        public long latest() {
            return ms;
        }
    }

    /** One thing after the other; only a {@link Wait} makes the next one later. */
    record Sequence(List<RuleAction> steps) implements RuleAction {

        static final int MAX_STEPS = 32;

        public Sequence {
            steps = List.copyOf(steps);
        }

        @Override
        public int most() {
            return steps.stream().mapToInt(RuleAction::most).sum();
        }

        @Override
        public int work() {
            return steps.stream().mapToInt(RuleAction::work).sum();
        }

        @Override
        public long lasts() {
            return steps.stream().mapToLong(RuleAction::lasts).sum();
        }

        @Override
        public long latest() {
            long latest = 0;
            long begins = 0;
            for (var step : steps) {
                latest = Math.max(latest, begins + step.latest());
                begins += step.lasts();
            }
            return latest;
        }
    }

    /** One of several things, by chance. */
    record Choice(List<Option> of) implements RuleAction {

        static final int MAX_OPTIONS = 16;

        public Choice {
            of = List.copyOf(of);
        }

        @Override
        public int most() {
            return actions().stream().mapToInt(RuleAction::most).max().orElse(0);
        }

        @Override
        public int work() {
            return actions().stream().mapToInt(RuleAction::work).max().orElse(0);
        }

        @Override
        public long lasts() {
            return actions().stream().mapToLong(RuleAction::lasts).max().orElse(0);
        }

        @Override
        public long latest() {
            return actions().stream().mapToLong(RuleAction::latest).max().orElse(0);
        }

        private List<RuleAction> actions() {
            return of.stream()
                    .<RuleAction>mapMulti((option, to) -> {
                        if (option.action() != null) {
                            to.accept(option.action());
                        }
                    })
                    .toList();
        }
    }

    /**
     * What belongs to the choice that has won a vote or a tug-of-war.
     *
     * @param of by choice of the trigger; nothing is done for one that is not there
     */
    record Winner(Map<String, RuleAction> of) implements RuleAction {

        public Winner {
            of = Collections.unmodifiableMap(new LinkedHashMap<>(of));
        }

        /** All of them, since all are planned. */
        @Override
        public int most() {
            return of.values().stream().mapToInt(RuleAction::most).sum();
        }

        @Override
        public int work() {
            return of.values().stream().mapToInt(RuleAction::work).sum();
        }

        @Override
        public long lasts() {
            return of.values().stream().mapToLong(RuleAction::lasts).max().orElse(0);
        }

        @Override
        public long latest() {
            return of.values().stream().mapToLong(RuleAction::latest).max().orElse(0);
        }
    }

    /**
     * What may be chosen.
     *
     * @param weight how often, compared with the others; 1 to {@value #MAX_WEIGHT}
     * @param action nothing is done when absent
     */
    record Option(int weight, @Nullable RuleAction action) {
        static final int MAX_WEIGHT = 1_000;
    }
}
