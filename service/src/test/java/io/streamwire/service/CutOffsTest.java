package io.streamwire.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusSettings;
import io.streamwire.contract.Ids;
import io.streamwire.embedded.Embedded;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CutOffsTest {

    private static Embedded embedded;
    private static Bus bus;

    @BeforeAll
    static void start() {
        embedded = Embedded.startTemporary();
        bus = Bus.connect(BusSettings.of(embedded.redisUrl()));
    }

    @AfterAll
    static void stop() {
        bus.close();
        embedded.close();
    }

    @Test
    void everyServiceRefusesOlderTokensOfAUserBeforeItLooksAgain() {
        var user = Ids.next();
        try (var here = CutOffs.follow(bus);
                var there = CutOffs.follow(bus)) {
            var old = token(user, Ids.next(), Instant.now());

            here.cutUser(user);

            assertThat(here.refuses(old)).isTrue();
            await(() -> there.refuses(old));
            assertThat(there.refuses(token(user, Ids.next(), Instant.now().plusMillis(1))))
                    .isFalse();
        }
    }

    @Test
    void aServiceThatStartsLaterKnowsToo() {
        var user = Ids.next();
        var session = Ids.next();
        try (var here = CutOffs.follow(bus)) {
            here.cutSession(session);
        }

        try (var later = CutOffs.follow(bus)) {
            var now = Instant.now().minusSeconds(1);
            assertThat(later.refuses(token(user, session, now))).isTrue();
            assertThat(later.refuses(token(user, Ids.next(), now))).isFalse();
        }
    }

    private static AccessToken token(UUID user, UUID session, Instant issuedAt) {
        return new AccessToken(
                user, session, null, Map.of(), issuedAt, issuedAt.plus(Duration.ofMinutes(10)));
    }

    /** For less than the 5 s after which a service looks by itself. */
    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
