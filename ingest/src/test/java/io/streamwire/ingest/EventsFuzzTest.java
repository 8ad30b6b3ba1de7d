package io.streamwire.ingest;

import static io.streamwire.ingest.WireMessages.ADA;
import static io.streamwire.ingest.WireMessages.BO;
import static io.streamwire.ingest.WireMessages.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.ingest.webcast.Mutation;
import io.streamwire.ingest.webcast.wire.Message;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a message contains: no exception escapes, and what becomes of it is small and whole. */
class EventsFuzzTest {

    private static final int LARGEST_EVENT = 10_000;

    private final WireMessages wire = new WireMessages();
    private final Events events = new Events(Ids.next(), Ids.next(), 7, Duration.ofSeconds(10));

    @Test
    void noMessageThrowsOrBecomesTooLarge() {
        var seeds = seeds();
        long made = 0;
        for (int round = 0; round < 30_000; round++) {
            var seed = seeds.get(round % seeds.size());
            var payload = Mutation.of(seed.getPayload().toByteArray(), new Random(round));

            var outcome =
                    events.of(
                            List.of(wire.message(seed.getMethod(), ByteString.copyFrom(payload))),
                            NOW.plusMillis(round));

            for (var pending : outcome.pending()) {
                var json = Json.write(pending.event());
                assertThat(json.length()).as("round %d", round).isLessThan(LARGEST_EVENT);
                assertThat(Json.read(json, LiveEvent.class)).isEqualTo(pending.event());
                made++;
            }
        }
        assertThat(made).isGreaterThan(1_000);
    }

    private List<Message> seeds() {
        return List.of(
                wire.comment("x".repeat(2_000)),
                wire.gift(ADA, 9, 3, false),
                wire.gift(BO, 0, 1, true),
                wire.like(5, 1_000),
                wire.member(1),
                wire.social("pm_mt_guidance_share", 3),
                wire.subscription(ADA, 3),
                wire.viewers(3, 9, ADA, BO),
                wire.question(BO, "how?"),
                wire.emotes(ADA, "e1", "e2"),
                wire.envelope("box", 100, 10, 1),
                wire.control(1));
    }
}
