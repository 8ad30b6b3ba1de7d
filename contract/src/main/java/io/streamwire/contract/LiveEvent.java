package io.streamwire.contract;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened on a TikTok LIVE stream, or that a person or a program said to a rule.
 *
 * @param id derived from room and message id, or from the key of a call, so that a redelivery keeps
 *     it
 * @param msgId TikTok's message id, int64 in decimal; 0 for what no message says
 * @param ts when TikTok says it happened
 * @param receivedAt when its frame was read from the socket
 * @param historical from the backlog that TikTok sends on connect; rules ignore it
 * @param simulated made by a person or a replay, not by a viewer
 * @param user who did it; {@link Viewer#NOBODY} when it was no viewer
 * @param counters of its livestream; null when nobody counted
 */
@JsonPropertyOrder({
    "id",
    "type",
    "livestream_id",
    "workspace_id",
    "msg_id",
    "ts",
    "received_at",
    "historical",
    "simulated",
    "user",
    "counters",
    "payload"
})
public record LiveEvent(
        UUID id,
        UUID livestreamId,
        UUID workspaceId,
        String msgId,
        Instant ts,
        Instant receivedAt,
        boolean historical,
        boolean simulated,
        Viewer user,
        @Nullable RoomCounters counters,
        @JsonTypeInfo(
                        use = JsonTypeInfo.Id.NAME,
                        include = JsonTypeInfo.As.EXTERNAL_PROPERTY,
                        property = "type")
                Payload payload) {

    /** What readers of a stream get to see; the rest is for rules alone. */
    public static final Set<String> SHOWN_TYPES =
            Set.of(
                    CommentPosted.TYPE,
                    GiftSent.TYPE,
                    Liked.TYPE,
                    Joined.TYPE,
                    Followed.TYPE,
                    Shared.TYPE,
                    Subscribed.TYPE,
                    ViewersCounted.TYPE,
                    QuestionAsked.TYPE,
                    EmoteSent.TYPE,
                    EnvelopeSent.TYPE,
                    RoomChanged.TYPE,
                    EventsMissed.TYPE,
                    ButtonPressed.TYPE,
                    WebhookReceived.TYPE);

    /** Of what nobody counted. */
    public LiveEvent(
            UUID id,
            UUID livestreamId,
            UUID workspaceId,
            String msgId,
            Instant ts,
            Instant receivedAt,
            boolean historical,
            boolean simulated,
            Viewer user,
            Payload payload) {
        this(
                id,
                livestreamId,
                workspaceId,
                msgId,
                ts,
                receivedAt,
                historical,
                simulated,
                user,
                null,
                payload);
    }

    /** {@code tiktok.comment}, {@code tiktok.gift}, {@code streamwire.button}, ... */
    @JsonIgnore
    public String type() {
        return payload.type();
    }

    /** What is particular to one type of event. */
    @JsonSubTypes({
        @JsonSubTypes.Type(CommentPosted.class),
        @JsonSubTypes.Type(GiftSent.class),
        @JsonSubTypes.Type(Liked.class),
        @JsonSubTypes.Type(Joined.class),
        @JsonSubTypes.Type(Followed.class),
        @JsonSubTypes.Type(Shared.class),
        @JsonSubTypes.Type(Subscribed.class),
        @JsonSubTypes.Type(ViewersCounted.class),
        @JsonSubTypes.Type(QuestionAsked.class),
        @JsonSubTypes.Type(EmoteSent.class),
        @JsonSubTypes.Type(EnvelopeSent.class),
        @JsonSubTypes.Type(RoomChanged.class),
        @JsonSubTypes.Type(EventsMissed.class),
        @JsonSubTypes.Type(TimePassed.class),
        @JsonSubTypes.Type(VoteEnded.class),
        @JsonSubTypes.Type(ButtonPressed.class),
        @JsonSubTypes.Type(WebhookReceived.class)
    })
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public sealed interface Payload {
        /** {@code tiktok.comment}, {@code tiktok.gift}, ... */
        @JsonIgnore
        default String type() {
            return switch (this) {
                case CommentPosted _ -> CommentPosted.TYPE;
                case GiftSent _ -> GiftSent.TYPE;
                case Liked _ -> Liked.TYPE;
                case Joined _ -> Joined.TYPE;
                case Followed _ -> Followed.TYPE;
                case Shared _ -> Shared.TYPE;
                case Subscribed _ -> Subscribed.TYPE;
                case ViewersCounted _ -> ViewersCounted.TYPE;
                case QuestionAsked _ -> QuestionAsked.TYPE;
                case EmoteSent _ -> EmoteSent.TYPE;
                case EnvelopeSent _ -> EnvelopeSent.TYPE;
                case RoomChanged _ -> RoomChanged.TYPE;
                case EventsMissed _ -> EventsMissed.TYPE;
                case TimePassed _ -> TimePassed.TYPE;
                case VoteEnded _ -> VoteEnded.TYPE;
                case ButtonPressed _ -> ButtonPressed.TYPE;
                case WebhookReceived _ -> WebhookReceived.TYPE;
            };
        }
    }

    /** A comment; its text is hostile. */
    @JsonTypeName(CommentPosted.TYPE)
    public record CommentPosted(String text) implements Payload {
        static final String TYPE = "tiktok.comment";
    }

    /**
     * A gift, or one step of a streak of the same gift.
     *
     * @param diamonds the price of one, in diamonds
     * @param count how many so far in this streak
     * @param increment how many more than at the last event of this streak, 0 or more
     */
    @JsonTypeName(GiftSent.TYPE)
    public record GiftSent(
            long giftId, String name, int diamonds, int count, int increment, Streak streak)
            implements Payload {
        static final String TYPE = "tiktok.gift";
    }

    /** Where in its streak a gift stands. */
    public enum Streak {
        STARTED,
        RUNNING,
        ENDED,
        /** A gift that cannot be repeated: its own beginning and end. */
        SINGLE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Taps on the screen.
     *
     * @param count taps in this event
     * @param total likes of the room so far; never goes backwards
     * @param sum taps of all events so far, as far as TikTok sent them; at most the total's growth;
     *     missing in what was written before it existed
     * @param milestone the highest of 100, 200, 500, 1000, ... that the total has just reached
     * @param before the total before this event; null when it is the first one that is known
     */
    @JsonTypeName(Liked.TYPE)
    public record Liked(
            int count,
            long total,
            @JsonSetter(nulls = Nulls.AS_EMPTY) long sum,
            @Nullable Long milestone,
            @Nullable Long before)
            implements Payload {
        static final String TYPE = "tiktok.like";
    }

    /** A viewer came in. */
    @JsonTypeName(Joined.TYPE)
    public record Joined() implements Payload {
        static final String TYPE = "tiktok.join";
    }

    /** A viewer followed the streamer. */
    @JsonTypeName(Followed.TYPE)
    public record Followed() implements Payload {
        static final String TYPE = "tiktok.follow";
    }

    /** A viewer shared the livestream. */
    @JsonTypeName(Shared.TYPE)
    public record Shared() implements Payload {
        static final String TYPE = "tiktok.share";
    }

    /**
     * A viewer subscribed.
     *
     * @param months how many by now, 0 when TikTok does not say
     */
    @JsonTypeName(Subscribed.TYPE)
    public record Subscribed(long months) implements Payload {
        static final String TYPE = "tiktok.subscribe";
    }

    /**
     * How many watch.
     *
     * @param now viewers at this moment
     * @param total different viewers so far
     * @param before viewers at the last count; null when this is the first one
     */
    @JsonTypeName(ViewersCounted.TYPE)
    public record ViewersCounted(long now, long total, @Nullable Long before) implements Payload {
        static final String TYPE = "tiktok.viewers";
    }

    /** A question to the streamer; its text is hostile. */
    @JsonTypeName(QuestionAsked.TYPE)
    public record QuestionAsked(String text) implements Payload {
        static final String TYPE = "tiktok.question";
    }

    /**
     * Emotes of the streamer's subscribers.
     *
     * @param emotes their ids, at most 20
     */
    @JsonTypeName(EmoteSent.TYPE)
    public record EmoteSent(List<String> emotes) implements Payload {
        static final String TYPE = "tiktok.emote";

        public EmoteSent {
            emotes = List.copyOf(emotes);
        }
    }

    /**
     * A treasure box.
     *
     * @param diamonds what is in it
     * @param people how many can have a share
     */
    @JsonTypeName(EnvelopeSent.TYPE)
    public record EnvelopeSent(String envelopeId, int diamonds, int people) implements Payload {
        static final String TYPE = "tiktok.envelope";
    }

    /** The room went on, or not. */
    @JsonTypeName(RoomChanged.TYPE)
    public record RoomChanged(RoomState state) implements Payload {
        static final String TYPE = "tiktok.control";
    }

    /** What a room may be told to be. */
    public enum RoomState {
        PAUSED,
        RESUMED,
        /** By the streamer. */
        ENDED,
        /** By TikTok. */
        SUSPENDED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Something was missed, or may have been.
     *
     * @param from nothing older is concerned
     * @param until nothing newer is concerned
     */
    @JsonTypeName(EventsMissed.TYPE)
    public record EventsMissed(MissedWhy reason, Instant from, Instant until) implements Payload {
        static final String TYPE = "tiktok.gap";
    }

    /**
     * A livestream is still live.
     *
     * @param seconds since it was first seen live
     * @param before the same at the last of these events
     */
    @JsonTypeName(TimePassed.TYPE)
    public record TimePassed(long seconds, long before) implements Payload {
        static final String TYPE = "streamwire.tick";
    }

    /** The time of a vote is over; the rule then counts it. */
    @JsonTypeName(VoteEnded.TYPE)
    public record VoteEnded(UUID ruleId) implements Payload {
        static final String TYPE = "streamwire.vote_ended";
    }

    /** Why something was missed. */
    public enum MissedWhy {
        /** There was no connection. */
        DISCONNECTED,
        /** Another instance had the livestream, and is gone. */
        TAKEN_OVER,
        /** A frame or a message could not be read. */
        DAMAGED,
        /** The bus refused what was read. */
        UNPUBLISHED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A member of the workspace pressed the button of a rule.
     *
     * @param by the member's user id
     * @param values what came with it: texts, integers (Long), other numbers (Double) and Booleans
     */
    @JsonTypeName(ButtonPressed.TYPE)
    public record ButtonPressed(UUID ruleId, UUID by, Map<String, Object> values)
            implements Payload {
        public static final String TYPE = "streamwire.button";

        public ButtonPressed {
            values = Scalars.copyOf(values);
        }
    }

    /**
     * Another program called a rule, with a signature. Its values are hostile all the same.
     *
     * @param values as of {@link ButtonPressed}
     * @param hops how many webhooks of ours lie behind it, 0 or more
     */
    @JsonTypeName(WebhookReceived.TYPE)
    public record WebhookReceived(UUID ruleId, Map<String, Object> values, int hops)
            implements Payload {
        public static final String TYPE = "streamwire.webhook";

        public WebhookReceived {
            values = Scalars.copyOf(values);
        }
    }
}
