package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Membership;
import io.streamwire.contract.Decision;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.contract.Viewer;
import io.streamwire.rules.Trigger.CommentMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What waits for a rule that rests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueueTest {

    private static final Trigger SPIN = new Trigger.Comment(CommentMode.CONTAINS, "spin");
    private static final Set<String> FOR_NOW = Set.of("queued");

    private final Map<UUID, RuleEngine> engines = new ConcurrentHashMap<>();
    private final Bus bus = Servers.bus();
    private @Nullable Membership membership;

    @BeforeAll
    void join() {
        membership = Deciding.join(bus, "queues", id -> engines.getOrDefault(id, RuleEngine.EMPTY));
    }

    @AfterAll
    void leave() {
        if (membership != null) {
            membership.close();
        }
        bus.close();
    }

    @Test
    void oneWhoSendsAHundredTimesAsMuchDoesNotStarveTheOthers() {
        var live = live(50, new Queueing(Queueing.Mode.QUEUE, 40, 60_000));
        var events = new ArrayList<LiveEvent>();
        for (int round = 0; round < 10; round++) {
            for (int i = 0; i < 100; i++) {
                events.add(live.events.comment(viewer(0), "spin"));
            }
            for (int viewer = 1; viewer < 10; viewer++) {
                events.add(live.events.comment(viewer(viewer), "spin"));
            }
        }
        var whose = events.stream().collect(Collectors.toMap(LiveEvent::id, it -> it.user().id()));

        live.streams.publish(events.toArray(LiveEvent[]::new));

        var decided = settled(live, events.size());
        assertThat(decided.values())
                .containsOnly(Decision.FIRED, "queue_full", "queue_shed")
                .hasSize(events.size());
        var served = new HashMap<String, Integer>();
        decided.forEach((event, outcome) -> {
            if (outcome.equals(Decision.FIRED)) {
                served.merge(whose.getOrDefault(event, ""), 1, Integer::sum);
            }
        });
        assertThat(served).hasSize(10);
        assertThat(served.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThan(40);
        assertThat(jain(served)).isGreaterThanOrEqualTo(0.9);
        assertThat(live.streams.decisions())
                .extracting(decision -> decision.id() + " " + decision.at())
                .as("rows of rule_executions")
                .doesNotHaveDuplicates();
        assertThat(live.streams.actions())
                .hasSize(served.values().stream().mapToInt(it -> it).sum());
    }

    /** 1 when all got the same, 1/n when one got everything. */
    private static double jain(Map<String, Integer> served) {
        double sum = served.values().stream().mapToDouble(it -> it).sum();
        double squares = served.values().stream().mapToDouble(it -> (double) it * it).sum();
        return sum * sum / (served.size() * squares);
    }

    @Test
    void theNewestTakesThePlaceOfWhoeverWaits() {
        var live = live(400, new Queueing(Queueing.Mode.REPLACE, 1, 60_000));
        var first = live.events.comment(viewer(1), "spin");
        var second = live.events.comment(viewer(2), "spin");
        var third = live.events.comment(viewer(3), "spin");

        live.streams.publish(first, second, third);

        assertThat(settled(live, 3))
                .containsEntry(first.id(), Decision.FIRED)
                .containsEntry(second.id(), "queue_replaced")
                .containsEntry(third.id(), Decision.FIRED);
    }

    @Test
    void whoWaitsTooLongGoes() {
        var live = live(60_000, new Queueing(Queueing.Mode.QUEUE, 5, 1_000));
        var first = live.events.comment(viewer(1), "spin");
        var second = live.events.comment(viewer(2), "spin");

        live.streams.publish(first, second);

        assertThat(settled(live, 2))
                .containsEntry(first.id(), Decision.FIRED)
                .containsEntry(second.id(), "queue_expired");
    }

    @Test
    void whatIsNobodysWaitsToo() {
        var live = new Live(bus, engines);
        live.has(
                RuleExamples.queued(
                        live.rules.rule(
                                new Trigger.Live(Set.of(RoomState.PAUSED)),
                                new Cooldown(200, 0),
                                List.of(live.rules.spin())),
                        new Queueing(Queueing.Mode.QUEUE, 5, 60_000)));
        var paused = new LiveEvent.RoomChanged(RoomState.PAUSED);

        live.streams.publish(
                live.events.by(Viewer.NOBODY, paused),
                live.events.by(Viewer.NOBODY, paused),
                live.events.by(Viewer.NOBODY, paused));

        assertThat(settled(live, 3))
                .containsValue(Decision.FIRED)
                .doesNotContainValue("queue_full");
        assertThat(live.streams.actions()).hasSize(3);
    }

    /** The last word about each event. */
    private static Map<UUID, String> settled(Live live, int events) {
        Await.until(() -> finals(live).size() == events);
        return finals(live);
    }

    private static Map<UUID, String> finals(Live live) {
        return live.streams.decisions().stream()
                .filter(decision -> !FOR_NOW.contains(decision.outcome()))
                .collect(Collectors.toMap(Decision::eventId, Decision::outcome));
    }

    private Live live(long cooldownMs, Queueing queue) {
        var live = new Live(bus, engines);
        live.has(
                RuleExamples.queued(
                        live.rules.rule(
                                SPIN, new Cooldown(cooldownMs, 0), List.of(live.rules.spin())),
                        queue));
        return live;
    }

    private static Viewer viewer(int number) {
        return new Viewer("70000000000000001" + number, "v" + number, "V", List.of(), 0, null);
    }
}
