package io.streamwire.rules;

import io.helidon.dbclient.DbRow;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.streamwire.bus.BatchHandler;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Lease;
import io.streamwire.contract.Decision;
import io.streamwire.contract.Json;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import io.streamwire.service.Round;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes every decision into PostgreSQL, behind the events and in batches, and reads them again. A
 * decision that comes twice is written once.
 */
final class DecisionLog implements BatchHandler, AutoCloseable {

    static final String GROUP = "rules-log";

    private static final Logger LOG = System.getLogger(DecisionLog.class.getName());
    private static final Duration MAINTENANCE = Duration.ofHours(1);

    private final Database database;
    private final MeterRegistry meters;
    private final Duration retention;
    private @Nullable Round maintenance;

    /**
     * @param retention how long decisions are kept, whole days
     */
    DecisionLog(Database database, MeterRegistry meters, Duration retention) {
        this.database = database;
        this.meters = meters;
        this.retention = retention;
    }

    /** Makes the partitions of the next days and drops old ones, now and every hour. */
    void start() {
        maintenance = Round.every(MAINTENANCE, "rules-log-maintenance", this::maintain);
    }

    @Override
    public void handle(Lease lease, List<Entry> entries) {
        var decisions = new ArrayList<Decision>(entries.size());
        for (var entry : entries) {
            try {
                decisions.add(Json.read(entry.body(), Decision.class));
            } catch (Json.MalformedJson e) {
                LOG.log(
                        Level.WARNING,
                        "decision={0} entry={1} skipped=malformed reason=\"{2}\"",
                        entry.field("id"),
                        entry.id(),
                        e.getMessage());
            }
        }
        if (!decisions.isEmpty()) {
            database.batch("insert-executions", Json.writeBytes(decisions));
            decisions.forEach(this::count);
        }
    }

    private void count(Decision decision) {
        Counter.builder("streamwire.rules.decisions")
                .description("decisions about events that a rule matched, by what came of them")
                .tag("outcome", decision.outcome())
                .register(meters)
                .increment();
    }

    /**
     * The newest first, before a position.
     *
     * @param ruleId only of this rule, and so on; null for any
     */
    List<Execution> list(
            UUID workspaceId,
            @Nullable UUID ruleId,
            @Nullable UUID eventId,
            @Nullable String outcome,
            Position before,
            Page page) {
        return database.client()
                .execute()
                .createNamedQuery("list-executions")
                .addParam("workspace", workspaceId.toString())
                .addParam("rule", ruleId == null ? "" : ruleId.toString())
                .addParam("event", eventId == null ? "" : eventId.toString())
                .addParam("outcome", outcome == null ? "" : outcome)
                .addParam("at", Columns.parameter(before.at()))
                .addParam("id", before.id().toString())
                .addParam("rows", page.rows())
                .execute()
                .map(DecisionLog::execution)
                .toList();
    }

    private static Execution execution(DbRow row) {
        return new Execution(
                Columns.uuid(row, "id"),
                Columns.uuid(row, "event_id"),
                Columns.uuid(row, "rule_id"),
                Columns.instant(row, "decided_at"),
                Columns.text(row, "outcome"),
                row.column("remaining_ms").get(Long.class),
                row.column("observed").get(Long.class),
                row.column("needed").get(Long.class),
                List.of(Json.read(Columns.text(row, "action_ids"), UUID[].class)));
    }

    private void maintain() {
        var _ =
                database.client()
                        .execute()
                        .createNamedGet("maintain-executions")
                        .addParam("days", (int) retention.toDays())
                        .execute();
    }

    @Override
    public void close() {
        if (maintenance != null) {
            maintenance.close();
        }
    }
}
