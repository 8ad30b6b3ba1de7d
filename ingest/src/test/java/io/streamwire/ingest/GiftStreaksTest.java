package io.streamwire.ingest;

import static io.streamwire.ingest.EventsInMemory.gift;
import static io.streamwire.ingest.WireMessages.ADA;
import static io.streamwire.ingest.WireMessages.BO;
import static io.streamwire.ingest.WireMessages.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.Streak;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** However gifts of a streak arrive, each counts once. */
class GiftStreaksTest {

    private final WireMessages wire = new WireMessages();
    private EventsInMemory live = new EventsInMemory();

    @Test
    void aStreakCountsUpToItsEnd() {
        assertThat(live.gifts(wire.gift(ADA, 9, 1, false)))
                .containsExactly(gift(1, 1, Streak.STARTED));
        assertThat(live.gifts(wire.gift(ADA, 9, 4, false)))
                .containsExactly(gift(4, 3, Streak.RUNNING));
        assertThat(live.gifts(wire.gift(ADA, 9, 7, true)))
                .containsExactly(gift(7, 3, Streak.ENDED));
    }

    @Test
    void aSingleRoseIsOneRose() {
        assertThat(live.gifts(wire.gift(ADA, 9, 1, false), wire.gift(ADA, 9, 1, true)))
                .containsExactly(gift(1, 1, Streak.STARTED), gift(1, 0, Streak.ENDED));
    }

    @Test
    void aStreakThatBeganUnseenCountsWhole() {
        assertThat(live.gifts(wire.gift(ADA, 9, 5, true)))
                .containsExactly(gift(5, 5, Streak.ENDED));
    }

    @Test
    void giftsThatCannotBeRepeatedCountAtOnce() {
        assertThat(live.gifts(wire.gift(ADA, 0, 2, false, 2)))
                .containsExactly(gift(2, 2, Streak.SINGLE));
    }

    @Test
    void anOutdatedCountAddsNothing() {
        assertThat(live.gifts(wire.gift(ADA, 9, 5, false), wire.gift(ADA, 9, 3, false)))
                .containsExactly(gift(5, 5, Streak.STARTED), gift(5, 0, Streak.RUNNING));
    }

    @Test
    void streaksOfOneViewerAreKeptApart() {
        assertThat(
                        live.gifts(
                                wire.gift(ADA, 1, 1, false),
                                wire.gift(ADA, 2, 1, false),
                                wire.gift(ADA, 1, 2, true),
                                wire.gift(ADA, 2, 3, true)))
                .extracting(GiftSent::increment)
                .containsExactly(1, 1, 1, 2);
    }

    @Test
    void withoutAGroupAStreakIsKnownByViewerAndGift() {
        assertThat(
                        live.gifts(
                                wire.gift(ADA, 0, 1, false),
                                wire.gift(BO, 0, 1, false),
                                wire.gift(ADA, 0, 2, true),
                                wire.gift(BO, 0, 1, true),
                                wire.gift(ADA, 0, 1, false),
                                wire.gift(ADA, 0, 1, true)))
                .extracting(GiftSent::increment)
                .containsExactly(1, 1, 1, 0, 1, 0);
    }

    @Test
    void aSecondEndIsDropped() {
        var outcome =
                live.events.of(
                        List.of(wire.gift(ADA, 9, 3, true), wire.gift(ADA, 9, 3, true)), NOW);

        assertThat(outcome.pending()).hasSize(1);
        assertThat(outcome.duplicate()).isEqualTo(1);
    }

    @Test
    void aMissingEndIsMadeAfterTheTimeout() {
        var started = live.only(wire.gift(ADA, 9, 3, false));

        assertThat(live.overdue(NOW.plusSeconds(9))).isEmpty();
        var ends = live.overdue(NOW.plusSeconds(10));
        assertThat(live.overdue(NOW.plusSeconds(30))).isEmpty();

        assertThat(ends).extracting(LiveEvent::payload).containsExactly(gift(3, 0, Streak.ENDED));
        assertThat(ends.getFirst().id()).isNotEqualTo(started.id());
        assertThat(ends.getFirst().user()).isEqualTo(started.user());
    }

