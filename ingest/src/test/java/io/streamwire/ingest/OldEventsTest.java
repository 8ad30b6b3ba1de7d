package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.bus.Script;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.Stream;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an earlier version wrote is read by this one. */
@Timeout(120)
class OldEventsTest {

    private static final Script PUBLISH =
            new Script(
                    "publish-old",
                    "return redis.call('XADD', KEYS[1], '*', 'type', 'tiktok.like', 'id', ARGV[1],"
                            + " 'workspace_id', ARGV[2], 'livestream_id', ARGV[3], 'frame_us', '1',"
                            + " 'body', ARGV[4])");

    @Test
    void likesOfBeforeTheyHadASumAndViewersATeamAreStreamedAndExported() {
        try (var stage = Stage.open()) {
            var livestream = stage.connect(stage.liveRoom.room("maker"));
            var id = Ids.next().toString();
            var body =
                    """
                    {"id":"%s","type":"tiktok.like","livestream_id":"%s","workspace_id":"%s","msg_id":"7",
                     "ts":"%s","received_at":"%s","historical":false,"simulated":false,
                     "user":{"id":"71","handle":"ada","nickname":"Ada","roles":[]},
                     "payload":{"count":3,"total":12}}
                    """
                            .formatted(
                                    id,
                                    livestream,
                                    stage.workspaceId,
                                    Instant.now(),
                                    Instant.now());
            try (var reader = stage.owner().events("/events")) {
                stage.bus
                        .call(
                                PUBLISH,
                                List.of(Stream.EVENTS.key(stage.bus.partition(stage.workspaceId))),
                                List.of(id, stage.workspaceId.toString(), livestream, body))
                        .join();

                Await.until(() -> reader.events().size() == 1);
                var streamed = Json.read(reader.events().getFirst().data(), LiveEvent.class);
                assertThat(streamed.payload()).isEqualTo(new Liked(3, 12, 0, null, null));
                assertThat(streamed.user().teamLevel()).isZero();
            }

            Await.until(() -> !stage.owner().export(livestream).isEmpty());
            assertThat(stage.owner().export(livestream))
                    .singleElement()
                    .satisfies(event -> {
                        assertThat(event.id()).hasToString(id);
                        assertThat(event.payload()).isEqualTo(new Liked(3, 12, 0, null, null));
                        assertThat(event.user().teamLevel()).isZero();
                    });
            var path = "/api/v1/livestreams/" + livestream + "/events/export?format=csv";
            assertThat(stage.owner().text(path)).contains(id);
        }
    }
}
