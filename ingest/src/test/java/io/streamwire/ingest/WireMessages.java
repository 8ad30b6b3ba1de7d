package io.streamwire.ingest;

import com.google.protobuf.ByteString;
import io.streamwire.ingest.webcast.wire.ChatMessage;
import io.streamwire.ingest.webcast.wire.Common;
import io.streamwire.ingest.webcast.wire.ControlMessage;
import io.streamwire.ingest.webcast.wire.Emote;
import io.streamwire.ingest.webcast.wire.EmoteChatMessage;
import io.streamwire.ingest.webcast.wire.EnvelopeInfo;
import io.streamwire.ingest.webcast.wire.EnvelopeMessage;
import io.streamwire.ingest.webcast.wire.Gift;
import io.streamwire.ingest.webcast.wire.GiftMessage;
import io.streamwire.ingest.webcast.wire.LikeMessage;
import io.streamwire.ingest.webcast.wire.MemberMessage;
import io.streamwire.ingest.webcast.wire.Message;
import io.streamwire.ingest.webcast.wire.Question;
import io.streamwire.ingest.webcast.wire.QuestionNewMessage;
import io.streamwire.ingest.webcast.wire.Rank;
import io.streamwire.ingest.webcast.wire.RoomUserSeqMessage;
import io.streamwire.ingest.webcast.wire.SocialMessage;
import io.streamwire.ingest.webcast.wire.SubNotifyMessage;
import io.streamwire.ingest.webcast.wire.Text;
import io.streamwire.ingest.webcast.wire.User;
import java.time.Instant;

/** Webcast messages as TikTok sends them, each with a new id. */
final class WireMessages {

    static final Instant NOW = Instant.parse("2026-01-07T18:00:00Z");
    static final User ADA =
            User.newBuilder().setId(71).setDisplayId("ada").setNickname("Ada").build();
    static final User BO = User.newBuilder().setId(72).setDisplayId("bo").setNickname("Bo").build();

    private long lastId = 7_500_000_000_000_000_000L;

    Message comment(String text) {
        return message(
                "WebcastChatMessage",
                ChatMessage.newBuilder()
                        .setCommon(common())
                        .setUser(ADA)
                        .setContent(text)
                        .build()
                        .toByteString());
    }

    Message gift(User user, long groupId, int count, boolean end) {
        return gift(user, groupId, count, end, 1);
    }

    Message gift(User user, long groupId, int count, boolean end, int type) {
        return message(
                "WebcastGiftMessage",
                GiftMessage.newBuilder()
                        .setCommon(common())
                        .setUser(user)
                        .setGiftId(5655)
                        .setRepeatCount(count)
                        .setRepeatEnd(end ? 1 : 0)
                        .setGroupId(groupId)
                        .setGift(Gift.newBuilder().setName("Rose").setDiamondCount(1).setType(type))
                        .build()
                        .toByteString());
    }

    Message like(int count, long total) {
        return message(
                "WebcastLikeMessage",
                LikeMessage.newBuilder()
                        .setCommon(common())
                        .setUser(ADA)
                        .setCount(count)
                        .setTotal(total)
                        .build()
                        .toByteString());
    }

    Message member(int action) {
        return message(
                "WebcastMemberMessage",
                MemberMessage.newBuilder()
                        .setCommon(common())
                        .setUser(ADA)
                        .setAction(action)
                        .build()
                        .toByteString());
    }

    Message social(String key, int action) {
        return message(
                "WebcastSocialMessage",
                SocialMessage.newBuilder()
                        .setCommon(
                                common().toBuilder().setDisplayText(Text.newBuilder().setKey(key)))
                        .setUser(ADA)
                        .setAction(action)
                        .build()
                        .toByteString());
    }

    Message subscription(User user, int months) {
        return message(
                "WebcastSubNotifyMessage",
                SubNotifyMessage.newBuilder()
                        .setCommon(common())
                        .setUser(user)
                        .setSubMonth(months)
                        .build()
                        .toByteString());
    }

    /** Those who gave most come first. */
    Message viewers(long now, long total, User... best) {
        var viewers =
                RoomUserSeqMessage.newBuilder()
                        .setCommon(common())
                        .setTotal(now)
                        .setTotalUser(total);
        for (int i = 0; i < best.length; i++) {
            viewers.addRanks(Rank.newBuilder().setUser(best[i]).setRank(i + 1));
        }
        return message("WebcastRoomUserSeqMessage", viewers.build().toByteString());
    }

    Message question(User user, String text) {
        return message(
                "WebcastQuestionNewMessage",
                QuestionNewMessage.newBuilder()
                        .setCommon(common())
                        .setData(Question.newBuilder().setContent(text).setUser(user))
                        .build()
                        .toByteString());
    }

    Message emotes(User user, String... ids) {
        var chat = EmoteChatMessage.newBuilder().setCommon(common()).setUser(user);
        for (var id : ids) {
            chat.addEmoteList(Emote.newBuilder().setEmoteId(id));
        }
        return message("WebcastEmoteChatMessage", chat.build().toByteString());
    }

    Message envelope(String id, int diamonds, int people, int display) {
        return message(
                "WebcastEnvelopeMessage",
                EnvelopeMessage.newBuilder()
                        .setCommon(common())
                        .setDisplay(display)
                        .setEnvelopeInfo(
                                EnvelopeInfo.newBuilder()
                                        .setEnvelopeId(id)
                                        .setSendUserId("71")
                                        .setSendUserName("Ada")
                                        .setDiamondCount(diamonds)
                                        .setPeopleCount(people))
                        .build()
                        .toByteString());
    }

    Message control(int action) {
        return message(
                "WebcastControlMessage",
                ControlMessage.newBuilder()
                        .setCommon(common())
                        .setAction(action)
                        .build()
                        .toByteString());
    }

    Message message(String method, ByteString payload) {
        return Message.newBuilder()
                .setMethod(method)
                .setMsgId(++lastId)
                .setPayload(payload)
                .build();
    }

    private static Common common() {
        return Common.newBuilder().setCreateTime(NOW.toEpochMilli() - 100).build();
    }
}
