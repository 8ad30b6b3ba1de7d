package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.LiveEvent.EventsMissed;
import io.streamwire.contract.LiveEvent.MissedWhy;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class GapsTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Gaps gaps = new Gaps();

    @Test
    void theFirstSocketOfALivestreamHasMissedNothing() {
        gaps.opened(NOON);

        assertThat(gaps.arrived(after(1))).isEmpty();
        assertThat(gaps.rest(after(5))).isEmpty();
    }

    @Test
    void aGapLastsUntilTheNewSocketBringsMessages() {
        gaps.takeOver(NOON);
        gaps.opened(after(10));

        assertThat(gaps.due(after(11))).isEmpty();
        assertThat(gaps.arrived(after(11)))
                .contains(new EventsMissed(MissedWhy.TAKEN_OVER, after(-2), after(11)));
        assertThat(gaps.arrived(after(12))).isEmpty();
        assertThat(gaps.rest(after(13))).isEmpty();
    }

    @Test
    void aSilentRoomIsToldOfAfterAMoment() {
        gaps.opened(NOON);
        gaps.heard(NOON);
        gaps.opened(after(10));

        assertThat(gaps.due(after(12)))
                .containsExactly(new EventsMissed(MissedWhy.DISCONNECTED, after(-2), after(12)));
        assertThat(gaps.due(after(13))).isEmpty();
    }

    /** It brought nothing, so the next one's gap begins where its own did. */
    @Test
    void aSocketThatClosesAtOnceEndsNoGap() {
        gaps.takeOver(NOON);
        gaps.opened(after(10));
        gaps.opened(after(11));

        assertThat(gaps.arrived(after(12)))
                .contains(new EventsMissed(MissedWhy.TAKEN_OVER, after(-2), after(12)));
    }

    private static Instant after(long seconds) {
        return NOON.plusSeconds(seconds);
    }
}
