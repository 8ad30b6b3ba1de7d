package io.streamwire.ingest;

import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.EmoteSent;
import io.streamwire.contract.LiveEvent.EnvelopeSent;
import io.streamwire.contract.LiveEvent.Followed;
import io.streamwire.contract.LiveEvent.Joined;
import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.LiveEvent.QuestionAsked;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.contract.LiveEvent.Shared;
import io.streamwire.contract.LiveEvent.Subscribed;
import io.streamwire.contract.LiveEvent.ViewersCounted;
import io.streamwire.contract.Viewer;
import io.streamwire.ingest.Decoded.GiftStep;
import io.streamwire.ingest.Decoded.Head;
import io.streamwire.ingest.webcast.wire.ChatMessage;
import io.streamwire.ingest.webcast.wire.Common;
import io.streamwire.ingest.webcast.wire.ControlMessage;
import io.streamwire.ingest.webcast.wire.EmoteChatMessage;
import io.streamwire.ingest.webcast.wire.EnvelopeMessage;
import io.streamwire.ingest.webcast.wire.GiftMessage;
import io.streamwire.ingest.webcast.wire.LikeMessage;
import io.streamwire.ingest.webcast.wire.MemberMessage;
import io.streamwire.ingest.webcast.wire.Message;
import io.streamwire.ingest.webcast.wire.QuestionNewMessage;
import io.streamwire.ingest.webcast.wire.RoomUserSeqMessage;
import io.streamwire.ingest.webcast.wire.SocialMessage;
import io.streamwire.ingest.webcast.wire.SubNotifyMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** Reads webcast messages. Pure: what depends on earlier messages is left to {@link Events}. */
final class EventDecoder {

    /** Longest comment or question, code points. */
    static final int COMMENT = 1_000;

    /** Largest message that is read, bytes; TikTok's are some ten thousand at most. */
    static final int MESSAGE = 1 << 19;

    private static final int JOINED = 1;
    private static final int FOLLOW = 1;
    private static final int FIRST_SHARE = 2;
    private static final int LAST_SHARE = 5;
    private static final int STREAKABLE = 1;
    private static final int NEW_ENVELOPE = 1;
    private static final int MOST_GIFTS = 1_000_000;
    private static final int MOST_EMOTES = 20;
    private static final int TOP_GIFTERS = 3;
    private static final int ID = 40;
    private static final Duration OLDEST = Duration.ofDays(1);
    private static final Duration NEWEST = Duration.ofMinutes(1);

    private EventDecoder() {}

    static Decoded decode(Message message, Instant receivedAt) {
        if (message.getPayload().size() > MESSAGE) {
            return new Decoded.Corrupt();
        }
        try {
            return switch (message.getMethod()) {
                case "WebcastChatMessage" -> chat(message, receivedAt);
                case "WebcastGiftMessage" -> gift(message, receivedAt);
                case "WebcastLikeMessage" -> like(message, receivedAt);
                case "WebcastMemberMessage" -> member(message, receivedAt);
                case "WebcastSocialMessage" -> social(message, receivedAt);
                case "WebcastSubNotifyMessage" -> subscription(message, receivedAt);
                case "WebcastRoomUserSeqMessage" -> viewers(message, receivedAt);
                case "WebcastQuestionNewMessage" -> question(message, receivedAt);
                case "WebcastEmoteChatMessage" -> emotes(message, receivedAt);
                case "WebcastEnvelopeMessage" -> envelope(message, receivedAt);
                case "WebcastControlMessage" -> control(message, receivedAt);
                default -> new Decoded.Unknown(message);
            };
        } catch (InvalidProtocolBufferException e) {
            return new Decoded.Corrupt();
        }
    }

    private static Decoded chat(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var chat = parsed(ChatMessage.parser(), message);
        var text = CleanText.of(chat.getContent(), COMMENT);
        if (text.isEmpty()) {
            return new Decoded.Ignored();
        }
        return happened(
                head(message, chat.getCommon(), receivedAt),
                WireViewer.of(chat.getUser(), chat.getUserIdentity()),
                new CommentPosted(text));
    }

    private static Decoded gift(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var gift = parsed(GiftMessage.parser(), message);
        var head = head(message, gift.getCommon(), receivedAt);
        if (head.msgId() == 0) {
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
                        CleanText.of(gift.getGift().getName(), WireViewer.NAME),
                        Math.max(0, gift.getGift().getDiamondCount()),
                        Math.clamp(gift.getRepeatCount(), 1, MOST_GIFTS),
                        end);
        return new Decoded.Gifted(
                head, WireViewer.of(gift.getUser(), gift.getUserIdentity()), step);
    }

    private static Decoded like(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var like = parsed(LikeMessage.parser(), message);
        var head = head(message, like.getCommon(), receivedAt);
        if (head.msgId() == 0) {
            return new Decoded.Corrupt();
        }
        return new Decoded.Tapped(
                head,
                WireViewer.of(like.getUser()),
                Math.max(0, like.getCount()),
                Math.max(0, like.getTotal()));
    }

