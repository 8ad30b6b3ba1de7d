package io.streamwire.contract;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/**
 * Something that happened on a TikTok LIVE stream.
 *
 * @param id derived from room and message id, so that a redelivery keeps it
 * @param msgId TikTok's message id, int64 in decimal
 * @param ts when TikTok says it happened
 * @param receivedAt when its frame was read from the socket
 * @param historical from the backlog that TikTok sends on connect; rules ignore it
 * @param simulated made by a person or a replay, not by a viewer
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
        @JsonTypeInfo(
                        use = JsonTypeInfo.Id.NAME,
                        include = JsonTypeInfo.As.EXTERNAL_PROPERTY,
                        property = "type")
                Payload payload) {

    /** {@code tiktok.comment}, {@code tiktok.gift}, ... */
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
        @JsonSubTypes.Type(Shared.class)
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
     */
    @JsonTypeName(Liked.TYPE)
    public record Liked(int count, long total) implements Payload {
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
}
