package io.streamwire.rules;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.streamwire.contract.Json;
import io.streamwire.service.Api;
import io.streamwire.service.Body;
import io.streamwire.service.Caller;
import io.streamwire.service.Permission;
import io.streamwire.service.Routes;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What rules would do about events that have been, over HTTP: nothing moves. */
final class DryRunsApi implements Api {

    /** Most events of a dry run or a comparison, and of a replay. */
    static final int MOST_EVENTS = 10_000;

    static final int MOST_REPLAYED = 100_000;

    /** Most decisions of each set that are compared: they are all in memory. */
    static final int MOST_COMPARED = 50_000;

    /** Most decisions that are listed; all are counted and hashed. */
    static final int LISTED = 10_000;

    private static final String NDJSON = "application/x-ndjson";

    private final RuleStore store;
    private final StoredEvents stored;
    private final DryRunPlaces places;
    private final DryRuns runs;

    DryRunsApi(RuleStore store, StoredEvents stored, DryRunPlaces places, DryRuns runs) {
        this.store = store;
        this.stored = stored;
        this.places = places;
        this.runs = runs;
    }

    @Override
    public void routes(Routes routes) {
        routes.at("/api/v1/rules", "/rules")
                .post("/dry-run", Permission.RULES_RUN, this::dryRun)
                .post("/replay", Permission.RULES_RUN, this::replay)
                .post("/diff", Permission.RULES_RUN, this::diff);
    }

    /** Rules and the events to try them on; see {@link DryRules} and {@link DryEvents.Choice}. */
    private record Question(
            @Nullable List<JsonNode> rules,
            @Nullable List<UUID> ruleIds,
            @Nullable UUID livestreamId,
            @Nullable Integer last,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable String recordingId) {

        DryRules which() {
            return new DryRules(rules, ruleIds);
        }

        DryEvents.Choice on() {
            return new DryEvents.Choice(livestreamId, last, from, to, recordingId);
        }
    }

    /** Two sets of rules and the events to compare them on; those that are stored without a. */
    private record Comparison(
            @Nullable DryRules a,
            DryRules b,
            @Nullable UUID livestreamId,
            @Nullable Integer last,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable String recordingId) {

        DryEvents.Choice on() {
            return new DryEvents.Choice(livestreamId, last, from, to, recordingId);
        }
    }

    /**
     * What was decided.
     *
     * @param decisions the first {@value #LISTED}
     */
    private record Answer(@JsonUnwrapped DryTotals.Summary summary, List<DryDecision> decisions) {}

    private record Compared(
            DryTotals.Summary a,
            DryTotals.Summary b,
            @JsonUnwrapped DryDiff.Difference difference) {}

    private void dryRun(ServerRequest request, ServerResponse response) {
        answer(request, response, MOST_EVENTS);
    }

    private void replay(ServerRequest request, ServerResponse response) {
        if (!request.headers().first(HeaderNames.ACCEPT).orElse("").contains(NDJSON)) {
            answer(request, response, MOST_REPLAYED);
            return;
        }
        var question = Body.read(request, Question.class);
        var workspaceId = Caller.of(request).workspaceId();
        try (var _ = places.take(workspaceId)) {
            var deadline = DryRuns.Deadline.begin();
            var rules = question.which().resolve(store, workspaceId, "");
            var events = events(request, question.on(), MOST_REPLAYED, deadline);
            var totals = new DryTotals(rules);
            response.header(HeaderNames.CONTENT_TYPE, NDJSON);
            try (var out = new BufferedOutputStream(response.outputStream(), 1 << 16)) {
                runs.run(
                        workspaceId,
                        rules,
                        events.all(),
                        deadline,
                        decision -> {
                            totals.add(decision);
                            write(out, decision.canonical());
                        });
                write(out, Json.writeBytes(totals.summary(events, rules)));
            } catch (IOException | UncheckedIOException e) {
                throw new CloseConnectionException("the reader of a replay has gone", e);
            }
        }
    }

    private static void write(BufferedOutputStream out, byte[] line) {
        try {
            out.write(line);
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(ServerRequest request, ServerResponse response, int most) {
        var question = Body.read(request, Question.class);
        var workspaceId = Caller.of(request).workspaceId();
        try (var _ = places.take(workspaceId)) {
            var deadline = DryRuns.Deadline.begin();
            var rules = question.which().resolve(store, workspaceId, "");
            var events = events(request, question.on(), most, deadline);
            var listed = new ArrayList<DryDecision>();
            var totals = new DryTotals(rules);
            runs.run(
                    workspaceId,
                    rules,
                    events.all(),
                    deadline,
                    decision -> {
                        totals.add(decision);
                        if (listed.size() < LISTED) {
                            listed.add(decision);
                        }
                    });
            Body.send(response, new Answer(totals.summary(events, rules), listed));
        }
    }

    private void diff(ServerRequest request, ServerResponse response) {
        var comparison = Body.read(request, Comparison.class);
        var workspaceId = Caller.of(request).workspaceId();
        try (var _ = places.take(workspaceId)) {
            var deadline = DryRuns.Deadline.begin();
            var a = comparison.a() == null ? DryRules.STORED : comparison.a();
            var before = a.resolve(store, workspaceId, "/a");
            var after = comparison.b().resolve(store, workspaceId, "/b");
            var events = events(request, comparison.on(), MOST_EVENTS, deadline);
            var ofBefore = decide(workspaceId, before, events, deadline);
            var ofAfter = decide(workspaceId, after, events, deadline);
            Body.send(
                    response,
                    new Compared(
                            ofBefore.summary(),
                            ofAfter.summary(),
                            DryDiff.of(ofBefore.decisions(), ofAfter.decisions())));
        }
    }

    private record Decided(DryTotals.Summary summary, List<DryDecision> decisions) {}

    private Decided decide(
            UUID workspaceId, List<Rule> rules, DryEvents events, DryRuns.Deadline deadline) {
        var decisions = new ArrayList<DryDecision>();
        var totals = new DryTotals(rules);
        runs.run(
                workspaceId,
                rules,
                events.all(),
                deadline,
                decision -> {
                    if (decisions.size() == MOST_COMPARED) {
                        throw DryRuns.tooLarge(MOST_COMPARED);
                    }
                    totals.add(decision);
                    decisions.add(decision);
                });
        return new Decided(totals.summary(events, rules), decisions);
    }

    private DryEvents events(
            ServerRequest request, DryEvents.Choice choice, int most, DryRuns.Deadline deadline) {
        choice.check(most);
        return choice.fetch(stored, request, most, deadline);
    }
}
