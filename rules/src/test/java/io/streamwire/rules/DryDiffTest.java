package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DryDiffTest {

    private static final Instant AT = Instant.parse("2026-11-29T20:15:00Z");
    private static final String SPIN = "{\"command\":\"spin\",\"args\":{\"ms\":800,\"level\":60}}";

    private final UUID event = Ids.next();
    private final UUID rule = Ids.next();
    private final List<Rule> rules = List.of();

    private static DryDecision decision(
            UUID event, UUID rule, String outcome, @Nullable Long remaining, String... actions) {
        return new DryDecision(
                event,
                "tiktok.comment",
                rule,
                AT,
                outcome,
                remaining,
                null,
                null,
                List.of(actions).stream().map(it -> Json.read(it, JsonNode.class)).toList());
    }

    private String hash(DryDecision... decisions) {
        var totals = new DryTotals(rules);
        List.of(decisions).forEach(totals::add);
        return totals.summary(new DryEvents(List.of()), rules).hash();
    }

    @Test
    void theSameDecisionsMakeNoDifference() {
        var a = decision(event, rule, "fired", null, SPIN);
        var b = decision(event, rule, "fired", null, SPIN);

        var difference = DryDiff.of(List.of(a), List.of(b));

        assertThat(difference.counts()).isEqualTo(new DryDiff.Counts(1, 0, 0, 0));
        assertThat(difference.changed()).isEmpty();
    }

    @Test
    void whatOnlyOneDecidesAndWhatTheyDecideDifferentlyIsToldApart() {
        var onlyA = decision(Ids.next(), rule, "fired", null, SPIN);
        var onlyB = decision(Ids.next(), rule, "fired", null, SPIN);
        var a = decision(event, rule, "fired", null, SPIN);
        var b = decision(event, rule, "cooldown_global", 700L);
        var other = Ids.next();
        var weak = decision(event, other, "fired", null, SPIN.replace("60", "20"));
        var strong = decision(event, other, "fired", null, SPIN);

        var difference = DryDiff.of(List.of(onlyA, a, weak), List.of(b, strong, onlyB));

        assertThat(difference.counts()).isEqualTo(new DryDiff.Counts(0, 1, 1, 2));
        assertThat(difference.onlyInA()).containsExactly(onlyA);
        assertThat(difference.onlyInB()).containsExactly(onlyB);
        assertThat(difference.changed())
                .containsExactly(
                        new DryDiff.Change(event, rule, a, b),
                        new DryDiff.Change(event, other, weak, strong));
    }

    @Test
    void allAreCountedAndSomeListed() {
        var a =
                IntStream.range(0, DryDiff.LISTED + 5)
                        .mapToObj(_ -> decision(Ids.next(), rule, "fired", null))
                        .toList();

        var difference = DryDiff.of(a, List.of());

        assertThat(difference.counts().onlyInA()).isEqualTo(a.size());
        assertThat(difference.onlyInA()).hasSize(DryDiff.LISTED);
    }

    @Test
    void theHashIsOverEverythingButTheOrderOfNames() {
        var first = decision(event, rule, "fired", null, SPIN);
        var turned =
                decision(
                        event,
                        rule,
                        "fired",
                        null,
                        "{\"args\":{\"level\":60,\"ms\":800},\"command\":\"spin\"}");
        var second = decision(Ids.next(), rule, "limit_all", 5L);

        assertThat(hash(turned)).isEqualTo(hash(first)).matches("[0-9a-f]{64}");
        assertThat(hash(first, second))
                .isNotEqualTo(hash(second, first))
                .isNotEqualTo(hash(first, decision(second.eventId(), rule, "limit_all", 6L)));
        assertThat(hash(decision(event, rule, "fired", null, SPIN.replace("60", "61"))))
                .isNotEqualTo(hash(first));
    }
}
