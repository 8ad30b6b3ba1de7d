package io.streamwire.ingest;

import static io.streamwire.ingest.WireMessages.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.ingest.webcast.wire.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The events of one livestream, with what Redis would keep of it. */
final class EventsInMemory {

    static final UUID WORKSPACE = Ids.next();
    static final UUID LIVESTREAM = Ids.next();
    static final long ROOM = 7_400_000_000_000_000_001L;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    final Map<String, String> kept = new HashMap<>();
    Events events = fresh();

    /** As after a restart. */
    void restart() {
        events = fresh();
        events.restore(kept);
    }

    private static Events fresh() {
        return new Events(WORKSPACE, LIVESTREAM, ROOM, TIMEOUT);
    }

    static GiftSent gift(int count, int increment, Streak streak) {
        return new GiftSent(5655, "Rose", 1, count, increment, streak);
    }

    LiveEvent only(Message message) {
        var outcome = keep(events.of(List.of(message), NOW));
        assertThat(outcome.pending()).hasSize(1);
        return outcome.pending().getFirst().event();
    }

    List<GiftSent> gifts(Message... messages) {
        return gifts(NOW, messages);
    }

    List<GiftSent> gifts(Instant now, Message... messages) {
        return payloads(keep(events.of(List.of(messages), now))).stream()
                .filter(GiftSent.class::isInstance)
                .map(GiftSent.class::cast)
                .toList();
    }

    List<LiveEvent> overdue(Instant now) {
        return keep(events.overdue(now)).pending().stream().map(Events.Pending::event).toList();
    }

    /** What Redis would keep. */
    private Events.Outcome keep(Events.Outcome outcome) {
        outcome.changes()
                .forEach((field, value) -> {
                    if (value.isEmpty()) {
                        kept.remove(field);
                    } else {
                        kept.put(field, value);
                    }
                });
        return outcome;
    }

    static List<Payload> payloads(Events.Outcome outcome) {
        return outcome.pending().stream().map(pending -> pending.event().payload()).toList();
    }
}