    @Test
    void aLateEndIsNotCountedTwice() {
        live.gifts(wire.gift(ADA, 9, 3, false));
        live.overdue(NOW.plusSeconds(10));

        assertThat(live.gifts(wire.gift(ADA, 9, 3, true))).isEmpty();
    }

    @Test
    void aLateEndWithMoreCountsOnlyWhatIsMore() {
        live.gifts(wire.gift(ADA, 9, 3, false));
        live.overdue(NOW.plusSeconds(10));

        assertThat(live.gifts(wire.gift(ADA, 9, 5, true)))
                .containsExactly(gift(2, 2, Streak.ENDED));
    }

    @Test
    void streaksAndLikesSurviveARestart() {
        live.gifts(wire.gift(ADA, 9, 3, false), wire.like(1, 500));
        live.gifts(wire.gift(BO, 8, 2, true));

        live.restart();

        assertThat(live.gifts(wire.gift(ADA, 9, 4, true)))
                .containsExactly(gift(4, 1, Streak.ENDED));
        assertThat(live.gifts(wire.gift(BO, 8, 2, true))).isEmpty();
        assertThat(live.only(wire.like(1, 2)).payload())
                .isEqualTo(new Liked(1, 500, 2, null, 500L));
    }

    @Test
    void aStreakThatWasOpenAtARestartStillEnds() {
        live.gifts(wire.gift(ADA, 9, 3, false));

        live.restart();

        assertThat(live.overdue(NOW.plusSeconds(11)))
                .extracting(LiveEvent::payload)
                .containsExactly(gift(3, 0, Streak.ENDED));
    }

    @Test
    void closedStreaksAreForgotten() {
        live.gifts(wire.gift(ADA, 9, 3, true));
        assertThat(live.kept).containsKey("streak:9");

        live.overdue(NOW.plus(Duration.ofMinutes(11)));

        assertThat(live.kept).doesNotContainKey("streak:9");
    }

    /** Whatever is lost, doubled or late: ends add up to what was given, and so do increments. */
    @Test
    void everyGiftCountsExactlyOnce() {
        for (int seed = 0; seed < 200; seed++) {
            live = new EventsInMemory();
            var random = new Random(seed);
            int given = 1 + random.nextInt(20);
            var sent = new ArrayList<GiftSent>();
            var now = NOW;
            for (int count = 1; count <= given; count++) {
                boolean last = count == given;
                if (!last && random.nextInt(4) == 0) {
                    continue; // lost
                }
                var message = wire.gift(ADA, 9, count, false);
                sent.addAll(live.gifts(now, message));
                if (random.nextInt(4) == 0) {
                    sent.addAll(live.gifts(now, message));
                }
                if (random.nextInt(5) == 0) {
                    now = now.plusSeconds(11);
                    live.overdue(now).forEach(event -> sent.add((GiftSent) event.payload()));
                }
                if (random.nextInt(5) == 0) {
                    live.restart();
                }
            }
            for (int ends = random.nextInt(3); ends > 0; ends--) {
                sent.addAll(live.gifts(now, wire.gift(ADA, 9, given, true)));
            }
            live.overdue(now.plusSeconds(11))
                    .forEach(event -> sent.add((GiftSent) event.payload()));

            assertThat(sent.stream().mapToInt(GiftSent::increment).sum())
                    .as("increments, seed %d", seed)
                    .isEqualTo(given);
            assertThat(
                            sent.stream()
                                    .filter(gift -> gift.streak() == Streak.ENDED)
                                    .mapToInt(GiftSent::count)
                                    .sum())
                    .as("ends, seed %d", seed)
                    .isEqualTo(given);
        }
    }
}
