package io.streamwire.liveroom;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a message says of a gift.
 *
 * @param groupId its streak, 0 when it is none
 * @param count how many so far in the streak
 */
record Given(String gift, long groupId, int count) {

    /** Of a message that is no gift. */
    static final Given NOTHING = new Given("", 0, 0);

    /** Adds up what was given, by the room's own knowledge of its streaks. */
    static final class Sum {
        private final Map<Long, Integer> streaks = new HashMap<>();
        private final Set<Long> singles = new HashSet<>();
        private final Map<String, Long> byGift = new TreeMap<>();

        void add(long msgId, Given given) {
            if (given.count() == 0 || (given.groupId() == 0 && !singles.add(msgId))) {
                return;
            }
            int before = 0;
            if (given.groupId() != 0) {
                before = streaks.getOrDefault(given.groupId(), 0);
                streaks.put(given.groupId(), Math.max(before, given.count()));
            }
            byGift.merge(given.gift(), (long) Math.max(0, given.count() - before), Long::sum);
        }

        Map<String, Long> byGift() {
            return Map.copyOf(byGift);
        }
    }
}
