package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.config.Config;
import io.streamwire.bus.BatchHandler;
import io.streamwire.bus.Bus;
import io.streamwire.bus.Consumer;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Membership;
import io.streamwire.bus.PartitionListener;
import io.streamwire.bus.Script;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.Stream;
import io.streamwire.rules.analytics.Analytics;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Batches that come again, too late, or to somebody else. */
class AnalyticsRedeliveryTest {

    private static final int EVENTS = 50;
    private static final Script TAKE =
            new Script(
                    "take",
                    "return redis.call('XREADGROUP', 'GROUP', 'rules-analytics', 'owner', 'COUNT', 100,"
                            + " 'STREAMS', KEYS[1], '>')[1][2]");

    private final Config config =
            Configuration.load(
                    Map.of(
                            "database.url", Servers.EMBEDDED.jdbcUrl("rules_db"),
                            "database.user", Servers.EMBEDDED.databaseUser(),
                            "database.password", Servers.EMBEDDED.databasePassword()),
                    null);
    private final Bus bus = Servers.bus();
    private final Database database = Database.open(config, "rules");
    private final Consumer counter =
            Analytics.of(config, database, InstantSource.system()).consumers().stream()
                    .filter(consumer -> consumer.stream() == Stream.EVENTS)
                    .findFirst()
                    .orElseThrow();
    private final LiveEvents events = new LiveEvents();
    private final Streams streams = new Streams(bus, events.workspaceId());

    @AfterEach
    void disconnect() {
        database.close();
        bus.close();
    }

    @Test
    void aBatchThatComesAgainIsCountedOnce() throws SQLException {
        var calls = new AtomicInteger();
        var acknowledged = new AtomicInteger();
        streams.publish(comments());

        try (var _ =
                join(
                        bus,
                        "one",
                        counting ->
                                (lease, entries) -> {
                                    counting.handle(lease, entries);
                                    if (ours(entries) > 0 && calls.incrementAndGet() <= 3) {
                                        throw new IllegalStateException("after it was counted");
                                    }
                                    acknowledged.addAndGet(ours(entries));
                                })) {
            Await.until(() -> acknowledged.get() == EVENTS);
        }

        assertThat(calls.get()).isGreaterThan(3);
        assertThat(counted()).isEqualTo(EVENTS);
    }

    @Test
    void aBatchThatIsTakenOverIsCountedOnce() throws SQLException {
        var handled = new AtomicInteger();
        var acknowledged = new AtomicInteger();
        streams.publish(comments());

        try (var dying = Servers.bus();
                var _ =
                        join(
                                dying,
                                "first",
                                counting ->
                                        (lease, entries) -> {
                                            counting.handle(lease, entries);
                                            handled.addAndGet(ours(entries));
                                            if (ours(entries) > 0) {
                                                throw new IllegalStateException(
                                                        "before it acknowledges");
                                            }
                                        })) {
            Await.until(() -> handled.get() > 0);
        }
        streams.publish(events.comment("one more"));
        try (var _ =
                join(
                        bus,
                        "second",
                        counting ->
                                (lease, entries) -> {
                                    counting.handle(lease, entries);
                                    acknowledged.addAndGet(ours(entries));
                                })) {
            Await.until(() -> acknowledged.get() == EVENTS + 1);
        }

        assertThat(counted()).isEqualTo(EVENTS + 1);
    }

    /** An owner that does not know yet that it lost its lease may still be given entries. */
    @Test
    void whatWasGivenToSomebodyElseIsCountedThoughLaterOnesWereBefore() throws Exception {
        var reached = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var acknowledged = new AtomicInteger();
        streams.publish(events.comment("first"));

        try (var _ =
                join(
                        bus,
                        "one",
                        counting ->
                                (lease, entries) -> {
                                    counting.handle(lease, entries);
                                    if (ours(entries) > 0) {
                                        reached.countDown();
                                        goOn.await();
                                    }
                                    acknowledged.addAndGet(ours(entries));
                                })) {
            reached.await();
            streams.publish(comments());
            var taken =
                    bus.call(TAKE, List.of(Stream.EVENTS.key(streams.partition())), List.of())
                            .join();
            assertThat(taken.size()).isEqualTo(EVENTS);
            streams.publish(events.comment("last"));
            goOn.countDown();

            Await.until(() -> acknowledged.get() == EVENTS + 2);
        }

        assertThat(counted()).isEqualTo(EVENTS + 2);
    }

    private int ours(List<Entry> entries) {
        return (int)
                entries.stream()
                        .filter(entry ->
                                entry.field("workspace_id").equals(events.workspaceId().toString()))
                        .count();
    }

    private LiveEvent[] comments() {
        return IntStream.range(0, EVENTS)
                .mapToObj(n -> events.comment("comment " + n))
                .toArray(LiveEvent[]::new);
    }

    private Membership join(Bus bus, String instance, UnaryOperator<BatchHandler> around) {
        return bus.join(
                "rules",
                instance,
                List.of(
                        new Consumer(
                                counter.stream(),
                                counter.group(),
                                around.apply(counter.handler()),
                                Duration.ZERO)),
                PartitionListener.NONE);
    }

    private long counted() throws SQLException {
        try (var connection =
                        DriverManager.getConnection(
                                Servers.EMBEDDED.jdbcUrl("rules_db"),
                                Servers.EMBEDDED.databaseUser(),
                                Servers.EMBEDDED.databasePassword());
                var statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                """
                                SELECT coalesce(sum(events), 0) FROM analytics_events
                                WHERE span = 'minute' AND workspace_id = '%s'
                                """
                                        .formatted(events.workspaceId()))) {
            assertThat(rows.next()).isTrue();
            return rows.getLong(1);
        }
    }
}
