package io.streamwire.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.liveroom.RuleMix.Kind;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is measured is what it claims to be. */
class MatchBenchmarkTest {

    @ParameterizedTest
    @ValueSource(ints = {10, 100, 1_000, 10_000})
    void eachRuleIsSetOffByItsEventAlone(int size) {
        var mixed = MixedRules.of(size);

        for (int rule = 0; rule < size; rule++) {
            assertThat(mixed.engine().match(mixed.match(rule), MixedRules.NOW))
                    .extracting(match -> match.rule().definition().name())
                    .containsExactly(MixedRules.name(rule));
        }
    }

    @Test
    void everythingElseSetsOffNothing() {
        var mixed = MixedRules.of(1_000);

        assertThat(mixed.events(100_000, 0))
                .noneMatch(event -> !mixed.engine().match(event, MixedRules.NOW).isEmpty());
        assertThat(mixed.smallTalk(10_000))
                .noneMatch(event -> !mixed.engine().match(event, MixedRules.NOW).isEmpty());
    }

    @Test
    void oneUsualEventInTenSetsOffARule() {
        var mixed = MixedRules.of(1_000);

        var fired =
                mixed.events(10_000, MatchBenchmark.MATCHING).stream()
                        .filter(event -> !mixed.engine().match(event, MixedRules.NOW).isEmpty())
                        .count();

        assertThat(fired).isBetween(900L, 1_100L);
    }

    @Test
    void theRulesAreOfAllKinds() {
        var mix = MixedRules.of(1_000).mix();

        var kinds =
                IntStream.range(0, mix.size())
                        .mapToObj(mix::kind)
                        .collect(Collectors.groupingBy(kind -> kind, Collectors.counting()));

        assertThat(kinds)
                .containsOnly(
                        Map.entry(Kind.TEXT, 800L),
                        Map.entry(Kind.GIFT, 90L),
                        Map.entry(Kind.LIKES, 90L),
                        Map.entry(Kind.PATTERN, 20L));
    }
}
