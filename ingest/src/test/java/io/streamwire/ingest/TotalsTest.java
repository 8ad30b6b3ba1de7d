package io.streamwire.ingest;

import static io.streamwire.ingest.WireMessages.ADA;
import static io.streamwire.ingest.WireMessages.BO;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.RoomCounters;
import io.streamwire.contract.Viewer;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What events say that their livestream has had. */
class TotalsTest {

    private final WireMessages wire = new WireMessages();
    private final EventsInMemory live = new EventsInMemory();

    @Test
    void everyEventSaysWhatItsLivestreamHasHadWithIt() {
        assertThat(live.only(wire.comment("hi")).counters()).isEqualTo(RoomCounters.NONE);
        assertThat(live.only(wire.viewers(120, 5_400)).counters())
                .isEqualTo(new RoomCounters(120, 0, 0, 0));
        assertThat(live.only(wire.like(5, 150)).counters())
                .isEqualTo(new RoomCounters(120, 150, 0, 0));
        assertThat(live.only(wire.gift(ADA, 9, 4, false)).counters())
                .isEqualTo(new RoomCounters(120, 150, 4, 4));
        assertThat(live.only(wire.gift(ADA, 9, 7, true)).counters())
                .isEqualTo(new RoomCounters(120, 150, 7, 7));
        assertThat(live.only(wire.gift(BO, 0, 2, false, 2)).counters())
                .isEqualTo(new RoomCounters(120, 150, 9, 2));
        assertThat(live.only(wire.comment("hi")).counters()) // Ada's
                .isEqualTo(new RoomCounters(120, 150, 9, 7));
    }

    @Test
    void whoeverTakesOverGoesOnCounting() {
        live.only(wire.viewers(120, 5_400));
        live.only(wire.like(5, 150));
        live.only(wire.gift(ADA, 9, 4, false));

        live.restart();

        assertThat(live.only(wire.gift(ADA, 9, 6, true)).counters())
                .isEqualTo(new RoomCounters(120, 150, 6, 6));
    }

    @Test
    void aGiftThatComesAgainToWhoeverTakesOverCountsOnce() {
        var galaxy = wire.gift(BO, 0, 1, false, 2);
        live.only(galaxy);

        live.restart();

        assertThat(live.only(galaxy).counters()).isEqualTo(new RoomCounters(0, 0, 1, 1));
        assertThat(live.only(wire.gift(BO, 0, 1, false, 2)).counters())
                .isEqualTo(new RoomCounters(0, 0, 2, 2));
    }

    @Test
    void theBacklogDoesNotCount() {
        for (var message :
                List.of(wire.gift(ADA, 9, 4, true), wire.like(5, 150), wire.viewers(120, 5_400))) {
            var earlier = message.toBuilder().setIsHistory(true).build();

            assertThat(live.only(earlier).counters()).isEqualTo(RoomCounters.NONE);
        }
    }

    @Test
    void noClaimMakesASumNegative() {
        var totals = new Totals();
        var huge = new GiftSent(1, "Moon", Integer.MAX_VALUE, 1, Integer.MAX_VALUE, Streak.SINGLE);
        var bo = viewer("2");

        for (int i = 0; i < 3; i++) {
            totals.given(huge, i, bo, new HashMap<>());
        }

        assertThat(totals.of(bo).diamonds()).isEqualTo(Long.MAX_VALUE);
        assertThat(totals.of(bo).viewerDiamonds()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whoGaveLeastIsForgottenWhenThereAreTooMany() {
        var totals = new Totals();
        var kept = new HashMap<String, String>();

        for (int i = 1; i <= 20_001; i++) {
            var worth =
                    new GiftSent(1, "Rose", 1 + Math.floorMod(i - 7, 20_001), 1, 1, Streak.SINGLE);
            totals.given(worth, i, viewer(Integer.toString(i)), kept);
        }

        assertThat(totals.of(viewer("7")).viewerDiamonds()).isZero();
        assertThat(totals.of(viewer("8")).viewerDiamonds()).isEqualTo(2);
        assertThat(totals.size()).isEqualTo(20_000 + 100);
        assertThat(kept).containsEntry("given:7", "").containsEntry("given:8", "2");
    }

    @Test
    void viewersWithoutAnIdAreNotOne() {
        var totals = new Totals();
        var rose = new GiftSent(1, "Rose", 5, 1, 1, Streak.SINGLE);

        totals.given(rose, 1, viewer("0"), new HashMap<>());

        assertThat(totals.of(viewer("0"))).isEqualTo(new RoomCounters(0, 0, 5, 0));
    }

    private static Viewer viewer(String id) {
        return new Viewer(id, "viewer" + id, "Viewer", List.of(), 0, null);
    }
}