    /** Other actions than entering, such as subscribing, come as members too. */
    private static Decoded member(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var member = parsed(MemberMessage.parser(), message);
        if (member.getAction() != JOINED) {
            return new Decoded.Ignored();
        }
        return happened(
                head(message, member.getCommon(), receivedAt),
                WireViewer.of(member.getUser()),
                new Joined());
    }

    /** The text's key says what it is; the action only when the key does not. */
    private static Decoded social(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var social = parsed(SocialMessage.parser(), message);
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
                head(message, social.getCommon(), receivedAt),
                WireViewer.of(social.getUser()),
                payload);
    }

    private static Decoded subscription(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var subscription = parsed(SubNotifyMessage.parser(), message);
        return happened(
                head(message, subscription.getCommon(), receivedAt),
                WireViewer.of(subscription.getUser()),
                new Subscribed(Math.max(0, subscription.getSubMonth())));
    }

    private static Decoded viewers(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var viewers = parsed(RoomUserSeqMessage.parser(), message);
        var head = head(message, viewers.getCommon(), receivedAt);
        if (head.msgId() == 0) {
            return new Decoded.Corrupt();
        }
        return new Decoded.Watched(
                head,
                new ViewersCounted(
                        Math.max(0, viewers.getTotal()), Math.max(0, viewers.getTotalUser()), null),
                viewers.getRanksList().stream()
                        .filter(rank -> rank.getRank() >= 1 && rank.getRank() <= TOP_GIFTERS)
                        .limit(TOP_GIFTERS)
                        .map(rank -> Long.toString(rank.getUser().getId()))
                        .collect(Collectors.toSet()));
    }

    private static Decoded question(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var question = parsed(QuestionNewMessage.parser(), message);
        var text = CleanText.of(question.getData().getContent(), COMMENT);
        if (text.isEmpty()) {
            return new Decoded.Ignored();
        }
        return happened(
                head(message, question.getCommon(), receivedAt),
                WireViewer.of(question.getData().getUser()),
                new QuestionAsked(text));
    }

    private static Decoded emotes(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var chat = parsed(EmoteChatMessage.parser(), message);
        var emotes =
                chat.getEmoteListList().stream()
                        .limit(MOST_EMOTES)
                        .map(emote -> CleanText.of(emote.getEmoteId(), ID))
                        .filter(id -> !id.isEmpty())
                        .toList();
        return happened(
                head(message, chat.getCommon(), receivedAt),
                WireViewer.of(chat.getUser()),
                new EmoteSent(emotes));
    }

    private static Decoded envelope(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var envelope = parsed(EnvelopeMessage.parser(), message);
        if (envelope.getDisplay() != NEW_ENVELOPE) {
            return new Decoded.Ignored();
        }
        var info = envelope.getEnvelopeInfo();
        return happened(
                head(message, envelope.getCommon(), receivedAt),
                new Viewer(
                        CleanText.of(info.getSendUserId(), ID),
                        "",
                        CleanText.of(info.getSendUserName(), WireViewer.NAME),
                        List.of(),
                        0,
                        null),
                new EnvelopeSent(
                        CleanText.of(info.getEnvelopeId(), ID),
                        Math.max(0, info.getDiamondCount()),
                        Math.max(0, info.getPeopleCount())));
    }

    /** An end counts even without an id: a live that is over must not stay open. */
    private static Decoded control(Message message, Instant receivedAt)
            throws InvalidProtocolBufferException {
        var control = parsed(ControlMessage.parser(), message);
        var head = head(message, control.getCommon(), receivedAt);
        return switch (control.getAction()) {
            case 1 -> new Decoded.Controlled(head, RoomState.PAUSED);
            case 2 -> new Decoded.Controlled(head, RoomState.RESUMED);
            case 3 -> new Decoded.Controlled(head, RoomState.ENDED);
            case 4 -> new Decoded.Controlled(head, RoomState.SUSPENDED);
            default -> new Decoded.Ignored();
        };
    }

    /** Most of a message's fields are not read here, and need not be kept. */
    private static <T extends com.google.protobuf.Message> T parsed(
            Parser<T> parser, Message message) throws InvalidProtocolBufferException {
        return DiscardUnknownFieldsParser.wrap(parser).parseFrom(message.getPayload());
    }

    private static Decoded happened(Head head, Viewer viewer, Payload payload) {
        return head.msgId() == 0
                ? new Decoded.Corrupt()
                : new Decoded.Happened(head, viewer, payload);
    }

    private static Head head(Message message, Common common, Instant receivedAt) {
        long msgId = message.getMsgId() == 0 ? common.getMsgId() : message.getMsgId();
        return new Head(msgId, ts(common, receivedAt), message.getIsHistory());
    }

    /** TikTok's time when it is believable, else ours. */
    private static Instant ts(Common common, Instant receivedAt) {
        long millis = common.getCreateTime();
        boolean believable =
                millis > receivedAt.minus(OLDEST).toEpochMilli()
                        && millis < receivedAt.plus(NEWEST).toEpochMilli();
        return Instant.ofEpochMilli(believable ? millis : receivedAt.toEpochMilli());
    }
}
