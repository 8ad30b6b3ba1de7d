package io.streamwire.rules.analytics;

import static io.streamwire.service.Columns.number;
import static io.streamwire.service.Columns.text;

import io.helidon.dbclient.DbClientException;
import io.helidon.dbclient.DbExecute;
import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbStatementQuery;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.streamwire.rules.analytics.ViewerList.Place;
import io.streamwire.rules.analytics.ViewerList.Sort;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Problem;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the numbers from PostgreSQL, always of one workspace. */
final class Rollups {

    /** Most rules of a report, and most viewers and gifts of each of its lists. */
    static final int MOST_RULES = 200;

    static final int TOP = 10;

    private static final String CANCELED = "57014";

    private final Database database;

    Rollups(Database database) {
        this.database = database;
    }

    /**
     * All about a range.
     *
     * @throws Problem 503 {@code analytics_too_slow}
     */
    Report report(Question question) {
        return patiently(execute -> {
            var sums = new Sums(question.livestreamId() == null);
            question(execute, "analytics-events", question)
                    .addParam("bucket", question.range().bucket().toString())
                    .addParam("simulated", question.simulated())
                    .addParam("livestream", textOf(question.livestreamId()))
                    .execute()
                    .forEach(sums::addEvents);
            if (question.livestreamId() == null) {
                question(execute, "analytics-decisions", question)
                        .addParam("bucket", question.range().bucket().toString())
                        .addParam("rule", textOf(question.ruleId()))
                        .execute()
                        .forEach(sums::addDecisions);
            }
            return new Report(
                    question.range().from(),
                    question.range().to(),
                    question.range().bucket(),
                    question.simulated(),
                    question.livestreamId(),
                    question.ruleId(),
                    sums.totals(distinctViewers(execute, question)),
                    sums.series(),
                    sums.byType(),
                    question.livestreamId() == null ? rules(execute, question) : null,
                    viewers(execute, question, Sort.EVENTS, Place.FIRST, TOP),
                    viewers(execute, question, Sort.DIAMONDS, Place.FIRST, TOP),
                    gifts(execute, question),
                    question.livestreamId() == null ? latencies(execute, question) : null);
        });
    }

    /**
     * Viewers of the hours that a range touches, who has most first.
     *
     * @throws Problem 503 {@code analytics_too_slow}
     */
    List<Report.OfViewer> viewers(Question question, Sort sort, Place after, int rows) {
        return patiently(execute -> viewers(execute, question, sort, after, rows));
    }

    /** Deletes every row of a viewer and says how many there were. */
    long forget(UUID workspaceId, String viewerId) {
        return database.client()
                .execute()
                .createNamedDmlStatement("forget-analytics-viewer")
                .addParam("workspace", workspaceId.toString())
                .addParam("viewer", viewerId)
                .execute();
    }

    private static long distinctViewers(DbExecute execute, Question question) {
        return hours(execute, "analytics-distinct-viewers", question)
                .execute()
                .map(row -> number(row, "viewers"))
                .toList()
                .getFirst();
    }

    private static List<Report.OfViewer> viewers(
            DbExecute execute, Question question, Sort sort, Place after, int rows) {
        return hours(execute, "analytics-viewers", question)
                .addParam("sort", sort.toString())
                .addParam("score", after.score())
                .addParam("viewer", after.viewerId())
                .addParam("rows", rows)
                .execute()
                .map(row ->
                        new Report.OfViewer(
                                text(row, "viewer_id"),
                                text(row, "handle"),
                                text(row, "nickname"),
                                number(row, "events"),
                                number(row, "gifts"),
                                number(row, "diamonds"),
                                number(row, "likes"),
                                question.livestreamId() == null ? number(row, "actions") : null))
                .toList();
    }

    private static List<Report.OfGift> gifts(DbExecute execute, Question question) {
        return hours(execute, "analytics-gifts", question)
                .addParam("rows", TOP)
                .execute()
                .map(row ->
                        new Report.OfGift(
                                number(row, "gift_id"),
                                text(row, "name"),
                                number(row, "gifts"),
                                number(row, "diamonds")))
                .toList();
    }

    private static List<Report.OfRule> rules(DbExecute execute, Question question) {
        var rules = new LinkedHashMap<UUID, Report.OfRule>();
        question(execute, "analytics-rules", question)
                .addParam("rule", textOf(question.ruleId()))
                .execute()
                .forEach(row -> rules.merge(Columns.uuid(row, "rule_id"), rule(row), Rollups::sum));
        return rules.values().stream().limit(MOST_RULES).toList();
    }

    private static Report.OfRule rule(DbRow row) {
        var outcome = text(row, "outcome");
        var decisions = number(row, "decisions");
        var fired = outcome.equals("fired");
        return new Report.OfRule(
                Columns.uuid(row, "rule_id"),
                Columns.textOrNull(row, "name"),
                fired ? decisions : 0,
                fired ? Map.of() : Map.of(outcome, decisions));
    }

    private static Report.OfRule sum(Report.OfRule one, Report.OfRule other) {
        var stopped = new TreeMap<>(one.stopped());
        other.stopped().forEach((outcome, times) -> stopped.merge(outcome, times, Long::sum));
        return new Report.OfRule(one.ruleId(), one.name(), one.fired() + other.fired(), stopped);
    }

    private static Report.Latencies latencies(DbExecute execute, Question question) {
        var histograms = new EnumMap<Way, Histogram>(Way.class);
        question(execute, "analytics-latencies", question)
                .addParam("rule", textOf(question.ruleId()))
                .execute()
                .forEach(row -> {
                    for (var way : Way.values()) {
                        if (way.toString().equals(text(row, "way"))) {
                            histograms
                                    .computeIfAbsent(way, _ -> new Histogram())
                                    .add((int) number(row, "bucket"), number(row, "times"));
                        }
                    }
                });
        return new Report.Latencies(
                latency(histograms.get(Way.DECIDED)), latency(histograms.get(Way.BOARD)));
    }

    private static Report.@Nullable Latency latency(@Nullable Histogram histogram) {
        return histogram == null ? null : histogram.latency();
    }

    private static DbStatementQuery question(
            DbExecute execute, String statement, Question question) {
        return execute.createNamedQuery(statement)
                .addParam("workspace", question.workspaceId().toString())
                .addParam("span", question.range().bucket().span())
                .addParam("from", Columns.parameter(question.range().from()))
                .addParam("to", Columns.parameter(question.range().to()));
    }

    private static DbStatementQuery hours(DbExecute execute, String statement, Question question) {
        return execute.createNamedQuery(statement)
                .addParam("workspace", question.workspaceId().toString())
                .addParam("from", Columns.parameter(question.range().hours().from()))
                .addParam("to", Columns.parameter(question.range().hours().to()))
                .addParam("simulated", question.simulated())
                .addParam("livestream", textOf(question.livestreamId()));
    }

    /** Reads within a time that PostgreSQL keeps. */
    private <T> T patiently(Function<DbExecute, T> read) {
        try {
            return database.transaction(transaction -> {
                var _ = transaction.createNamedGet("analytics-patience").execute();
                return read.apply(transaction);
            });
        } catch (DbClientException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException sql && CANCELED.equals(sql.getSQLState())) {
                    throw Problem.of(
                                    Status.SERVICE_UNAVAILABLE_503,
                                    "analytics_too_slow",
                                    "That takes more than 5 s: ask for a shorter range.")
                            .header(HeaderNames.RETRY_AFTER.defaultCase(), "5");
                }
            }
            throw e;
        }
    }

    private static String textOf(@Nullable UUID id) {
        return id == null ? "" : id.toString();
    }
}
