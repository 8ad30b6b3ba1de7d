package io.streamwire.rules.analytics;

import io.helidon.config.Config;
import io.streamwire.bus.Consumer;
import io.streamwire.contract.Stream;
import io.streamwire.service.Api;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import io.streamwire.service.Round;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Counts what happened and tells of it. */
public final class Analytics implements AutoCloseable {

    /** The consumer group, of every stream that is counted. */
    static final String GROUP = "rules-analytics";

    /** Lets entries gather: one statement for many costs hardly more than for one. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Duration MAINTENANCE = Duration.ofHours(1);

    /** How many transactions count at a time. */
    private static final int AT_A_TIME = 2;

    private final Database database;
    private final InstantSource clock;
    private final Duration minutesRetention;
    private final Duration hoursRetention;
    private @Nullable Round maintenance;

    private Analytics(
            Database database,
            InstantSource clock,
            Duration minutesRetention,
            Duration hoursRetention) {
        this.database = database;
        this.clock = clock;
        this.minutesRetention = minutesRetention;
        this.hoursRetention = hoursRetention;
    }

    /** With the retentions of the settings, whole days. */
    public static Analytics of(Config config, Database database, InstantSource clock) {
        return new Analytics(
                database,
                clock,
                days(config, "rules.analytics-minutes-retention"),
                days(config, "rules.analytics-hours-retention"));
    }

    private static Duration days(Config config, String key) {
        return Configuration.duration(config, key, Duration.ofDays(1), Duration.ofDays(3650));
    }

    /** Makes the partitions of the next days and months and drops old ones, now and every hour. */
    public void start() {
        maintenance = Round.every(MAINTENANCE, "rules-analytics-maintenance", this::maintain);
    }

    /** What counts the streams. */
    public List<Consumer> consumers() {
        var turns = new Semaphore(AT_A_TIME);
        return List.of(
                consumer(Stream.EVENTS, Counting::event, turns),
                consumer(Stream.DECISIONS, Counting::decision, turns),
                consumer(Stream.ACTIONS, Counting::action, turns),
                consumer(Stream.DEVICE, Counting::command, turns));
    }

    private Consumer consumer(Stream stream, StreamCounter.Count count, Semaphore turns) {
        return new Consumer(
                stream, GROUP, new StreamCounter(database, stream, count, clock, turns), PAUSE);
    }

    /** What answers questions. */
    public Api api() {
        return new AnalyticsApi(new Rollups(database), clock);
    }

    private void maintain() {
        var _ =
                database.client()
                        .execute()
                        .createNamedGet("maintain-analytics")
                        .addParam("minutes", (int) minutesRetention.toDays())
                        .addParam("hours", (int) hoursRetention.toDays())
                        .execute();
    }

    @Override
    public void close() {
        if (maintenance != null) {
            maintenance.close();
        }
    }
}
