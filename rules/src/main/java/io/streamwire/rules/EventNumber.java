package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.EnvelopeSent;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.Subscribed;
import io.streamwire.contract.LiveEvent.ViewersCounted;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers of an event, by the names that a person who writes a rule knows. */
enum EventNumber implements NumberSource {
    /** What a gift is worth with all that its streak had before; or what is in a treasure box. */
    DIAMONDS,
    /** Of one gift, in diamonds. */
    PRICE,
    /** Gifts of the streak so far. */
    COUNT,
    /** Gifts that this event adds to the streak. */
    INCREMENT,
    /** Taps in this event. */
    LIKES,
    /** Taps in the room so far. */
    TOTAL_LIKES,
    /** Who watch now. */
    VIEWERS,
    /** Of a subscription, by now. */
    MONTHS,
    /** The viewer's, in the streamer's fan club; 0 when not in it. */
    TEAM_LEVEL;

    @Override
    public @Nullable Long of(LiveEvent event) {
        return this == TEAM_LEVEL
                ? Long.valueOf(event.user().teamLevel())
                : switch (event.payload()) {
                    case GiftSent gift -> of(gift);
                    case Liked liked ->
                            this == LIKES
                                    ? Long.valueOf(liked.count())
                                    : this == TOTAL_LIKES ? Long.valueOf(liked.total()) : null;
                    case ViewersCounted(var now, _, _) -> this == VIEWERS ? now : null;
                    case Subscribed(var months) -> this == MONTHS ? months : null;
                    case EnvelopeSent envelope ->
                            this == DIAMONDS ? Long.valueOf(envelope.diamonds()) : null;
                    case LiveEvent.CommentPosted _,
                            LiveEvent.Joined _,
                            LiveEvent.Followed _,
                            LiveEvent.Shared _,
                            LiveEvent.QuestionAsked _,
                            LiveEvent.EmoteSent _,
                            LiveEvent.RoomChanged _,
                            LiveEvent.EventsMissed _,
                            LiveEvent.TimePassed _,
                            LiveEvent.VoteEnded _,
                            LiveEvent.ButtonPressed _,
                            LiveEvent.WebhookReceived _ ->
                            null;
                };
    }

    private @Nullable Long of(GiftSent gift) {
        return switch (this) {
            case DIAMONDS -> (long) gift.diamonds() * Math.max(gift.count(), 1);
            case PRICE -> (long) gift.diamonds();
            case COUNT -> (long) gift.count();
            case INCREMENT -> (long) gift.increment();
            case LIKES, TOTAL_LIKES, VIEWERS, MONTHS, TEAM_LEVEL -> null;
        };
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
