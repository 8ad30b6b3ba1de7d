package io.streamwire.ingest;

import static io.streamwire.ingest.WireMessages.ADA;
import static io.streamwire.ingest.WireMessages.BO;
import static io.streamwire.ingest.WireMessages.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.sun.management.ThreadMXBean;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.ingest.webcast.Mutation;
import io.streamwire.ingest.webcast.wire.Message;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a message contains: no exception escapes, and what becomes of it is small and whole. */
class EventsFuzzTest {

    private static final ThreadMXBean MEMORY = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int LARGEST_EVENT = 10_000;
    private static final long MOST_OF_ONE = 1 << 20;
    private static final long MOST_OF_A_LARGE_ONE = 32 << 20;

    private final WireMessages wire = new WireMessages();
    private final Events events = new Events(Ids.next(), Ids.next(), 7, Duration.ofSeconds(10));

    @Test
    void noMessageThrowsOrBecomesTooLarge() {
        var seeds = seeds();
        long made = 0;
        for (int round = 0; round < 30_000; round++) {
            var seed = seeds.get(round % seeds.size());
            var payload = Mutation.of(seed.getPayload().toByteArray(), new Random(round));

            var message = wire.message(seed.getMethod(), ByteString.copyFrom(payload));
            long before = MEMORY.getCurrentThreadAllocatedBytes();
            var outcome = events.of(List.of(message), NOW.plusMillis(round));
            long taken = MEMORY.getCurrentThreadAllocatedBytes() - before;
            if (taken >= MOST_OF_ONE) {
                throw new AssertionError(taken + " bytes taken in round " + round);
            }

            for (var pending : outcome.pending()) {
                var json = Json.write(pending.event());
                assertThat(json.length()).as("round %d", round).isLessThan(LARGEST_EVENT);
                assertThat(Json.read(json, LiveEvent.class)).isEqualTo(pending.event());
                made++;
            }
        }
        assertThat(made).isGreaterThan(1_000);
    }

    /** The field of which many take the most memory, as many as the largest message holds. */
    @Test
    void noLargeMessageTakesMuchMemory() throws IOException {
        for (var seed : seeds()) {
            int worst = 1;
            for (int field = 2; field <= 60; field++) {
                if (taken(seed, field, 2_000) > taken(seed, worst, 2_000)) {
                    worst = field;
                }
            }

            assertThat(taken(seed, worst, EventDecoder.MESSAGE - 8))
                    .as("%s, field %d", seed.getMethod(), worst)
                    .isLessThan(MOST_OF_A_LARGE_ONE);
        }
    }

    private long taken(Message seed, int field, int size) throws IOException {
        var payload = ByteString.copyFrom(Mutation.repeated(field, size));
        var message = wire.message(seed.getMethod(), payload);
        long before = MEMORY.getCurrentThreadAllocatedBytes();
        events.of(List.of(message), NOW);
        return MEMORY.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    void aMessageThatIsTooLargeIsNotRead() {
        var chat = wire.comment("x".repeat(EventDecoder.MESSAGE));

        var outcome = events.of(List.of(chat), NOW);

        assertThat(outcome.corrupt()).isEqualTo(1);
        assertThat(outcome.pending()).isEmpty();
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
