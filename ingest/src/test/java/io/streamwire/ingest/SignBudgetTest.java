package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusSettings;
import io.streamwire.contract.Ids;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two instances with one sign server. */
@Timeout(30)
class SignBudgetTest {

    private static final int PER_MINUTE = 3;

    private final String server = "sign-" + Ids.next();
    private final Bus firstBus = bus();
    private final Bus secondBus = bus();
    private final SignBudget first = budget(firstBus, server);
    private final SignBudget second = budget(secondBus, server);

    private static Bus bus() {
        return Bus.connect(BusSettings.of(Stage.SERVERS.redisUrl()));
    }

    private static SignBudget budget(Bus bus, String server) {
        return new SignBudget(bus, server, PER_MINUTE, InstantSource.system());
    }

    @AfterEach
    void close() {
        firstBus.close();
        secondBus.close();
    }

    @Test
    void whatOneTakesTheOtherHasNot() {
        assertThat(first.take()).isZero();
        assertThat(second.take()).isZero();
        assertThat(first.left()).isEqualTo(1);
        assertThat(first.take()).isZero();

        assertThat(second.take()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(20));
    }

    @Test
    void whatTheServerToldOneTheOtherHeedsToo() {
        assertThat(second.quiet()).isZero();

        first.keepQuiet(Duration.ofSeconds(30));

        assertThat(second.quiet()).isBetween(Duration.ofSeconds(25), Duration.ofSeconds(30));
        assertThat(budget(secondBus, server).quiet()).isPositive();
        assertThat(budget(secondBus, "another").quiet()).isZero();
    }
}
