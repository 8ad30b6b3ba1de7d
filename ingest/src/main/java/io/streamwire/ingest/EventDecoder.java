package io.streamwire.ingest;

import com.google.protobuf.InvalidProtocolBufferException;
import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.Followed;
import io.streamwire.contract.LiveEvent.Joined;
import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.LiveEvent.Shared;
import io.streamwire.contract.Viewer;
import io.streamwire.ingest.Decoded.GiftStep;
import io.streamwire.ingest.webcast.wire.ChatMessage;
import io.streamwire.ingest.webcast.wire.Common;
import io.streamwire.ingest.webcast.wire.ControlMessage;
import io.streamwire.ingest.webcast.wire.GiftMessage;
import io.streamwire.ingest.webcast.wire.LikeMessage;
import io.streamwire.ingest.webcast.wire.MemberMessage;
import io.streamwire.ingest.webcast.wire.Message;
import io.streamwire.ingest.webcast.wire.SocialMessage;
import io.streamwire.ingest.webcast.wire.User;
import io.streamwire.ingest.webcast.wire.UserIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Reads webcast messages. Pure: what depends on earlier messages is left to {@link Events}. */
final class EventDecoder {

    /** Longest comment, code points. */
    static final int COMMENT = 1_000;

    /** Longest handle, nickname or gift name, code points. */
    static final int NAME = 100;

    private static final int JOINED = 1;
    private static final int FOLLOW = 1;
    private static final int FIRST_SHARE = 2;
    private static final int LAST_SHARE = 5;
    private static final int ENDED_BY_HOST = 3;
    private static final int ENDED_BY_PLATFORM = 4;
    private static final int STREAKABLE = 1;
    private static final int MOST_GIFTS = 1_000_000;
    private static final Duration OLDEST = Duration.ofDays(1);
    private static final Duration NEWEST = Duration.ofMinutes(1);

    private EventDecoder() {}

    static Decoded decode(Message message, Instant receivedAt) {
        try {
            return switch (message.getMethod()) {
                case "WebcastChatMessage" -> chat(message, receivedAt);
                case "WebcastGiftMessage" -> gift(message, receivedAt);
                case "WebcastLikeMessage" -> like(message, receivedAt);
                case "WebcastMemberMessage" -> member(message, receivedAt);
                case "WebcastSocialMessage" -> social(message, receivedAt);
                case "WebcastControlMessage" -> control(message);
                default -> new Decoded.Ignored();
            };
        } catch (InvalidProtocolBufferException e) {
            return new Decoded.Corrupt();
        }
    }

    private static Decoded chat(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var chat = ChatMessage.parseFrom(message.getPayload());
        var text = CleanText.of(chat.getContent(), COMMENT);
        if (text.isEmpty()) {
            return new Decoded.Ignored();
        }
        return happened(
                message,
                chat.getCommon(),
                receivedAt,
                viewer(chat.getUser(), chat.getUserIdentity()),
                new CommentPosted(text));
    }

    private static Decoded gift(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var gift = GiftMessage.parseFrom(message.getPayload());
        long msgId = msgId(message, gift.getCommon());
        if (msgId == 0) {
            return new Decoded.Corrupt();
        }
        long giftId = gift.getGiftId() == 0 ? gift.getGift().getId() : gift.getGiftId();
        boolean end = gift.getRepeatEnd() == 1;
        boolean grouped = gift.getGroupId() != 0;
        var step =
                new GiftStep(
                        grouped
                                ? Long.toString(gift.getGroupId())
                                : gift.getUser().getId() + ":" + giftId,
                        grouped,
                        end || gift.getGift().getType() == STREAKABLE,
                        giftId,
                        CleanText.of(gift.getGift().getName(), NAME),
                        Math.max(0, gift.getGift().getDiamondCount()),
                        Math.clamp(gift.getRepeatCount(), 1, MOST_GIFTS),
                        end);
        return new Decoded.Gifted(
                msgId,
                ts(gift.getCommon(), receivedAt),
                message.getIsHistory(),
                viewer(gift.getUser(), gift.getUserIdentity()),
                step);
    }

