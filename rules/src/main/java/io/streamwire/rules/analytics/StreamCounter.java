package io.streamwire.rules.analytics;

import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbTransaction;
import io.streamwire.bus.BatchHandler;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Lease;
import io.streamwire.bus.Script;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import io.streamwire.rules.analytics.Counted.Span;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;

/**
 * Counts the entries of one stream, each once. The numbers and what has been counted change in one
 * transaction, whose row lock lets two owners of a partition not count at the same time.
 */
final class StreamCounter implements BatchHandler {

    /** One entry's part of the numbers. */
    interface Count {
        void add(Entry entry, Counts counts, Instant now);
    }

    private static final Logger LOG = System.getLogger(StreamCounter.class.getName());
    private static final Script OLDEST = Script.of(StreamCounter.class, "oldest.lua");

    private final Database database;
    private final Stream stream;
    private final Count count;
    private final InstantSource clock;
    private final Semaphore turns;

    /**
     * @param turns how many count at a time, so that connections are left for others
     */
    StreamCounter(
            Database database, Stream stream, Count count, InstantSource clock, Semaphore turns) {
        this.database = database;
        this.stream = stream;
        this.count = count;
        this.clock = clock;
        this.turns = turns;
    }

    @Override
    public void handle(Lease lease, List<Entry> entries) throws InterruptedException {
        var oldest = oldest(lease);
        turns.acquire();
        try {
            count(lease, oldest, entries);
        } catch (DbClientException e) {
            if (!isAboutData(e)) {
                throw e;
            }
            entries.forEach(entry -> countAlone(lease, oldest, entry));
        } finally {
            turns.release();
        }
    }

    /** Nothing before it can come again. */
    private EntryId oldest(Lease lease) {
        try {
            var id =
                    lease.call(
                                    OLDEST,
                                    List.of(stream.key(lease.partition())),
                                    List.of(Analytics.GROUP))
                            .join()
                            .text(0);
            return id.isEmpty() ? EntryId.NONE : EntryId.of(id);
        } catch (CompletionException e) {
            if (e.getCause() instanceof BusException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /** A row that PostgreSQL does not take costs only itself. */
    private void countAlone(Lease lease, EntryId oldest, Entry entry) {
        try {
            count(lease, oldest, List.of(entry));
        } catch (DbClientException e) {
            if (!isAboutData(e)) {
                throw e;
            }
            skipped(entry, e);
        }
    }

    private void count(Lease lease, EntryId oldest, List<Entry> entries) {
        var batch =
                new Span(EntryId.of(entries.getFirst().id()), EntryId.of(entries.getLast().id()));
        var _ =
                database.transaction(transaction -> {
                    var counted = locked(transaction, lease.partition());
                    var counts = new Counts();
                    for (var entry : entries) {
                        if (!counted.contains(EntryId.of(entry.id()))) {
                            add(entry, counts);
                        }
                    }
                    counts.write(transaction);
                    return save(transaction, lease.partition(), counted.plus(batch, oldest));
                });
    }

    /** What can never be counted, whatever is wrong with it, must not hold up the rest. */
    private void add(Entry entry, Counts counts) {
        try {
            count.add(entry, counts, clock.instant());
        } catch (RuntimeException e) {
            skipped(entry, e);
        }
    }

    private static void skipped(Entry entry, RuntimeException e) {
        LOG.log(
                Level.WARNING,
                "{0}={1} entry={2} counted=no reason=\"{3}\"",
                entry.type(),
                entry.field("id"),
                entry.id(),
                e.getMessage());
    }

    private Counted locked(DbTransaction transaction, int partition) {
        return transaction
                .createNamedQuery("lock-analytics-position")
                .addParam("stream", stream.name())
                .addParam("partition", partition)
                .addParam("nothing", Json.write(Counted.NOTHING))
                .execute()
                .map(row -> Json.read(Columns.text(row, "counted"), Counted.class))
                .toList()
                .getFirst();
    }

    private long save(DbTransaction transaction, int partition, Counted counted) {
        return transaction
                .createNamedDmlStatement("save-analytics-position")
                .addParam("stream", stream.name())
                .addParam("partition", partition)
                .addParam("counted", Json.write(counted))
                .execute();
    }

    /** SQLSTATE classes 22 (data) and 23 (constraints). */
    private static boolean isAboutData(DbClientException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql.getSQLState().startsWith("22") || sql.getSQLState().startsWith("23");
            }
        }
        return false;
    }
}
