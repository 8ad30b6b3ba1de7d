package io.streamwire.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.contract.LiveEvent.ButtonPressed;
import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.EmoteSent;
import io.streamwire.contract.LiveEvent.EnvelopeSent;
import io.streamwire.contract.LiveEvent.EventsMissed;
import io.streamwire.contract.LiveEvent.Followed;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Joined;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.MissedWhy;
import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.LiveEvent.QuestionAsked;
import io.streamwire.contract.LiveEvent.RoomChanged;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.contract.LiveEvent.Shared;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.LiveEvent.Subscribed;
import io.streamwire.contract.LiveEvent.TimePassed;
import io.streamwire.contract.LiveEvent.ViewersCounted;
import io.streamwire.contract.LiveEvent.VoteEnded;
import io.streamwire.contract.LiveEvent.WebhookReceived;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LiveEventTest {

    static Arguments[] payloads() {
        return new Arguments[] {
            Arguments.of("tiktok.comment", new CommentPosted("spin it!")),
            Arguments.of("tiktok.gift", new GiftSent(5655, "Rose", 1, 7, 3, Streak.RUNNING)),
            Arguments.of(
                    "tiktok.like",
                    new Liked(15, 3_000_000_000L, 4_200, 2_000_000_000L, 1_999_999_990L)),
            Arguments.of("tiktok.join", new Joined()),
            Arguments.of("tiktok.follow", new Followed()),
            Arguments.of("tiktok.share", new Shared()),
            Arguments.of("tiktok.subscribe", new Subscribed(3)),
            Arguments.of("tiktok.viewers", new ViewersCounted(120, 5_400, 117L)),
            Arguments.of("tiktok.question", new QuestionAsked("how fast is it?")),
            Arguments.of("tiktok.emote", new EmoteSent(List.of("7100000000000000009"))),
            Arguments.of("tiktok.envelope", new EnvelopeSent("7200000000000000001", 100, 10)),
            Arguments.of("tiktok.control", new RoomChanged(RoomState.PAUSED)),
            Arguments.of(
                    "tiktok.gap",
                    new EventsMissed(
                            MissedWhy.DISCONNECTED,
                            Instant.parse("2026-01-07T18:00:05Z"),
                            Instant.parse("2026-01-07T18:00:09.250Z"))),
            Arguments.of("streamwire.tick", new TimePassed(120, 110)),
            Arguments.of(
                    "streamwire.vote_ended",
                    new VoteEnded(UUID.fromString("01980000-0000-7000-8000-00000000000b"))),
            Arguments.of(
                    "streamwire.button",
                    new ButtonPressed(
                            UUID.fromString("01980000-0000-7000-8000-00000000000b"),
                            UUID.fromString("01980000-0000-7000-8000-00000000000c"),
                            Map.of("level", 60L, "who", "Ada"))),
            Arguments.of(
                    "streamwire.webhook",
                    new WebhookReceived(
                            UUID.fromString("01980000-0000-7000-8000-00000000000b"),
                            Map.of("amount", 2.5, "first", true),
                            1)),
        };
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void eventsAreReadAndWrittenAsDocumented(String type, Payload payload) throws IOException {
        var documented = golden(type);

        var event = Json.read(documented.toString(), LiveEvent.class);
        var written = Json.write(event);

        assertThat(event.payload()).isEqualTo(payload);
        assertThat(event.type()).isEqualTo(type);
        assertThat(Json.read(written, JsonNode.class)).isEqualTo(documented);
    }

    @Test
    void everyFieldOfAnEventIsRead() throws IOException {
        var event = Json.read(golden("tiktok.comment").toString(), LiveEvent.class);

        assertThat(event)
                .isEqualTo(
                        new LiveEvent(
                                UUID.fromString("5f6c2a1e-7b0d-8c3f-9a11-2d4e6f8091a2"),
                                UUID.fromString("01980000-0000-7000-8000-00000000000a"),
                                UUID.fromString("01980000-0000-7000-8000-000000000001"),
                                "7530000000000000001",
                                Instant.parse("2026-01-07T18:00:00Z"),
                                Instant.parse("2026-01-07T18:00:00.120Z"),
                                true,
                                false,
                                new Viewer(
                                        "6800000000000000001",
                                        "ada.l",
                                        "Ada \ud83d\ude80",
                                        List.of("moderator", "follower"),
                                        12,
                                        "https://p16.example.com/ada.webp"),
                                new RoomCounters(120, 45_600, 789, 99),
                                new CommentPosted("spin it!")));
    }

    @Test
    void eventsOfBeforeTheNewestFieldsAreRead() throws IOException {
        var comment = (ObjectNode) golden("tiktok.comment");
        ((ObjectNode) comment.get("user")).remove(List.of("team_level", "avatar"));
        comment.remove("counters");
        var like = (ObjectNode) golden("tiktok.like");
        ((ObjectNode) like.get("payload")).remove(List.of("sum", "milestone", "before"));

        var before = Json.read(comment.toString(), LiveEvent.class);
        var user = before.user();
        assertThat(before.counters()).isNull();
        assertThat(user.handle()).isEqualTo("ada.l");
        assertThat(user.teamLevel()).isZero();
        assertThat(Json.read(like.toString(), LiveEvent.class).payload())
                .isEqualTo(new Liked(15, 3_000_000_000L, 0, null, null));
    }

    @Test
    void anUnknownTypeIsMalformed() throws IOException {
        var event = (ObjectNode) golden("tiktok.join");
        event.put("type", "tiktok.nonsense");

        assertThatThrownBy(() -> Json.read(event.toString(), LiveEvent.class))
                .isInstanceOf(Json.MalformedJson.class);
    }

    @Test
    void whatIsNoScalarIsNoValue() throws IOException {
        var event = (ObjectNode) golden("streamwire.button");
        ((ObjectNode) event.at("/payload/values")).putObject("level").put("min", 1);

        assertThatThrownBy(() -> Json.read(event.toString(), LiveEvent.class))
                .isInstanceOf(Json.MalformedJson.class);
    }

    private static JsonNode golden(String type) throws IOException {
        try (var in = LiveEventTest.class.getResourceAsStream("/golden/events.json")) {
            return Json.mapper().readTree(in).get(type);
        }
    }
}
