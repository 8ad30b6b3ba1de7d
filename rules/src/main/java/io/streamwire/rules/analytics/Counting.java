package io.streamwire.rules.analytics;

import io.streamwire.bus.Entry;
import io.streamwire.contract.Action;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.Decision;
import io.streamwire.contract.DeviceEvent;
import io.streamwire.contract.DeviceEvent.CommandChanged;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.TimePassed;
import io.streamwire.contract.LiveEvent.ViewersCounted;
import io.streamwire.contract.LiveEvent.VoteEnded;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What one entry of a stream adds to the numbers, a method per stream. */
final class Counting {

    /** What one event may add at most, so that no sum overflows. */
    private static final long MOST = 1_000_000_000_000L;

    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_OUTCOME = 50;
    private static final Pattern VIEWER = Pattern.compile("\\d{1,19}");

    private Counting() {}

    static void event(Entry entry, Counts counts, Instant now) {
        var event = Json.read(entry.body(), LiveEvent.class);
        if (event.payload() instanceof TimePassed || event.payload() instanceof VoteEnded) {
            return; // the rules tell themselves
        }
        var at = EventTime.of(event.ts(), event.receivedAt(), now).toEpochMilli();
        long gifts = 0;
        long diamonds = 0;
        long likes = 0;
        long viewers = 0;
        switch (event.payload()) {
            case GiftSent gift -> {
                gifts = bounded(gift.increment());
                diamonds = bounded(bounded(gift.diamonds()) * gifts);
                counts.gifts.add(
                        new Counts.OfGift(
                                event.workspaceId(),
                                at,
                                event.livestreamId(),
                                event.simulated(),
                                Math.max(0, gift.giftId()),
                                clean(gift.name(), LONGEST_NAME),
                                gifts,
                                diamonds));
            }
            case Liked liked -> likes = bounded(liked.count());
            case ViewersCounted counted -> viewers = bounded(counted.now());
            case LiveEvent.CommentPosted _,
                    LiveEvent.Joined _,
                    LiveEvent.Followed _,
                    LiveEvent.Shared _,
                    LiveEvent.Subscribed _,
                    LiveEvent.QuestionAsked _,
                    LiveEvent.EmoteSent _,
                    LiveEvent.EnvelopeSent _,
                    LiveEvent.RoomChanged _,
                    LiveEvent.EventsMissed _,
                    LiveEvent.ButtonPressed _,
                    LiveEvent.WebhookReceived _,
                    TimePassed _,
                    VoteEnded _ -> {
                // The event itself is all that counts.
            }
        }
        counts.events.add(
                new Counts.OfEvent(
                        event.workspaceId(),
                        at,
                        event.livestreamId(),
                        event.simulated(),
                        event.type(),
                        gifts,
                        diamonds,
                        likes,
                        viewers));
        if (isViewer(event.user().id())) {
            counts.viewers.add(
                    new Counts.OfViewer(
                            event.workspaceId(),
                            at,
                            event.livestreamId(),
                            event.simulated(),
                            event.user().id(),
                            clean(event.user().handle(), LONGEST_NAME),
                            clean(event.user().nickname(), LONGEST_NAME),
                            1,
                            gifts,
                            diamonds,
                            likes,
                            0));
        }
    }

    static void decision(Entry entry, Counts counts, Instant now) {
        if (!entry.type().equals(Decision.TYPE)) {
            return;
        }
        var decision = Json.read(entry.body(), Decision.class);
        counts.decisions.add(
                new Counts.OfDecision(
                        decision.workspaceId(),
                        millis(decision.at(), now),
                        decision.ruleId(),
                        clean(decision.outcome(), LONGEST_OUTCOME)));
    }

    static void action(Entry entry, Counts counts, Instant now) {
        if (!entry.type().equals(Action.TYPE)) {
            return;
        }
        var action = Json.read(entry.body(), Action.class);
        var frame = action.hops().frame();
        var decided = action.hops().decided();
        var at = millis(decided == null ? now.toEpochMilli() : decided / 1_000, now);
        latency(counts, action.workspaceId(), at, action.ruleId(), Way.DECIDED, frame, decided);
        var viewerId = action.viewerId();
        if (viewerId != null && isViewer(viewerId)) {
            counts.viewers.add(
                    new Counts.OfViewer(
                            action.workspaceId(),
                            at,
                            Counts.NO_LIVESTREAM,
                            action.simulated(),
                            viewerId,
                            "",
                            "",
                            0,
                            0,
                            0,
                            0,
                            1));
        }
    }

    static void command(Entry entry, Counts counts, Instant now) {
        if (!entry.type().equals("command_done")
                || !(Json.read(entry.body(), DeviceEvent.class) instanceof CommandChanged command)
                || command.state() != CommandState.DONE
                || command.ruleId() == null) {
            return;
        }
        latency(
                counts,
                command.workspaceId(),
                millis(command.at(), now),
                command.ruleId(),
                Way.BOARD,
                command.issuedAt() * 1_000,
                command.hops().on());
    }

    /** From one moment to another, us; none when one is missing or their clocks contradict. */
    private static void latency(
            Counts counts,
            UUID workspaceId,
            long at,
            UUID ruleId,
            Way way,
            @Nullable Long from,
            @Nullable Long to) {
        if (from != null && to != null && to >= from) {
            counts.latencies.add(
                    new Counts.OfLatency(
                            workspaceId, at, ruleId, way, LatencyBucket.of(to - from)));
        }
    }

    private static long millis(long said, Instant now) {
        return EventTime.of(Instant.ofEpochMilli(said), now).toEpochMilli();
    }

    private static long bounded(long number) {
        return Math.clamp(number, 0, MOST);
    }

    private static boolean isViewer(String id) {
        return VIEWER.matcher(id).matches();
    }

    /** A text that PostgreSQL takes: no control characters, no half characters, not too long. */
    private static String clean(String text, int longest) {
        var clean = new StringBuilder(Math.min(text.length(), longest));
        text.codePoints()
                .filter(c ->
                        !Character.isISOControl(c) && Character.getType(c) != Character.SURROGATE)
                .limit(longest)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }
}
