package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.BatchHandler;
import io.streamwire.bus.Bus;
import io.streamwire.bus.Consumer;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Membership;
import io.streamwire.contract.Action;
import io.streamwire.contract.Decision;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Stream;
import io.streamwire.rules.Trigger.CommentMode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedeliveryTest {

    private static final int EVENTS = 50;

    private final Map<UUID, RuleEngine> engines = new ConcurrentHashMap<>();
    private final Bus bus = Servers.bus();
    private final DelayedActions delayed =
            Deciding.delayed(InstantSource.system(), _ -> RuleEngine.EMPTY);
    private final Decider decider =
            new Decider(
                    id -> engines.getOrDefault(id, RuleEngine.EMPTY),
                    delayed,
                    new Timers(_ -> RuleEngine.EMPTY, InstantSource.system()),
                    new Standings(InstantSource.system(), Duration.ofMinutes(1)),
                    InstantSource.system(),
                    Duration.ofMinutes(1));
    private final Live live = new Live(bus, engines);

    @AfterEach
    void disconnect() {
        bus.close();
    }

    @Test
    void aBatchThatComesAgainFiresOnce() {
        live.has(
                live.rules.rule(
                        new Trigger.Comment(CommentMode.CONTAINS, "spin"),
                        new Cooldown(1, 1),
                        List.of(live.rules.spin(), live.rules.spinAfter(1))),
                live.rules.rule(new Trigger.Comment(CommentMode.CONTAINS, "spin")));
        live.streams.publish(spins());
        var calls = new AtomicInteger();
        var acknowledged = new AtomicInteger();

        try (var _ =
                join(
                        bus,
                        "one",
                        (lease, entries) -> {
                            decider.handle(lease, entries);
                            if (own(entries) > 0 && calls.incrementAndGet() <= 3) {
                                throw new IllegalStateException("after the steps");
                            }
                            acknowledged.addAndGet(own(entries));
                        })) {
            Await.until(() -> acknowledged.get() == EVENTS);

            assertThat(live.decisions(2 * EVENTS)).extracting(Decision::id).doesNotHaveDuplicates();
            var fired =
                    live.streams.decisions().stream()
                            .mapToInt(decision -> decision.actionIds().size())
                            .sum();
            Await.until(() -> live.streams.actions().size() >= fired);
            assertThat(live.streams.actions()).hasSize(fired);
            assertThat(live.streams.actions()).extracting(Action::id).doesNotHaveDuplicates();
            Await.until(() -> live.streams.redis("HLEN", "marks:rules").equals("0"));
        }
    }

    @Test
    void aBatchThatIsTakenOverFiresOnce() {
        live.has(live.rules.rule(new Trigger.Comment(CommentMode.CONTAINS, "spin")));
        live.streams.publish(spins());
        var handled = new AtomicInteger();
        var acknowledged = new AtomicInteger();

        try (var dying = Servers.bus();
                var _ =
                        join(
                                dying,
                                "first",
                                (lease, entries) -> {
                                    decider.handle(lease, entries);
                                    handled.addAndGet(own(entries));
                                    throw new IllegalStateException("before it acknowledges");
                                })) {
            Await.until(() -> handled.get() > 0);
        }
        try (var _ =
                join(
                        bus,
                        "second",
                        (lease, entries) -> {
                            decider.handle(lease, entries);
                            acknowledged.addAndGet(own(entries));
                        })) {
            Await.until(() -> acknowledged.get() == EVENTS);
        }

        assertThat(live.decisions(EVENTS)).extracting(Decision::id).doesNotHaveDuplicates();
        assertThat(live.streams.actions())
                .hasSize(EVENTS)
                .extracting(Action::id)
                .doesNotHaveDuplicates();
    }

    /** Other tests leave entries behind. */
    private int own(List<Entry> entries) {
        return (int)
                entries.stream()
                        .filter(entry ->
                                entry.field("workspace_id").equals(live.workspaceId.toString()))
                        .count();
    }

    private LiveEvent[] spins() {
        return IntStream.range(0, EVENTS)
                .mapToObj(n -> live.events.comment("spin " + n))
                .toArray(LiveEvent[]::new);
    }

    private Membership join(Bus bus, String instance, BatchHandler handler) {
        return bus.join(
                "rules",
                instance,
                List.of(new Consumer(Stream.EVENTS, Decider.GROUP, handler)),
                delayed);
    }
}
