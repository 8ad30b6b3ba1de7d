package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent.MissedWhy;
import io.streamwire.embedded.ServiceProcess;
import io.streamwire.liveroom.Room;
import io.streamwire.liveroom.ScriptedViewer;
import io.streamwire.liveroom.Sent;
import io.streamwire.liveroom.Show;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An instance that is killed in the middle of a busy show costs its outage, and no more. */
@Timeout(120)
class TakeOverTest {

    private static final ScriptedViewer ADA = ScriptedViewer.of(71, "ada");
    private static final int PER_SECOND = 2_000;

    /** TikTok gives so many comments again to who connects. */
    private static final int HISTORY = 6;

    private static final Duration TAKEN_OVER_WITHIN = Duration.ofSeconds(15);

    @Test
    void aKilledHolderCostsItsOutageAndNoMore(@TempDir Path directory) throws Exception {
        try (var stage = Stage.open()) {
            var environment = stage.environment();
            try (var holder =
                    ServiceProcess.start(
                            "io.streamwire.ingest.Main",
                            "256m",
                            environment,
                            directory.resolve("holder.log"))) {
                var room = stage.liveRoom.room("maker");
                var id = stage.connect(room);
                // Of a room that nobody has heard yet nothing can be missed.
                var first = room.comment(ADA, "heard");
                Await.until(() -> room.acknowledged(first));
                stage.ingest.close(); // hands over to the process
                Await.until(() -> room.connects() == 2 && room.connections() == 1);
                stage.ingest = stage.another();
                try (var published = new Published(stage.bus, stage.workspaceId, "0-0")) {
                    play(room, holder);
                    judge(stage, room, id, published);
                }
            }
        }
    }

    private static void play(Room room, ServiceProcess holder) throws InterruptedException {
        var pace = Show.seeded(11).pace(PER_SECOND, 20).lasting(Duration.ofMinutes(1));
        try (var show = room.play(pace)) {
            Await.until(() -> show.messages() > 2 * PER_SECOND);

            holder.kill();

            var killed = System.nanoTime();
            Await.until(() -> room.connects() == 3);
            assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(TAKEN_OVER_WITHIN);
            var before = show.messages();
            Await.until(() -> show.messages() > before + 2 * PER_SECOND);
        }
    }

    private static void judge(Stage stage, Room room, String id, Published published) {
        var sent = room.sent();
        int back = sent.size();
        while (sent.get(back - 1).receivers() > 0) {
            back--;
        }
        assertThat(sent.size() - back).isGreaterThan(PER_SECOND);
        var offered = new ArrayList<>(sent.subList(back, sent.size()));
        offered.addAll(history(sent.subList(0, back)));
        offered.addAll(sent.stream().filter(room::acknowledged).toList());

        Await.until(() -> stage.types(id).keySet().containsAll(ids(offered)));

        var stored = stage.types(id);
        var gaps = stage.gaps(id);
        assertThat(gaps).hasSize(2).allMatch(gap -> gap.reason() == MissedWhy.TAKEN_OVER);
        var outage = gaps.getLast();
        var missed = sent.stream().filter(message -> !stored.containsKey(id(message))).toList();
        assertThat(missed).isNotEmpty();
        assertThat(time(missed.getFirst())).isAfterOrEqualTo(outage.from());
        assertThat(time(missed.getLast())).isBeforeOrEqualTo(outage.until());
        var known = new HashSet<>(ids(sent));
        assertThat(stored.entrySet())
                .allMatch(event -> known.contains(event.getKey()) || isOurOwn(event.getValue()));
        Await.until(() -> published.size() >= stored.size());
        assertThat(published.ids()).doesNotHaveDuplicates().hasSameElementsAs(stored.keySet());
    }

    /** What no message says: something was missed, or a streak's end was. */
    private static boolean isOurOwn(String type) {
        return type.equals("tiktok.gap") || type.equals("tiktok.gift");
    }

    private static List<Sent> history(List<Sent> before) {
        var comments = before.stream().filter(message -> message.type().equals("comment")).toList();
        return comments.subList(comments.size() - HISTORY, comments.size());
    }

    private static List<UUID> ids(List<Sent> sent) {
        return sent.stream().map(TakeOverTest::id).distinct().toList();
    }

    private static Instant time(Sent message) {
        return Instant.EPOCH.plus(message.sentMicros(), ChronoUnit.MICROS);
    }

    private static UUID id(Sent message) {
        return Ids.event(message.roomId(), message.msgId());
    }
}
