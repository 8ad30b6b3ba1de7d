package io.streamwire.rules;

import io.streamwire.bus.BusException;
import io.streamwire.bus.Lease;
import io.streamwire.bus.PartitionListener;
import io.streamwire.bus.Script;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.VoteEnded;
import io.streamwire.contract.Stream;
import io.streamwire.rules.RuleEngine.Match;
import io.streamwire.service.Round;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells how votes and tugs-of-war stand, to whoever watches the overlay. However many vote, a rule
 * is told of {@value #MILLIS} ms apart: deciding only notes that something has changed.
 */
final class Standings implements PartitionListener, AutoCloseable {

    /** How often a rule is told of at most, and how many rules in one round. */
    static final long MILLIS = 250;

    private static final int MOST = 100;

    private static final Logger LOG = System.getLogger(Standings.class.getName());
    private static final Script STANDING = Script.of(Standings.class, "standing.lua");

    private final InstantSource clock;
    private final Duration maxAge;
    private final Map<Integer, Lease> leases = new ConcurrentHashMap<>();
    private final Map<UUID, Change> open = new ConcurrentHashMap<>();
    private final Map<UUID, Change> ended = new ConcurrentHashMap<>();
    private @Nullable Round round;

    /** What an event has changed, the newest of a rule. */
    private record Change(int partition, Match match, LiveEvent event, Verdict verdict) {}

    /**
     * @param maxAge as of the {@link Decider}
     */
    Standings(InstantSource clock, Duration maxAge) {
        this.clock = clock;
        this.maxAge = maxAge;
    }

    void start() {
        round = Round.every(Duration.ofMillis(MILLIS), "rules-standings", this::tell);
    }

    /** An event was decided on. */
    void decided(int partition, Match match, LiveEvent event, Verdict verdict) {
        var crowd = match.rule().definition().crowd();
        if (!(crowd instanceof Crowd.Vote || crowd instanceof Crowd.Tug)) {
            return;
        }
        var change = new Change(partition, match, event, verdict);
        switch (verdict.outcome()) {
            case "vote_begun", "vote_counted", "crowd_tug" -> open.put(match.rule().id(), change);
            case "vote_voters", "vote_tie" -> ended.put(match.rule().id(), change);
            default -> {
                if (verdict.fired()) {
                    ended.put(match.rule().id(), change);
                }
            }
        }
    }

    @Override
    public void acquired(Lease lease) {
        leases.put(lease.partition(), lease);
    }

    @Override
    public void released(int partition) {
        leases.remove(partition);
        open.values().removeIf(change -> change.partition() == partition);
        ended.values().removeIf(change -> change.partition() == partition);
    }

    private void tell() {
        // What ended is told of before what has begun since.
        tell(ended);
        tell(open);
    }

    private void tell(Map<UUID, Change> changes) {
        for (var rule : changes.keySet().stream().limit(MOST).toList()) {
            @Nullable Change change = changes.remove(rule);
            if (change != null) {
                tell(change);
            }
        }
    }

    private void tell(Change change) {
        var lease = leases.get(change.partition());
        if (lease != null) {
            publish(lease, change);
        }
    }

    private void publish(Lease lease, Change change) {
        var rule = change.match().rule();
        var space = Space.live(change.partition(), maxAge);
        var crowd = "crowd:" + rule.id();
        var vote = rule.definition().crowd() instanceof Crowd.Vote;
        var over = change.event().payload() instanceof VoteEnded;
        var won = !vote && change.verdict().fired();
        var first = space.key(crowd + (vote ? ":vote" : ":tug"));
        var second =
                vote
                        ? first + ':' + (over ? change.event().id().toString() : "")
                        : first + (won ? ":won" : "");
        var head = Json.write(news(change));
        try {
            var _ =
                    lease.call(
                                    STANDING,
                                    List.of(Stream.ACTIONS.key(lease.partition()), first, second),
                                    List.of(
                                            over ? "ended" : vote ? "vote" : "tug",
                                            CrowdNews.TYPE,
                                            rule.workspaceId().toString(),
                                            head.substring(0, head.length() - 1),
                                            Integer.toString(choices(rule).size()),
                                            Long.toString(withinMs(rule)),
                                            Long.toString(clock.millis())))
                            .join();
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof BusException)) {
                throw e;
            }
            LOG.log(Level.DEBUG, "rule={0} standing=left_out", rule.id());
        }
    }

    private CrowdNews news(Change change) {
        var rule = change.match().rule();
        var verdict = change.verdict();
        var crowd = rule.definition().crowd();
        return new CrowdNews(
                rule.workspaceId(),
                rule.id(),
                rule.definition().name(),
                crowd instanceof Crowd.Vote ? "vote" : "tug",
                choices(rule),
                switch (crowd) {
                    case Crowd.Vote vote -> vote.minVoters();
                    case Crowd.Tug tug -> tug.lead();
                    case null, default -> 0;
                },
                withinMs(rule),
                switch (verdict.outcome()) {
                    case "vote_voters" -> "voters";
                    case "vote_tie" -> "tie";
                    default -> verdict.fired() ? "won" : CrowdNews.OPEN;
                },
                verdict.fired() && !verdict.choice().isEmpty()
                        ? choices(rule).get(Integer.parseInt(verdict.choice()) - 1)
                        : null,
                change.event().simulated(),
                clock.millis());
    }

    private static List<String> choices(Rule rule) {
        return rule.definition().trigger().choices();
    }

    private static long withinMs(Rule rule) {
        var crowd = rule.definition().crowd();
        return crowd == null ? 0 : crowd.withinMs();
    }

    @Override
    public void close() {
        if (round != null) {
            round.close();
        }
    }
}
