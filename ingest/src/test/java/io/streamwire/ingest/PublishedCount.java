package io.streamwire.ingest;

import io.streamwire.bus.BatchHandler;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Lease;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.Streak;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/** Adds up what is on the bus of one workspace, as rules would read it. Guarded by its lock. */
final class PublishedCount implements BatchHandler {

    private final String workspaceId;
    private final Set<UUID> ids = new HashSet<>();
    private final Map<String, Long> types = new TreeMap<>();
    private final Map<String, Long> increments = new HashMap<>();
    private final Map<String, Long> ends = new HashMap<>();
    private long twice;
    private long taps;
    private long total;
    private long sum;
    private long backwards;
    private long worth;
    private long miscounted;

    PublishedCount(UUID workspaceId) {
        this.workspaceId = workspaceId.toString();
    }

    @Override
    public synchronized void handle(Lease lease, List<Entry> entries) {
        for (var entry : entries) {
            if (entry.field("workspace_id").equals(workspaceId)) {
                add(entry);
            }
        }
    }

    private void add(Entry entry) {
        if (!ids.add(UUID.fromString(entry.field("id")))) {
            twice++;
        }
        types.merge(entry.type(), 1L, Long::sum);
        if (entry.type().equals("tiktok.gift") || entry.type().equals("tiktok.like")) {
            add(Json.read(entry.body(), LiveEvent.class));
        }
    }

    private void add(LiveEvent event) {
        switch (event.payload()) {
            case GiftSent gift -> {
                increments.merge(gift.name(), (long) gift.increment(), Long::sum);
                if (!event.historical()) {
                    worth += (long) gift.increment() * gift.diamonds();
                }
                var counters = event.counters();
                if (counters == null || counters.diamonds() != worth) {
                    miscounted++;
                }
                if (gift.streak() == Streak.ENDED || gift.streak() == Streak.SINGLE) {
                    ends.merge(gift.name(), (long) gift.count(), Long::sum);
                }
            }
            case Liked liked -> {
                taps += liked.count();
                backwards += liked.total() < total || liked.sum() < sum ? 1 : 0;
                total = liked.total();
                sum = liked.sum();
            }
            default -> {}
        }
    }

    synchronized int size() {
        return ids.size();
    }

    synchronized Set<UUID> ids() {
        return Set.copyOf(ids);
    }

    /** Events of a type. */
    synchronized long of(String type) {
        return types.getOrDefault("tiktok." + type, 0L);
    }

    synchronized Map<String, Long> increments() {
        return Map.copyOf(increments);
    }

    synchronized Map<String, Long> ends() {
        return Map.copyOf(ends);
    }

    /** Events that came more than once. */
    synchronized long twice() {
        return twice;
    }

    /** Diamonds of all gifts but those of the backlog. */
    synchronized long worth() {
        return worth;
    }

    /** Gifts that did not say what all gifts up to them were worth. */
    synchronized long miscounted() {
        return miscounted;
    }

    synchronized long taps() {
        return taps;
    }

    /** The newest total and sum of likes. */
    synchronized long total() {
        return total;
    }

    synchronized long sum() {
        return sum;
    }

    /** How often the total or the sum of likes went down. */
    synchronized long backwards() {
        return backwards;
    }
}