    private static Decoded like(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var like = LikeMessage.parseFrom(message.getPayload());
        long msgId = msgId(message, like.getCommon());
        if (msgId == 0) {
            return new Decoded.Corrupt();
        }
        return new Decoded.Tapped(
                msgId,
                ts(like.getCommon(), receivedAt),
                message.getIsHistory(),
                viewer(like.getUser(), UserIdentity.getDefaultInstance()),
                Math.max(0, like.getCount()),
                Math.max(0, like.getTotal()));
    }

    /** Other actions than entering, such as subscribing, come as members too. */
    private static Decoded member(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var member = MemberMessage.parseFrom(message.getPayload());
        if (member.getAction() != JOINED) {
            return new Decoded.Ignored();
        }
        return happened(
                message,
                member.getCommon(),
                receivedAt,
                viewer(member.getUser(), UserIdentity.getDefaultInstance()),
                new Joined());
    }

    /** The text's key says what it is; the action only when the key does not. */
    private static Decoded social(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var social = SocialMessage.parseFrom(message.getPayload());
        var key = social.getCommon().getDisplayText().getKey();
        long action = social.getAction();
        Payload payload;
        if (key.contains("follow")) {
            payload = new Followed();
        } else if (key.contains("share")) {
            payload = new Shared();
        } else if (action == FOLLOW) {
            payload = new Followed();
        } else if (action >= FIRST_SHARE && action <= LAST_SHARE) {
            payload = new Shared();
        } else {
            return new Decoded.Ignored();
        }
        return happened(
                message,
                social.getCommon(),
                receivedAt,
                viewer(social.getUser(), UserIdentity.getDefaultInstance()),
                payload);
    }

    private static Decoded control(Message message) throws InvalidProtocolBufferException {
        int action = ControlMessage.parseFrom(message.getPayload()).getAction();
        boolean ended = action == ENDED_BY_HOST || action == ENDED_BY_PLATFORM;
        return ended ? new Decoded.Ended() : new Decoded.Ignored();
    }

    private static Decoded happened(
            Message message, Common common, Instant receivedAt, Viewer viewer, Payload payload) {
        long msgId = msgId(message, common);
        if (msgId == 0) {
            return new Decoded.Corrupt();
        }
        return new Decoded.Happened(
                msgId, ts(common, receivedAt), message.getIsHistory(), viewer, payload);
    }

    private static long msgId(Message message, Common common) {
        return message.getMsgId() == 0 ? common.getMsgId() : message.getMsgId();
    }

    /** TikTok's time when it is believable, else ours. */
    private static Instant ts(Common common, Instant receivedAt) {
        long millis = common.getCreateTime();
        boolean believable =
                millis > receivedAt.minus(OLDEST).toEpochMilli()
                        && millis < receivedAt.plus(NEWEST).toEpochMilli();
        return Instant.ofEpochMilli(believable ? millis : receivedAt.toEpochMilli());
    }

    private static Viewer viewer(User user, UserIdentity identity) {
        var roles = new LinkedHashSet<String>();
        add(roles, identity.getIsAnchor(), "anchor");
        add(roles, identity.getIsModerator(), "moderator");
        add(roles, identity.getIsSubscriber() || user.getIsSubscribe(), "subscriber");
        add(roles, identity.getIsMutual(), "friend");
        add(roles, identity.getIsFollower() || user.getIsFollower(), "follower");
        add(roles, identity.getIsGiftGiver(), "gift_giver");
        return new Viewer(
                Long.toString(user.getId()),
                CleanText.of(user.getDisplayId(), NAME),
                CleanText.of(user.getNickname(), NAME),
                List.copyOf(roles));
    }

    private static void add(Set<String> roles, boolean has, String role) {
        if (has) {
            roles.add(role);
        }
    }
}
