package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.EnvelopeSent;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.Subscribed;
import io.streamwire.contract.LiveEvent.ViewersCounted;
import io.streamwire.contract.RoomCounters;
import java.util.Locale;
import java.util.function.ToLongFunction;
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
    TEAM_LEVEL,
    /** Who watch, by the last count before the event. */
    COUNTED_VIEWERS("counters.viewers"),
    /** Taps in the room so far, whatever the event is. */
    COUNTED_LIKES("counters.likes"),
    /** Of all gifts of the livestream so far. */
    COUNTED_DIAMONDS("counters.diamonds"),
    /** Of the viewer's gifts of the livestream so far. */
    COUNTED_VIEWER_DIAMONDS("counters.viewer_diamonds");

    private static final String COUNTERS = "counters.";

    private final String text;

    EventNumber() {
        this.text = name().toLowerCase(Locale.ROOT);
    }

    EventNumber(String text) {
        this.text = text;
    }

    @Override
    public @Nullable Long of(LiveEvent event) {
        return switch (this) {
            case TEAM_LEVEL -> Long.valueOf(event.user().teamLevel());
            case COUNTED_VIEWERS -> counted(event, RoomCounters::viewers);
            case COUNTED_LIKES -> counted(event, RoomCounters::likes);
            case COUNTED_DIAMONDS -> counted(event, RoomCounters::diamonds);
            case COUNTED_VIEWER_DIAMONDS -> counted(event, RoomCounters::viewerDiamonds);
            default -> of(event.payload());
        };
    }

    /** Nothing when nobody counted, which is not the same as that there was nothing. */
    private static @Nullable Long counted(LiveEvent event, ToLongFunction<RoomCounters> counter) {
        var counters = event.counters();
        return counters == null ? null : Long.valueOf(counter.applyAsLong(counters));
    }

    /** Whether it has no value at all, instead of 0, when an event does not have it. */
    boolean isCounter() {
        return text.startsWith(COUNTERS);
    }

    private @Nullable Long of(LiveEvent.Payload payload) {
        return switch (payload) {
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
            default -> null;
        };
    }

    @Override
    public String toString() {
        return text;
    }

    /** As expressions name it. */
    String variable() {
        return isCounter() ? text : this == TEAM_LEVEL ? "viewer." + text : "event." + text;
    }
}
