package io.streamwire.rules.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Json;
import io.streamwire.rules.analytics.Counted.Span;
import org.junit.jupiter.api.Test;

class CountedTest {

    @Test
    void aBatchIsCountedFromItsFirstToItsLastEntry() {
        var counted = Counted.NOTHING.plus(batch("5-0", "7-2"), EntryId.NONE);

        assertThat(counted.contains(EntryId.of("4-9"))).isFalse();
        assertThat(counted.contains(EntryId.of("5-0"))).isTrue();
        assertThat(counted.contains(EntryId.of("7-2"))).isTrue();
        assertThat(counted.contains(EntryId.of("7-3"))).isFalse();
    }

    @Test
    void anEarlierBatchMayComeLater() {
        var counted = Counted.NOTHING.plus(batch("5-0", "7-0"), EntryId.of("1-0"));

        assertThat(counted.contains(EntryId.of("1-0"))).isFalse();

        var both = counted.plus(batch("1-0", "3-0"), EntryId.of("1-0"));

        assertThat(both.contains(EntryId.of("1-0"))).isTrue();
        assertThat(both.contains(EntryId.of("4-0"))).isFalse();
        assertThat(both.contains(EntryId.of("6-0"))).isTrue();
    }

    @Test
    void whatCannotComeAgainIsForgottenButStaysCounted() {
        var counted =
                Counted.NOTHING
                        .plus(batch("1-0", "3-0"), EntryId.of("1-0"))
                        .plus(batch("4-0", "6-0"), EntryId.of("4-0"));

        assertThat(counted.spans()).containsExactly(batch("4-0", "6-0"));
        assertThat(counted.contains(EntryId.of("2-0"))).isTrue();
    }

    @Test
    void whoWasPausedDoesNotLowerTheFloor() {
        var counted =
                Counted.NOTHING
                        .plus(batch("4-0", "6-0"), EntryId.of("4-0"))
                        .plus(batch("1-0", "3-0"), EntryId.of("1-0"));

        assertThat(counted.floor()).isEqualTo(EntryId.of("4-0"));
        assertThat(counted.spans()).containsExactly(batch("4-0", "6-0"));
    }

    @Test
    void idsAreOrderedAsNumbers() {
        assertThat(EntryId.of("9-10")).isGreaterThan(EntryId.of("9-9"));
        assertThat(EntryId.of("10-0")).isGreaterThan(EntryId.of("9-9"));
    }

    @Test
    void itIsReadAsItWasWritten() {
        var counted = Counted.NOTHING.plus(batch("1-0", "3-18446744073709551615"), EntryId.NONE);

        assertThat(Json.read(Json.write(counted), Counted.class)).isEqualTo(counted);
        assertThat(Json.write(counted))
                .isEqualTo(
                        "{\"floor\":\"0-0\","
                                + "\"spans\":[{\"first\":\"1-0\",\"last\":\"3-18446744073709551615\"}]}");
    }

    private static Span batch(String first, String last) {
        return new Span(EntryId.of(first), EntryId.of(last));
    }
}
