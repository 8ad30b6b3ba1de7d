package io.streamwire.devices;

import io.helidon.config.Config;
import io.streamwire.service.Columns;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Deletes what has been kept for long enough, a little at a time. */
final class Retention {

    private static final Logger LOG = System.getLogger(Retention.class.getName());
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(3_650);

    /** How long a claim that is over can still be looked at. */
    private static final Duration CLAIMS = Duration.ofDays(1);

    /** How long instances have to learn that a group was deleted. */
    private static final Duration GROUPS = Duration.ofDays(1);

    /** Rows of one statement, so that none holds its locks for long. */
    private static final int ROWS = 2_000;

    private final Database database;
    private final InstantSource clock;
    private final Times times;

    /** How long each kind is kept. */
    record Times(Duration telemetry, Duration logs, Duration commands) {

        static Times of(Config config) {
            return new Times(
                    duration(config, "devices.telemetry-retention"),
                    duration(config, "devices.log-retention"),
                    duration(config, "devices.command-retention"));
        }

        private static Duration duration(Config config, String key) {
            return Configuration.duration(config, key, SHORTEST, LONGEST);
        }
    }

    Retention(Database database, InstantSource clock, Times times) {
        this.database = database;
        this.clock = clock;
        this.times = times;
    }

    void prune() {
        var now = clock.instant();
        prune("prune-telemetry", now.minus(times.telemetry()));
        prune("prune-device-logs", now.minus(times.logs()));
        prune("prune-safety-log", now.minus(times.logs()));
        prune("prune-claims", now.minus(CLAIMS));
        prune("prune-groups", now.minus(GROUPS));
        prune("prune-commands", now.minus(times.commands()));
    }

    private void prune(String statement, Instant before) {
        var pruned = 0L;
        var rows = 0L;
        do {
            rows =
                    database.client()
                            .execute()
                            .createNamedDelete(statement)
                            .addParam("before", Columns.parameter(before))
                            .addParam("rows", ROWS)
                            .execute();
            pruned += rows;
        } while (rows == ROWS);
        if (pruned > 0) {
            LOG.log(
                    Level.INFO,
                    "statement={0} rows={1} before={2}",
                    statement,
                    Long.toString(pruned),
                    before);
        }
    }
}
