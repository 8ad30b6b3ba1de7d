package io.streamwire.rules;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Script;
import io.streamwire.contract.Hops;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.Stream;
import io.streamwire.contract.Viewer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;

/** Puts a call of a rule on the bus as an event, so that it goes the way of every other. */
final class OwnEvents {

    /** How long an event is known, so that it does not happen again. */
    static final Duration MEMORY = Duration.ofDays(1);

    private static final Script PUBLISH = Script.of(OwnEvents.class, "own-event.lua");

    private final Bus bus;
    private final InstantSource clock;

    OwnEvents(Bus bus, InstantSource clock) {
        this.bus = bus;
        this.clock = clock;
    }

    /**
     * Publishes it, unless an event of this id was published within {@link #MEMORY}.
     *
     * @param id derived from what tells this call from others
     * @throws BusException when it is not known to be published
     */
    void publish(UUID id, Rule rule, Payload payload) {
        var now = clock.instant();
        var event =
                new LiveEvent(
                        id,
                        livestream(rule),
                        rule.workspaceId(),
                        "0",
                        now,
                        now,
                        false,
                        false,
                        Viewer.NOBODY,
                        payload);
        int partition = bus.partition(rule.workspaceId());
        try {
            bus.call(
                            PUBLISH,
                            List.of(
                                    Stream.EVENTS.key(partition),
                                    Stream.key(partition, "called:" + id)),
                            List.of(
                                    event.type(),
                                    id.toString(),
                                    rule.workspaceId().toString(),
                                    event.livestreamId().toString(),
                                    Long.toString(Hops.micros(now)),
                                    Json.write(event),
                                    Long.toString(MEMORY.toMillis())))
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof BusException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** The rule's own, or one that stands for none. */
    private static UUID livestream(Rule rule) {
        var own = rule.definition().livestreamId();
        return own == null ? Ids.derived("livestream", "none", rule.workspaceId().toString()) : own;
    }
}
