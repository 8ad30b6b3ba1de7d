package io.streamwire.liveroom;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a room sent; guarded by the room's lock. */
final class Ledger {

    /** Records that are kept; the counts go on. */
    private static final int MOST = 1_000_000;

    private final Deque<Sent> records = new ArrayDeque<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private final Given.Sum given = new Given.Sum();
    private long unseen;

    void add(Sent record, Message message) {
        if (record.receivers() == 0) {
            unseen++;
        } else {
            counts.merge(record.type(), 1L, Long::sum);
            given.add(message.msgId(), message.given());
        }
        records.addLast(record);
        if (records.size() > MOST) {
            records.removeFirst();
        }
    }

    List<Sent> records() {
        return List.copyOf(records);
    }

    Map<String, Long> counts() {
        return Map.copyOf(counts);
    }

    long count(String type) {
        return counts.getOrDefault(type, 0L);
    }

    Map<String, Long> gifts() {
        return given.byGift();
    }

    long unseen() {
        return unseen;
    }
}
