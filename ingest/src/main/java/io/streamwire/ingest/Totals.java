package io.streamwire.ingest;

import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.RoomCounters;
import io.streamwire.contract.Viewer;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;

/**
 * Counts what a livestream has had so far, for each of its events to carry: so whatever is decided
 * by it is the same live, in a dry run and after a redelivery. For one thread.
 */
final class Totals {

    private static final String DIAMONDS = "diamonds";
    private static final String GIVEN = "given:";
    private static final String SINGLES = "singles";

    /** Of whoever has no id, of whom there may be many. */
    private static final String UNKNOWN = "0";

    /** Viewers whose gifts are remembered; then whoever gave least is forgotten. */
    private static final int MOST_GIVERS = 20_000;

    /** Gifts that count once however often they come: a streak counts up, these do not. */
    private static final int MOST_SINGLES = 100;

    private final Map<String, Long> given = new HashMap<>();
    private final LinkedHashSet<String> singles = new LinkedHashSet<>();
    private RoomCounters ofAll = RoomCounters.NONE;

    /** Takes over what an earlier owner of the livestream kept. */
    void restore(Map<String, String> state, long viewers, long likes) {
        state.forEach((field, value) -> {
            if (field.startsWith(GIVEN)) {
                given.put(field.substring(GIVEN.length()), Long.valueOf(value));
            }
        });
        var known = state.getOrDefault(SINGLES, "");
        singles.addAll(known.isEmpty() ? List.of() : List.of(known.split(" ")));
        long diamonds = Long.parseLong(state.getOrDefault(DIAMONDS, "0"));
        ofAll = new RoomCounters(viewers, likes, diamonds, 0);
    }

    void watched(long viewers) {
        ofAll = new RoomCounters(viewers, ofAll.likes(), ofAll.diamonds(), 0);
    }

    void liked(long likes) {
        ofAll = new RoomCounters(ofAll.viewers(), likes, ofAll.diamonds(), 0);
    }

    /**
     * A gift, or what a streak has grown by.
     *
     * @param changes where to put the state to keep
     */
    void given(GiftSent gift, long msgId, Viewer by, Map<String, String> changes) {
        long worth = (long) gift.increment() * gift.diamonds();
        if (worth <= 0 || (gift.streak() == Streak.SINGLE && isKnown(msgId, changes))) {
            return;
        }
        long diamonds = sum(ofAll.diamonds(), worth);
        ofAll = new RoomCounters(ofAll.viewers(), ofAll.likes(), diamonds, 0);
        changes.put(DIAMONDS, Long.toString(diamonds));
        if (!by.id().equals(UNKNOWN)) {
            long own = given.merge(by.id(), worth, Totals::sum);
            changes.put(given(by.id()), Long.toString(own));
            if (given.size() > MOST_GIVERS) {
                forget(
                        Collections.min(given.entrySet(), Entry.comparingByValue()).getKey(),
                        changes);
            }
        }
    }

    /** The field that keeps what a viewer gave. */
    static String given(String viewerId) {
        return GIVEN + viewerId;
    }

    /** TikTok may send it again to whoever takes over. */
    private boolean isKnown(long msgId, Map<String, String> changes) {
        if (!singles.add(Long.toString(msgId))) {
            return true;
        }
        if (singles.size() > MOST_SINGLES) {
            singles.removeFirst();
        }
        changes.put(SINGLES, String.join(" ", singles));
        return false;
    }

    /** TikTok says what a gift is worth; no sum of it may turn negative. */
    private static long sum(long before, long worth) {
        return before > Long.MAX_VALUE - worth ? Long.MAX_VALUE : before + worth;
    }

    /** What this viewer gave is not remembered any more; the room's sum stays. */
    void forget(String viewerId, Map<String, String> changes) {
        given.remove(viewerId);
        changes.put(given(viewerId), "");
    }

    int size() {
        return given.size() + singles.size();
    }

    /** As an event of this viewer carries them. */
    RoomCounters of(Viewer viewer) {
        var own = given.get(viewer.id());
        return own == null
                ? ofAll
                : new RoomCounters(ofAll.viewers(), ofAll.likes(), ofAll.diamonds(), own);
    }
}
