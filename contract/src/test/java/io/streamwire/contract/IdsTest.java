package io.streamwire.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdsTest {

    @Test
    void idsOfTheSameCauseAreEqual() {
        var event = Ids.event("7300000000000000001", 7300000000000000002L);

        assertThat(Ids.event("7300000000000000001", 7300000000000000002L)).isEqualTo(event);
        assertThat(event.version()).isEqualTo(8);
        assertThat(event.variant()).isEqualTo(2);
    }

    @Test
    void partsAreNotConfusedWithTheirNeighbours() {
        assertThat(Ids.derived("kind", "ab", "c")).isNotEqualTo(Ids.derived("kind", "a", "bc"));
    }

    @Test
    void stepsOfARuleDiffer() {
        var event = Ids.event("1", 2);
        var rule = UUID.fromString("01980000-0000-7000-8000-000000000001");

        assertThat(Ids.action(event, rule, 0)).isNotEqualTo(Ids.action(event, rule, 1));
    }

    @Test
    void newIdsAreOrderedByTime() {
        assertThat(Ids.next()).isLessThan(Ids.next());
        assertThat(Ids.next().version()).isEqualTo(7);
    }
}
