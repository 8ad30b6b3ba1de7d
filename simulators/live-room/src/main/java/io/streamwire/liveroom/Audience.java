package io.streamwire.liveroom;

import io.streamwire.contract.Ids;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.Followed;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Joined;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.LiveEvent.Shared;
import io.streamwire.contract.LiveEvent.Streak;
import io.streamwire.contract.Viewer;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;

/**
 * The viewers of one livestream as events, for measurements that leave out TikTok's protocol:
 * random but repeatable, now and then something that sets off one rule of a {@link RuleMix}, and
 * everything else sets off none. For one thread.
 */
public final class Audience {

    /** Instead of a rule's number. */
    public static final int NO_RULE = -1;

    private static final int VIEWERS = 200;
    private static final int LONGEST_COMMENT = 12;
    private static final int LONGEST_STREAK = 5;
    private static final List<String> WORDS =
            List.of(
                    "hello",
                    "from",
                    "Berlin",
                    "so",
                    "cool",
                    "how",
                    "does",
                    "it",
                    "work?",
                    "first",
                    "time",
                    "here",
                    "what",
                    "board",
                    "is",
                    "that?",
                    "haha",
                    "again",
                    "nice",
                    "setup",
                    "!!!",
                    "love",
                    "this",
                    "stream",
                    "can",
                    "you",
                    "make",
                    "the",
                    "motor",
                    "go",
                    "faster",
                    "pls",
                    "wow",
                    "LOL",
                    "who",
                    "built",
                    "my",
                    "cat",
                    "likes",
                    "caf\u00e9",
                    "\u3053\u3093\u306b\u3061\u306f",
                    "\ud83d\ude02",
                    "\u2764\ufe0f");

    private final Random random;
    private final Show.Mix mix;
    private final RuleMix rules;
    private final double matching;
    private long likes;

    /**
     * What a viewer did.
     *
     * @param rule which it sets off, or {@link #NO_RULE}
     */
    public record Doing(Viewer viewer, Payload payload, int rule) {

        /** As an event whose frame was read at a time. */
        public LiveEvent event(UUID workspaceId, UUID livestreamId, long msgId, Instant at) {
            return new LiveEvent(
                    Ids.event(livestreamId.toString(), msgId),
                    livestreamId,
                    workspaceId,
                    Long.toString(msgId),
                    at,
                    at,
                    false,
                    false,
                    viewer,
                    payload);
        }
    }

    /**
     * An audience.
     *
     * @param mix how often what comes that sets off nothing
     * @param matching share of the events, 0.0 to 1.0, that set off a rule
     */
    public Audience(long seed, Show.Mix mix, RuleMix rules, double matching) {
        this.random = new Random(seed);
        this.mix = mix;
        this.rules = rules;
        this.matching = matching;
    }

    /** What happens next. */
    public Doing next() {
        var viewer = viewer(ScriptedViewer.ofCrowd(random.nextInt(VIEWERS)));
        if (random.nextDouble() < matching) {
            int rule = random.nextInt(rules.size());
            return new Doing(viewer, rules.match(rule), rule);
        }
        return new Doing(viewer, payload(), NO_RULE);
    }

    private static Viewer viewer(ScriptedViewer viewer) {
        return new Viewer(
                Long.toString(viewer.id()),
                viewer.handle(),
                viewer.nickname(),
                viewer.roles().stream()
                        .map(role -> role.name().toLowerCase(Locale.ROOT))
                        .sorted()
                        .toList(),
                3,
                "https://example.invalid/" + viewer.id() + ".webp");
    }

    private Payload payload() {
        int draw = random.nextInt(mix.total());
        if (draw < mix.comments()) {
            return comment();
        }
        draw -= mix.comments();
        if (draw < mix.gifts()) {
            return gift();
        }
        draw -= mix.gifts();
        if (draw < mix.likes()) {
            return like();
        }
        draw -= mix.likes();
        if (draw < mix.joins()) {
            return new Joined();
        }
        return draw - mix.joins() < mix.follows() ? new Followed() : new Shared();
    }

    private CommentPosted comment() {
        var text = new StringBuilder(WORDS.get(random.nextInt(WORDS.size())));
        for (int more = random.nextInt(LONGEST_COMMENT); more > 0; more--) {
            text.append(' ').append(WORDS.get(random.nextInt(WORDS.size())));
        }
        return new CommentPosted(text.toString());
    }

    private GiftSent gift() {
        var gift = random.nextInt(3) == 0 ? Gift.FINGER_HEART : Gift.ROSE;
        int count = 1 + random.nextInt(LONGEST_STREAK);
        var ended = random.nextInt(LONGEST_STREAK) == 0;
        return new GiftSent(
                gift.id(),
                gift.name(),
                gift.diamonds(),
                count,
                ended ? 0 : 1,
                ended ? Streak.ENDED : count == 1 ? Streak.STARTED : Streak.RUNNING);
    }

    private Liked like() {
        int taps = 1 + random.nextInt(15);
        long before = likes + taps < RuleMix.LIKES ? likes : 0;
        likes = before + taps;
        return new Liked(taps, likes, likes, null, before);
    }
}
