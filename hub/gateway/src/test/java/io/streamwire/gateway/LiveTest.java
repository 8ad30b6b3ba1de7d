package io.streamwire.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Stream;
import io.streamwire.service.AccessToken;
import io.streamwire.service.Configuration;
import io.streamwire.service.CutOffs;
import io.streamwire.service.SigningKey;
import io.streamwire.service.TokenVerifier;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LiveTest {

    private final Backend backend = Backend.named("any");
    private final UUID workspace = Ids.next();
    private final UUID user = UUID.randomUUID();
    private final String token = Client.token(user, workspace, Duration.ofMinutes(10));

    @AfterEach
    void stopBackend() {
        backend.close();
    }

    @Test
    void everythingArrivesOnceAndInOrder() {
        try (var gateway = Client.of(backend);
                var client = LiveClient.connect(gateway, token).subscribe(workspace, "events")) {

            for (int n = 0; n < 1_000; n += 50) {
                Redis.comments(workspace, n, n + 50);
            }

            assertThat(client.numbers(1_000)).isEqualTo(numbers(0, 1_000));
            var first = client.data().getFirst();
            assertThat(first.path("id").asText()).isEqualTo("s1");
            assertThat(first.path("topic").asText()).isEqualTo("events");
            assertThat(first.path("event").asText()).isEqualTo("tiktok.comment");
            assertThat(first.path("cursor").asText()).matches("\\d+-\\d+");
            assertThat(client.frames()).isLessThan(1_000);
        }
    }

    @Test
    void aClientThatComesBackMissesNothingAndGetsNothingTwice() {
        try (var gateway = Client.of(backend)) {
            var seen = new ArrayList<Integer>();
            var cursor = "";
            for (int round = 0; round < 10; round++) {
                try (var client =
                        LiveClient.connect(gateway, token)
                                .resume(workspace, "events", cursor, "events")) {
                    var start = client.await("subscribed").at("/cursors/events").asText();
                    Redis.comments(workspace, round * 100, round * 100 + 50);
                    var before = seen.size();
                    Await.until(() -> before + client.size() >= 1);
                    var got = client.data();
                    got.forEach(item -> seen.add(item.at("/data/n").asInt()));
                    cursor = got.isEmpty() ? start : got.getLast().path("cursor").asText();
                    Redis.comments(workspace, round * 100 + 50, round * 100 + 100);
                    assertThat(client.has("gap")).isFalse();
                }
            }
            try (var client =
                    LiveClient.connect(gateway, token)
                            .resume(workspace, "events", cursor, "events")) {
                int missing = 1_000 - seen.size();
                Await.until(() -> client.size() >= missing);
                client.data().forEach(item -> seen.add(item.at("/data/n").asInt()));
            }

            assertThat(seen).isEqualTo(numbers(0, 1_000));
        }
    }

    @Test
    void aCursorBeforeAnythingCameIsGoodToResumeAt() {
        Redis.comments(workspace, 0, 1);
        try (var gateway = Client.of(backend)) {
            String cursor;
            try (var client =
                    LiveClient.connect(gateway, token).subscribe(workspace, "events", "devices")) {
                cursor = client.await("subscribed").at("/cursors/events").asText();
            }
            Redis.comments(workspace, 1, 6_000);

            try (var client =
                    LiveClient.connect(gateway, token)
                            .resume(workspace, "events", cursor, "events")) {

                assertThat(client.numbers(5_999)).isEqualTo(numbers(1, 6_000));
                assertThat(client.has("gap")).isFalse();
            }
        }
    }

    @Test
    void whatIsGoneIsAGap() {
        String cursor;
        try (var gateway = Client.of(backend);
                var client = LiveClient.connect(gateway, token).subscribe(workspace, "events")) {
            Redis.comments(workspace, 0, 10);
            client.numbers(10);
            cursor = client.data().getFirst().path("cursor").asText();
        }
        Redis.comments(workspace, 10, 20);
        Redis.command(Stream.EVENTS, workspace, "XTRIM", "MAXLEN", "5");

        try (var bus = Redis.anotherBus();
                var gateway = Client.of(bus, backend);
                var client =
                        LiveClient.connect(gateway, token)
                                .resume(workspace, "events", cursor, "events")) {

            assertThat(client.await("gap").path("topic").asText()).isEqualTo("events");
            assertThat(client.numbers(5)).isEqualTo(numbers(15, 20));
        }
    }

    @Test
    void aCursorThatNeverWasIsAGap() {
        try (var gateway = Client.of(backend);
                var client =
                        LiveClient.connect(gateway, token)
                                .resume(workspace, "events", "99999999999999-0", "events")) {
            client.await("gap");

            Redis.comments(workspace, 0, 3);

            assertThat(client.numbers(3)).isEqualTo(numbers(0, 3));
        }
    }

    @Test
    void whoResumesTooFarBackSkipsWhatIsInBetween() {
        Redis.comments(workspace, 0, 1);
        try (var gateway = Client.of(backend, "gateway.live.resume-entries", "300")) {
            String cursor;
            try (var client = LiveClient.connect(gateway, token).subscribe(workspace, "events")) {
                cursor = client.await("subscribed").at("/cursors/events").asText();
                Redis.comments(workspace, 1, 2_000);
                // What the gateway has yet to read when somebody resumes is no past to skip.
                client.numbers(1_999);
            }

            try (var client =
                    LiveClient.connect(gateway, token)
                            .resume(workspace, "events", cursor, "events")) {
                assertThat(skipping(client)).isBetween(300, 1_000);
            }
        }
    }

    /** How many of the past a client gets that is told of a gap, until it has what happens next. */
    private int skipping(LiveClient client) {
        client.await("gap");
        Redis.comments(workspace, 5_000, 5_001);
        Await.until(() -> client.numbers(1).contains(5_000));
        var numbers = client.numbers(1);
        assertThat(numbers).isSorted().doesNotHaveDuplicates().endsWith(5_000);
        return numbers.size() - 1;
    }

    @Test
    void whoResumesAgainAndAgainSkipsWhatIsInBetween() {
        Redis.comments(workspace, 0, 1);
        try (var gateway = Client.of(backend, "gateway.live.resume-entries-per-minute", "300")) {
            String cursor;
            try (var client = LiveClient.connect(gateway, token).subscribe(workspace, "events")) {
                cursor = client.await("subscribed").at("/cursors/events").asText();
                Redis.comments(workspace, 1, 2_000);
                // What the gateway has yet to read when somebody resumes is no past to skip.
                client.numbers(1_999);
            }

            try (var client =
                    LiveClient.connect(gateway, token)
                            .resume(workspace, "events", cursor, "events")) {
                assertThat(skipping(client)).isLessThan(1_000);
            }
        }
    }

    @Test
    void whoHasLeftWhileItCaughtUpIsNotFedAnyMore() throws Exception {
        try (var exchange = new Exchange(Duration.ofSeconds(1))) {
            var config = Configuration.load(Map.of(), null);
            var upstream = new Upstream("ingest", List.of(URI.create(backend.url())));
            var live =
                    new Live(
                            Redis.bus(),
                            TokenVerifier.trusting(SigningKey.generate("k")),
                            LiveSettings.of(config),
                            new LiveStatuses(exchange, upstream, Duration.ofSeconds(1)),
                            _ -> {
                                throw new IllegalStateException("nobody connects");
                            },
                            new SimpleMeterRegistry());
            var now = Instant.now();
            var identity =
                    new Identity("", new AccessToken(user, user, workspace, Map.of(), now, now));
            var socket = new LiveSocket(live, new LiveCaller(identity, Optional::empty));
            var channel = live.channel(Stream.EVENTS, workspace);
            channel.enter(); // another one, for whom it goes on
            channel.enter();
            var follow =
                    new LiveFollow(
                            socket,
                            LiveTopic.EVENTS,
                            new LiveRequest.Subscribe(
                                    "s1", workspace, Set.of(LiveTopic.EVENTS), null, Map.of()),
                            channel);
            assertThat(follow.begin()).isTrue();

            follow.end();
            follow.catchUp(1);
            channel.joinNow(follow);

            assertThat(follow.hasJoined()).isFalse();
        }
    }

    @Test
    void eachTopicShowsWhatIsItsOwn() {
        var livestream = Ids.next();
        try (var gateway = Client.of(backend);
                var client = LiveClient.connect(gateway, token)) {
            client.send(
                    """
                    {"type":"subscribe","id":"mine","workspace_id":"%s","topics":["events"],"livestream_id":"%s"}
                    """
                            .formatted(workspace, livestream));
            client.await("subscribed");
            client.subscribe(workspace, "decisions", "commands", "devices", "overlay");
            client.await(message -> message.path("id").asText().equals("s1"));

            Redis.add(Stream.EVENTS, workspace, Ids.next(), "tiktok.gift", 1, 2);
            Redis.add(Stream.EVENTS, workspace, livestream, "streamwire.tick", 2, 3);
            Redis.add(Stream.EVENTS, workspace, livestream, "tiktok.gift", 3, 4);
            Redis.add(Stream.DECISIONS, workspace, null, "decision", 4, 5);
            Redis.add(Stream.DEVICE, workspace, null, "command_done", 5, 6);
            Redis.add(Stream.DEVICE, workspace, null, "safety_changed", 6, 7);
            Redis.add(Stream.ACTIONS, workspace, null, "action_triggered", 7, 8);
            Redis.add(Stream.ACTIONS, workspace, null, "overlay_triggered", 8, 9);

            Await.until(() -> client.size() >= 5);
            assertThat(client.data())
                    .extracting(LiveTest::told)
                    .containsExactlyInAnyOrder(
                            "mine events tiktok.gift 3",
                            "s1 decisions decision 4",
                            "s1 commands command_done 5",
                            "s1 devices safety_changed 6",
                            "s1 overlay overlay_triggered 8");
        }
    }

    private static String told(JsonNode item) {
        return "%s %s %s %d"
                .formatted(
                        item.path("id").asText(),
                        item.path("topic").asText(),
                        item.path("event").asText(),
                        item.at("/data/n").asInt());
    }

    @Test
    void anotherWorkspaceIsNotShown() {
        var foreign = Ids.next();
        try (var gateway = Client.of(backend);
                var client = LiveClient.connect(gateway, token)) {

            client.send(
                    "{\"type\":\"subscribe\",\"id\":\"s1\",\"workspace_id\":\"%s\",\"topics\":[\"events\"]}"
                            .formatted(foreign));

            var error = client.await("error");
            assertThat(error.path("code").asText()).isEqualTo("workspace_forbidden");
            assertThat(error.path("id").asText()).isEqualTo("s1");
            assertThat(client.has("subscribed")).isFalse();
            client.subscribe(workspace, "events");
            Redis.comments(foreign, 0, 10);
            Redis.comments(workspace, 10, 11);
            assertThat(client.numbers(1)).containsExactly(10);
        }
    }

    @Test
    void whoIsUnsubscribedGetsNothingMore() {
        try (var gateway = Client.of(backend);
                var other = LiveClient.connect(gateway, token).subscribe(workspace, "events");
                var client = LiveClient.connect(gateway, token).subscribe(workspace, "events")) {
            Redis.comments(workspace, 0, 1);
            client.numbers(1);

            client.send("{\"type\":\"unsubscribe\",\"id\":\"s1\"}");
            client.await("unsubscribed");
            Redis.comments(workspace, 1, 2);
            other.numbers(2); // it is past for whoever subscribes now

            client.send(
                    "{\"type\":\"subscribe\",\"id\":\"s2\",\"workspace_id\":\"%s\",\"topics\":[\"events\"]}"
                            .formatted(workspace));
            client.await(message -> message.path("id").asText().equals("s2"));
            Redis.comments(workspace, 2, 3);
            assertThat(client.numbers(2)).containsExactly(0, 2);
        }
    }

    @Test
    void whoIsRemovedIsClosed() {
        try (var gateway = Client.of(backend);
                var cutOffs = CutOffs.follow(Redis.bus());
                var client = LiveClient.connect(gateway, token).subscribe(workspace, "events")) {
            var begin = System.nanoTime();

            cutOffs.cutUser(user);

            assertThat(client.closeCode()).isEqualTo(4001);
            assertThat(client.closeReason()).isEqualTo("access_ended");
            assertThat(Duration.ofNanos(System.nanoTime() - begin))
                    .isLessThan(Duration.ofSeconds(7));
        }
    }

    @Test
    void aSocketEndsWithItsToken() {
        var shortLived = Client.token(user, workspace, Duration.ofSeconds(2));
        try (var gateway = Client.of(backend);
                var client = LiveClient.connect(gateway, shortLived)) {

            assertThat(client.closeCode()).isEqualTo(4001);
        }
    }

    @Test
    void theGatewaySaysThatItGoes() throws Exception {
        var gateway = Client.of(backend);
        try (var client = LiveClient.connect(gateway, token).subscribe(workspace, "events")) {

            gateway.close();

            assertThat(client.closeCode()).isEqualTo(1001);
            assertThat(client.closeReason()).isEqualTo("going_away");
        }
    }

    @Test
    void aSilentClientIsClosedAndOneThatAnswersIsNot() {
        try (var gateway =
                        Client.of(
                                backend,
                                "gateway.live.ping",
                                "100ms",
                                "gateway.live.silence",
                                "5s");
                var answers = LiveClient.connect(gateway, token).subscribe(workspace, "events");
                var silent = LiveClient.silent(gateway, token)) {

            assertThat(silent.closeCode()).isEqualTo(4009);
            var ping = answers.await("ping");
            assertThat(ping.at("/cursors/s1/events").asText()).matches("\\d+-\\d+");
            assertThat(ping.path("now").asText()).isNotEmpty();
            assertThat(answers.isClosed()).isFalse();
        }
    }

    @Test
    void redisMayGoAndComeBack() {
        try (var cable = Cable.to(Redis.port());
                var bus = Redis.bus(cable);
                var gateway = Client.of(bus, backend);
                var client = LiveClient.connect(gateway, token).subscribe(workspace, "events")) {
            Redis.comments(workspace, 0, 10);
            client.numbers(10);

            cable.cut();
            Await.until(() -> !bus.available());
            Redis.comments(workspace, 10, 20);
            client.send(
                    "{\"type\":\"subscribe\",\"id\":\"s2\",\"workspace_id\":\"%s\",\"topics\":[\"decisions\"]}"
                            .formatted(workspace));
            cable.mend();

            assertThat(client.numbers(20)).isEqualTo(numbers(0, 20));
            assertThat(client.has("gap")).isFalse();
            client.await(message -> message.path("id").asText().equals("s2"));
            Redis.add(Stream.DECISIONS, workspace, null, "decision", 20, 21);
            assertThat(client.numbers(21)).isEqualTo(numbers(0, 21));
        }
    }

    @Test
    void whatWasTrimmedWhileRedisWasAwayIsAGap() {
        try (var cable = Cable.to(Redis.port());
                var bus = Redis.bus(cable);
                var gateway = Client.of(bus, backend);
                var client = LiveClient.connect(gateway, token).subscribe(workspace, "events")) {
            Redis.comments(workspace, 0, 10);
            client.numbers(10);

            cable.cut();
            Await.until(() -> !bus.available());
            Redis.comments(workspace, 10, 20);
            Redis.command(Stream.EVENTS, workspace, "XTRIM", "MAXLEN", "5");
            cable.mend();

            client.await("gap");
            assertThat(client.numbers(15).subList(10, 15)).isEqualTo(numbers(15, 20));
        }
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
