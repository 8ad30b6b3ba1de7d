package io.streamwire.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.RoomCounters;
import io.streamwire.service.Role;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class SimulateTest {

    private static final Stage STAGE = Stage.open();

    @AfterAll
    static void close() {
        STAGE.close();
    }

    @BeforeEach
    void begin() {
        STAGE.begin();
    }

    private static Client.Answer simulate(String body, String... headers) {
        return STAGE.client(Role.MODERATOR).post("/simulate", body, headers);
    }

    private static LiveEvent read(EventReader reader, int number) {
        Await.until(() -> reader.events().size() > number);
        return Json.read(reader.events().get(number).data(), LiveEvent.class);
    }

    @Test
    void aCommentIsReadByEverybodyAndSaysThatItIsSimulated() {
        try (var reader = STAGE.owner().events("/events")) {
            var answer =
                    simulate(
                            """
                            {"type":"comment","text":"spin\u202e it",
                             "user":{"handle":"ada","nickname":"Ada","id":"71","roles":["moderator"],"team_level":3}}
                            """);

            assertThat(answer.status()).isEqualTo(201);
            var event = read(reader, 0);
            assertThat(event.id()).hasToString(answer.body().path("events").path(0).asText());
            assertThat(event.livestreamId()).hasToString(answer.text("livestream_id"));
            assertThat(event.simulated()).isTrue();
            assertThat(event.historical()).isFalse();
            assertThat(event.payload()).isEqualTo(new CommentPosted("spin it"));
            assertThat(event.user().handle()).isEqualTo("ada");
            assertThat(event.user().roles()).containsExactly("moderator");
            assertThat(event.user().teamLevel()).isEqualTo(3);
        }
    }

    @Test
    void whatTheLivestreamIsToHaveHadIsSaidOrNot() {
        try (var reader = STAGE.owner().events("/events")) {
            simulate("{\"type\":\"join\",\"counters\":{\"viewers\":60}}");
            simulate("{\"type\":\"join\"}");

            assertThat(read(reader, 0).counters()).isEqualTo(new RoomCounters(60, 0, 0, 0));
            assertThat(read(reader, 1).counters()).isNull();
            assertThat(simulate("{\"type\":\"join\",\"counters\":{\"likes\":-1}}").status())
                    .isEqualTo(422);
        }
    }

    @Test
    void aBurstHappensOnceHoweverOftenItIsSentWithItsKey() {
        try (var reader = STAGE.owner().events("/events")) {
            var body = "{\"type\":\"like\",\"count\":15,\"times\":100}";

            var first = simulate(body, "Idempotency-Key", "a");
            var again = simulate(body, "Idempotency-Key", "a");
            simulate("{\"type\":\"join\"}");

            assertThat(again.body()).isEqualTo(first.body());
            assertThat(read(reader, 100).type()).isEqualTo("tiktok.join");
            assertThat(IntStream.range(0, 100).mapToObj(i -> read(reader, i)))
                    .allMatch(event -> event.payload().equals(new Liked(15, 15, 15, null, 0L)))
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void aGiftBelongsToALivestreamOfTheWorkspaceAndIsStored() {
        var livestream = STAGE.connect(STAGE.liveRoom.room("maker"));
        var body =
                "{\"type\":\"gift\",\"livestream_id\":\"%s\",\"gift\":{\"name\":\"Rose\",\"count\":5}}";

        assertThat(simulate(body.formatted(livestream)).status()).isEqualTo(201);

        Await.until(() -> !STAGE.owner().export(livestream).isEmpty());
        assertThat(STAGE.owner().export(livestream))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.payload())
                            .isEqualTo(new GiftSent(0, "Rose", 1, 5, 5, Streak.SINGLE));
                    assertThat(event.simulated()).isTrue();
                });
        assertThat(simulate(body.formatted(Ids.next())).text("code")).isEqualTo("not_found");
        assertThat(STAGE.stranger().post("/simulate", body.formatted(livestream)).status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                       | 400 | malformed_json",
                "{'type':'rain'}                          | 422 | invalid_value",
                "{'type':'comment'}                       | 422 | invalid_value",
                "{'type':'join','text':'x'}               | 422 | invalid_value",
                "{'type':'gift'}                          | 422 | invalid_value",
                "{'type':'gift','gift':{'name':' '}}      | 422 | invalid_value",
                "{'type':'like','count':0}                | 422 | invalid_value",
                "{'type':'join','times':101}              | 422 | invalid_value",
                "{'type':'join','user':{'handle':'a','roles':['king']}} | 422 | invalid_value",
                "{'type':'join','user':{'handle':'a','id':'x'}} | 422 | invalid_value",
            })
    void whatMakesNoSenseIsRefused(String body, int status, String code) {
        var answer = simulate(body.replace('\'', '"'));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text("code")).isEqualTo(code);
    }

    @Test
    void whoMayOnlyLookMakesNothingUp() {
        assertThat(STAGE.client(Role.VIEWER).post("/simulate", "{\"type\":\"join\"}").status())
                .isEqualTo(403);
    }

    @Test
    void callsAreLimited() throws InterruptedException {
        var codes = new ConcurrentLinkedQueue<String>();
        var calls =
                IntStream.range(0, 60)
                        .mapToObj(_ -> Thread.startVirtualThread(() -> codes.add(join())))
                        .toList();
        for (var call : calls) {
            call.join();
        }

        assertThat(codes).contains("", "simulation_rate").hasSize(60);
    }

    private String join() {
        return simulate("{\"type\":\"join\"}").text("code");
    }
}
