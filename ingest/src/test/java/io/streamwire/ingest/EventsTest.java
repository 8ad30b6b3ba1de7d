package io.streamwire.ingest;

import static io.streamwire.ingest.WireMessages.ADA;
import static io.streamwire.ingest.WireMessages.BO;
import static io.streamwire.ingest.WireMessages.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.EmoteSent;
import io.streamwire.contract.LiveEvent.EnvelopeSent;
import io.streamwire.contract.LiveEvent.EventsMissed;
import io.streamwire.contract.LiveEvent.Followed;
import io.streamwire.contract.LiveEvent.Joined;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.MissedWhy;
import io.streamwire.contract.LiveEvent.QuestionAsked;
import io.streamwire.contract.LiveEvent.RoomChanged;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.contract.LiveEvent.Shared;
import io.streamwire.contract.LiveEvent.Subscribed;
import io.streamwire.contract.LiveEvent.ViewersCounted;
import io.streamwire.contract.Viewer;
import io.streamwire.ingest.webcast.wire.ChatMessage;
import io.streamwire.ingest.webcast.wire.Common;
import io.streamwire.ingest.webcast.wire.FansClub;
import io.streamwire.ingest.webcast.wire.FansClubData;
import io.streamwire.ingest.webcast.wire.FollowInfo;
import io.streamwire.ingest.webcast.wire.Image;
import io.streamwire.ingest.webcast.wire.Message;
import io.streamwire.ingest.webcast.wire.User;
import io.streamwire.ingest.webcast.wire.UserIdentity;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventsTest {

    private final WireMessages wire = new WireMessages();
    private final EventsInMemory live = new EventsInMemory();

    @Test
    void aCommentBecomesAnEvent() {
        var message = wire.comment("spin!");

        var event = live.only(message);

        assertThat(event.id())
                .isEqualTo(Ids.event(Long.toString(EventsInMemory.ROOM), message.getMsgId()));
        assertThat(event.msgId()).isEqualTo(Long.toString(message.getMsgId()));
        assertThat(event.livestreamId()).isEqualTo(EventsInMemory.LIVESTREAM);
        assertThat(event.workspaceId()).isEqualTo(EventsInMemory.WORKSPACE);
        assertThat(event.ts()).isEqualTo(NOW.minusMillis(100));
        assertThat(event.receivedAt()).isEqualTo(NOW);
        assertThat(event.historical()).isFalse();
        assertThat(event.user().id()).isEqualTo("71");
        assertThat(event.user().handle()).isEqualTo("ada");
        assertThat(event.payload()).isEqualTo(new CommentPosted("spin!"));
    }

    @Test
    void theBacklogIsHistorical() {
        var message = wire.comment("earlier").toBuilder().setIsHistory(true).build();

        assertThat(live.only(message).historical()).isTrue();
    }

    @Test
    void rolesOfTheViewerAreKept() {
        var chat =
                ChatMessage.newBuilder()
                        .setUser(ADA.toBuilder().setIsSubscribe(true))
                        .setContent("hi")
                        .setUserIdentity(
                                UserIdentity.newBuilder()
                                        .setIsModerator(true)
                                        .setIsFollower(true)
                                        .setIsGiftGiver(true));

        var event = live.only(wire.message("WebcastChatMessage", chat.build().toByteString()));

        assertThat(event.user().roles())
                .containsExactly("moderator", "subscriber", "follower", "gift_giver");
    }

    @ParameterizedTest
    @CsvSource({"-90000000", "61000", "0"})
    void anUnbelievableTimeIsReplacedByOurs(long offset) {
        var common = Common.newBuilder();
        if (offset != 0) {
            common.setCreateTime(NOW.toEpochMilli() + offset);
        }
        var chat = ChatMessage.newBuilder().setCommon(common).setContent("hi").build();

        assertThat(live.only(wire.message("WebcastChatMessage", chat.toByteString())).ts())
                .isEqualTo(NOW);
    }

    @Test
    void viewersTextIsCleanedAndBounded() {
        var chat =
                ChatMessage.newBuilder()
                        .setUser(
                                User.newBuilder()
                                        .setDisplayId("a\u0000b\u202e")
                                        .setNickname("\ud83d\ude00".repeat(200)))
                        .setContent(" a\nb\tc\u0007\u2028d " + "x".repeat(2_000))
                        .build();

        var event = live.only(wire.message("WebcastChatMessage", chat.toByteString()));

        assertThat(event.user().handle()).isEqualTo("ab");
        assertThat(event.user().nickname()).isEqualTo("\ud83d\ude00".repeat(100));
        var text = ((CommentPosted) event.payload()).text();
        assertThat(text).startsWith("a b c d xxx");
        assertThat(text.codePointCount(0, text.length())).isLessThanOrEqualTo(1_000);
    }

    @ParameterizedTest
    @CsvSource({
        "pm_main_follow_message_viewer_2, 3, tiktok.follow",
        "pm_mt_guidance_viewer_5_share, 1, tiktok.share",
        "'', 1, tiktok.follow",
        "other, 2, tiktok.share",
        "'', 5, tiktok.share",
        "'', 6, ''",
    })
    void socialMessagesAreToldApartByTheirKeyFirst(String key, int action, String type) {
        var outcome = live.events.of(List.of(wire.social(key, action)), NOW);

        assertThat(outcome.pending().stream().map(pending -> pending.event().type()).toList())
                .isEqualTo(type.isEmpty() ? List.of() : List.of(type));
        assertThat(outcome.ignored()).isEqualTo(type.isEmpty() ? 1 : 0);
    }

    @Test
    void onlyEnteringIsAJoin() {
        var outcome = live.events.of(List.of(wire.member(1), wire.member(3), wire.member(26)), NOW);

        assertThat(EventsInMemory.payloads(outcome)).containsExactly(new Joined());
        assertThat(outcome.ignored()).isEqualTo(2);
    }

    @Test
    void theLikeTotalNeverGoesBackwards() {
        var outcome =
                live.events.of(List.of(wire.like(5, 150), wire.like(3, 90), wire.like(2, 0)), NOW);

        assertThat(EventsInMemory.payloads(outcome))
                .containsExactly(
                        new Liked(5, 150, 5, null, null),
                        new Liked(3, 150, 8, null, 150L),
                        new Liked(2, 150, 10, null, 150L));
    }

    @Test
    void aMilestoneIsToldOnce() {
        var outcome =
                live.events.of(
                        List.of(
                                wire.like(1, 4_000), // where we came in: nothing was reached
                                wire.like(1, 4_999),
                                wire.like(1, 5_000),
                                wire.like(1, 5_001),
                                wire.like(1, 1_000_000)),
                        NOW);

        assertThat(EventsInMemory.payloads(outcome))
                .extracting(payload -> ((Liked) payload).milestone())
                .containsExactly(null, null, 5_000L, null, 1_000_000L);
    }

    @ParameterizedTest
    @CsvSource({
        "99, 100, 100",
        "100, 199, ",
        "100, 1000, 1000",
        "1, 9223372036854775807, 500000000000000000",
    })
    void milestonesAreOneTwoFive(long before, long now, Long milestone) {
        assertThat(Likes.milestone(before, now)).isEqualTo(milestone);
    }

    @Test
    void whateverElseHappensIsAnEvent() {
        var outcome =
                live.events.of(
                        List.of(
                                wire.subscription(ADA, 3),
                                wire.viewers(120, 5_400),
                                wire.question(BO, "how fast?"),
                                wire.emotes(ADA, "e1", "e2"),
                                wire.envelope("box", 100, 10, 1),
                                wire.envelope("box", 100, 10, 2),
                                wire.control(1),
                                wire.control(2)),
                        NOW);

        assertThat(EventsInMemory.payloads(outcome))
                .containsExactly(
                        new Subscribed(3),
                        new ViewersCounted(120, 5_400, null),
                        new QuestionAsked("how fast?"),
                        new EmoteSent(List.of("e1", "e2")),
                        new EnvelopeSent("box", 100, 10),
                        new RoomChanged(RoomState.PAUSED),
                        new RoomChanged(RoomState.RESUMED));
        assertThat(outcome.ignored()).isEqualTo(1);
        assertThat(outcome.room()).isEqualTo(RoomState.RESUMED);
    }

    @Test
    void whoGaveMostHasThatRole() {
        live.events.of(List.of(wire.viewers(5, 9, BO, ADA)), NOW);

        assertThat(live.only(wire.comment("hi")).user().roles()).contains("top_gifter");
        live.events.of(List.of(wire.viewers(5, 9, BO)), NOW);
        assertThat(live.only(wire.comment("hi")).user().roles()).doesNotContain("top_gifter");
    }

    @Test
    void aViewersTeamPictureAndFriendshipAreKept() {
        var user =
                ADA.toBuilder()
                        .setFollowInfo(FollowInfo.newBuilder().setFollowStatus(2))
                        .setFansClub(
                                FansClub.newBuilder()
                                        .setData(FansClubData.newBuilder().setLevel(7)))
                        .setAvatarThumb(
                                Image.newBuilder()
                                        .addUrlList("javascript:alert(1)")
                                        .addUrlList("https://p16.example.com/a.webp?x=1"));
        var chat = ChatMessage.newBuilder().setUser(user).setContent("hi").build();

        var viewer = live.only(wire.message("WebcastChatMessage", chat.toByteString())).user();

        assertThat(viewer.roles()).containsExactly("mutual", "follower");
        assertThat(viewer.teamLevel()).isEqualTo(7);
        assertThat(viewer.avatar()).isEqualTo("https://p16.example.com/a.webp?x=1");
    }

    @Test
    void aGapIsToldOnceHoweverOftenItIsFound() {
        var gap = new EventsMissed(MissedWhy.TAKEN_OVER, NOW.minusSeconds(3), NOW.plusSeconds(1));

        var first = live.events.missed(gap, NOW).pending().getFirst();
        var again = live.events.missed(gap, NOW.plusSeconds(9)).pending().getFirst();

        assertThat(first.key()).isEqualTo(again.key());
        assertThat(first.event().id()).isEqualTo(again.event().id());
        assertThat(first.event().payload()).isEqualTo(gap);
        assertThat(first.event().user()).isEqualTo(Viewer.NOBODY);
    }

    @Test
    void whenTheRoomWasHeardOfIsKept() {
        assertThat(live.events.heard()).isEmpty();
        live.only(wire.comment("hi"));

        live.restart();

        assertThat(live.events.heard()).contains(NOW);
    }

    @Test
    void oneBadMessageCostsOnlyItself() {
        var outcome =
                live.events.of(
                        List.of(
                                wire.comment("before"),
                                wire.message(
                                        "WebcastChatMessage",
                                        ByteString.copyFrom(new byte[] {0x0a, 0x7f, 1})),
                                wire.message("WebcastBrandNewMessage", ByteString.EMPTY),
                                Message.newBuilder().setMethod("WebcastChatMessage").build(),
                                wire.comment("after")),
                        NOW);

        assertThat(EventsInMemory.payloads(outcome))
                .containsExactly(new CommentPosted("before"), new CommentPosted("after"));
        assertThat(outcome.corrupt()).isEqualTo(1);
        assertThat(outcome.ignored()).isEqualTo(1);
        assertThat(outcome.unknown())
                .extracting(Message::getMethod)
                .containsExactly("WebcastBrandNewMessage");
    }

    @Test
    void aMessageThatComesAgainIsADuplicate() {
        var message = wire.comment("once");

        var outcome = live.events.of(List.of(message, message), NOW);

        assertThat(outcome.pending()).hasSize(1);
        assertThat(outcome.duplicate()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "3, true", "4, true"})
    void theLiveEndsByControl(int action, boolean ended) {
        assertThat(live.events.of(List.of(wire.control(action)), NOW).ended()).isEqualTo(ended);
    }

    @Test
    void followsAndSharesCarryNothing() {
        assertThat(EventsInMemory.payloads(live.events.of(List.of(wire.social("follow", 0)), NOW)))
                .containsExactly(new Followed());
        assertThat(EventsInMemory.payloads(live.events.of(List.of(wire.social("share", 0)), NOW)))
                .containsExactly(new Shared());
    }
}
