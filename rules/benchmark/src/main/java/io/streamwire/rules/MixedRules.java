package io.streamwire.rules;

import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.liveroom.Audience;
import io.streamwire.liveroom.RuleMix;
import io.streamwire.liveroom.Show;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

/** One workspace with the rules of a {@link RuleMix}, compiled, and events of its livestream. */
record MixedRules(RuleMix mix, RuleEngine engine) {

    /** When everything happens. */
    static final Instant NOW = Instant.parse("2030-01-31T18:00:00Z");

    private static final UUID WORKSPACE = Ids.derived("workspace", "benchmark");
    private static final UUID LIVESTREAM = Ids.derived("livestream", "benchmark");
    private static final long SEED = 1;

    static MixedRules of(int size) {
        var mix = new RuleMix(size);
        return new MixedRules(
                mix,
                new RuleEngine(
                        IntStream.range(0, size).mapToObj(rule -> rule(mix, rule)).toList()));
    }

    /** Read as the API reads it. */
    private static Rule rule(RuleMix mix, int rule) {
        var json =
                Map.of(
                        "name",
                        name(rule),
                        "trigger",
                        mix.trigger(rule),
                        "actions",
                        List.of(
                                Map.of(
                                        "type",
                                        "device",
                                        "device_id",
                                        Ids.derived("device", "benchmark"),
                                        "command",
                                        "motor_spin",
                                        "args",
                                        Map.of("level", 60, "ms", 800))));
        return new Rule(
                Ids.derived("rule", name(rule)),
                WORKSPACE,
                1,
                Instant.EPOCH,
                Instant.EPOCH,
                RuleJson.read(Json.mapper().valueToTree(json)));
    }

    static String name(int rule) {
        return "Rule " + rule;
    }

    /**
     * Something of everything that happens in a room.
     *
     * @param matching share of it, 0.0 to 1.0, that sets off a rule
     */
    List<LiveEvent> events(int count, double matching) {
        return events(count, new Audience(SEED, Show.Mix.USUAL, mix, matching));
    }

    /** Comments that set off nothing. */
    List<LiveEvent> smallTalk(int count) {
        return events(count, new Audience(SEED, new Show.Mix(1, 0, 0, 0, 0, 0), mix, 0));
    }

    private static List<LiveEvent> events(int count, Audience audience) {
        return IntStream.range(0, count)
                .mapToObj(n -> audience.next().event(WORKSPACE, LIVESTREAM, n, NOW))
                .toList();
    }

    /** The event that sets off one rule. */
    LiveEvent match(int rule) {
        var viewer = events(1, 0).getFirst().user();
        return new Audience.Doing(viewer, mix.match(rule), rule)
                .event(WORKSPACE, LIVESTREAM, rule, NOW);
    }
}
