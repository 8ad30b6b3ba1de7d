package io.streamwire.rules;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The rules that one event sets off, by number. Costs nothing as long as there is none. */
final class Hits {

    private @Nullable SortedMap<Integer, Hit> found;

    /**
     * How a rule was set off.
     *
     * @param times how often
     * @param choice by which of the trigger's choices, from 1; 0 = it has none
     */
    record Hit(int times, int choice) {
        private Hit or(Hit other) {
            return other.choice < choice ? other : this;
        }
    }

    /** Adds a rule; of several choices the one that the rule lists first counts. */
    void add(int rule, int times, int choice) {
        var hits = found;
        if (hits == null) {
            hits = new TreeMap<>();
            found = hits;
        }
        hits.merge(rule, new Hit(times, choice), Hit::or);
    }

    /** In the order of the rules; null when there is none. */
    @Nullable SortedMap<Integer, Hit> found() {
        return found;
    }
}
