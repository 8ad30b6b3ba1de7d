package io.streamwire.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What two sets of rules decide differently about the same events. Pure. */
final class DryDiff {

    /** Most of each kind that are listed; all are counted. */
    static final int LISTED = 1_000;

    private DryDiff() {}

    private record Key(UUID eventId, UUID ruleId) {}

    /** The same rule about the same event, and not the same. */
    record Change(UUID eventId, UUID ruleId, DryDecision a, DryDecision b) {}

    /** How many there are of each. */
    record Counts(int same, int onlyInA, int onlyInB, int changed) {}

    /**
     * The differences, the first {@value #LISTED} of each kind.
     *
     * @param changed another outcome, or other actions
     */
    record Difference(
            Counts counts,
            List<DryDecision> onlyInA,
            List<DryDecision> onlyInB,
            List<Change> changed) {}

    static Difference of(List<DryDecision> a, List<DryDecision> b) {
        var rest = new LinkedHashMap<Key, DryDecision>();
        b.forEach(decision -> rest.put(key(decision), decision));
        var onlyInA = new ArrayList<DryDecision>();
        var changed = new ArrayList<Change>();
        int same = 0;
        for (var before : a) {
            @Nullable DryDecision after = rest.remove(key(before));
            if (after == null) {
                onlyInA.add(before);
            } else if (after.equals(before)) {
                same++;
            } else {
                changed.add(new Change(before.eventId(), before.ruleId(), before, after));
            }
        }
        return new Difference(
                new Counts(same, onlyInA.size(), rest.size(), changed.size()),
                listed(onlyInA),
                listed(onlyInB(rest)),
                listed(changed));
    }

    private static List<DryDecision> onlyInB(Map<Key, DryDecision> rest) {
        return List.copyOf(rest.values());
    }

    private static <T> List<T> listed(List<T> all) {
        return all.size() <= LISTED ? all : all.subList(0, LISTED);
    }

    private static Key key(DryDecision decision) {
        return new Key(decision.eventId(), decision.ruleId());
    }
}
