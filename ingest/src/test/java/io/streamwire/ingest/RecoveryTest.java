package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.MissedWhy;
import io.streamwire.embedded.Embedded;
import io.streamwire.embedded.EmbeddedSettings;
import io.streamwire.liveroom.Frame;
import io.streamwire.liveroom.Gift;
import io.streamwire.liveroom.ScriptedViewer;
import io.streamwire.liveroom.Sent;
import io.streamwire.liveroom.Show;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is accepted is not lost, and nothing happens twice. */
@Timeout(120)
class RecoveryTest {

    private static final ScriptedViewer ADA = ScriptedViewer.of(71, "ada");

    /** One for all: the servers' programs are unpacked once. */
    @TempDir static Path data;

    @Test
    void aRestartGoesOnWithEveryLivestream() {
        try (var stage = Stage.open()) {
            var room = stage.liveRoom.room("maker");
            var id = stage.connect(room);
            long group = room.newGroupId();
            var sent = new ArrayList<Sent>();
            sent.add(room.comment(ADA, "before"));
            sent.addAll(room.send(new Frame().giftStep(ADA, Gift.ROSE, group, 3, false)));
            Await.until(() -> sent.stream().allMatch(room::acknowledged));

            stage.restart();
            Await.until(() -> room.connections() == 1);
            sent.addAll(room.send(new Frame().giftStep(ADA, Gift.ROSE, group, 4, true)));

            var events = stage.stored(id, sent);
            assertThat(events)
                    .extracting(event ->
                            event.payload() instanceof GiftSent gift ? gift.increment() : 0)
                    .containsExactlyInAnyOrder(0, 3, 1);
            assertThat(room.connects()).isEqualTo(2);
        }
    }

    @Test
    void anotherInstanceTakesOver() {
        try (var stage = Stage.open("ingest.scan", "20s")) {
            var room = stage.liveRoom.room("maker");
            var id = stage.connect(room);
            var first = stage.ingest;
            var sent = new ArrayList<Sent>();
            // Of a room that nobody has heard yet nothing can be missed.
            sent.add(room.comment(ADA, "heard"));
            Await.until(() -> room.acknowledged(sent.getFirst()));

            stage.ingest = stage.another();
            sent.add(room.comment(ADA, "one"));
            assertThat(room.connects()).isEqualTo(1);
            first.close();
            Await.until(() -> room.connects() == 2 && room.connections() == 1);
            sent.add(room.comment(ADA, "two"));

            stage.stored(id, sent);
            assertThat(stage.gaps(id))
                    .singleElement()
                    .satisfies(gap -> {
                        assertThat(gap.reason()).isEqualTo(MissedWhy.TAKEN_OVER);
                        assertThat(gap.from()).isBefore(gap.until());
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis/redis.pid", "postgres/postmaster.pid"})
    void aServerThatIsKilledLosesNothing(String pidFile) throws Exception {
        try (var servers = Embedded.start(EmbeddedSettings.in(data));
                var stage = Stage.open(servers)) {
            var room = stage.liveRoom.room("maker");
            var id = stage.connect(room);
            try (var show = room.play(Show.seeded(5).pace(500, 2).lasting(Duration.ofSeconds(3)))) {
                Await.until(() -> show.messages() > 300);

                stop(data.resolve(pidFile));

                assertThat(show.await(Duration.ofSeconds(30))).isTrue();
            }
            var sent = room.sent();
            Await.until(() -> sent.stream().allMatch(room::acknowledged));

            assertThat(stage.stored(id, sent)).hasSize(sent.size());
            assertThat(room.connects()).isEqualTo(1);
        }
    }

    /** Killed while its disk is busy, Redis comes back without the last it confirmed. */
    @Test
    void whatRedisForgetsIsPublishedAgain() {
        try (var stage = Stage.open();
                var client = RedisClient.create(Stage.SERVERS.redisUrl().toString());
                var redis = client.connect()) {
            var room = stage.liveRoom.room("maker");
            var id = stage.connect(room);
            var sent = new ArrayList<Sent>();
            sent.add(room.comment(ADA, "one"));
            sent.add(room.comment(ADA, "two"));
            Await.until(() -> sent.stream().allMatch(room::acknowledged));

            stage.forgetEvents(room, redis.sync());

            Await.until(() -> stage.onStream().size() == sent.size());
            assertThat(stage.onStream()).containsExactlyElementsOf(Library.ids(sent));
            assertThat(stage.stored(id, sent)).hasSize(sent.size());
            assertThat(room.connects()).isEqualTo(1);
        }
    }

    private static void stop(Path pidFile) throws Exception {
        long pid = Long.parseLong(Files.readAllLines(pidFile).getFirst().strip());
        var server = ProcessHandle.of(pid).orElseThrow();
        var _ = server.destroyForcibly();
        server.onExit().get(10, TimeUnit.SECONDS);
    }
}
