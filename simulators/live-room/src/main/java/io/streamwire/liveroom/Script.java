package io.streamwire.liveroom;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;

/** Draws what a show sends next; for one thread. */
final class Script {

    private static final List<String> SMALL_TALK =
            List.of(
                    "hello from Berlin",
                    "so cool",
                    "how does it work?",
                    "first time here",
                    "what board is that?",
                    "haha",
                    "again again",
                    "nice setup",
                    "\u3053\u3093\u306b\u3061\u306f",
                    "\ud83d\ude02\ud83d\ude02");

    private static final int OPEN_STREAKS = 20;

    /** From one gift of a streak to the next, at most: nobody taps slower. */
    private static final int STREAK_SECONDS = 3;

    private record Step(ScriptedViewer viewer, Gift gift, long groupId, int count, int of) {}

    private final Show show;
    private final Random random;
    private final int openStreaks;
    private final Deque<Step> streaks = new ArrayDeque<>();

    Script(Show show) {
        this.show = show;
        this.random = new Random(show.seed());
        var giftsPerSecond =
                show.messagesPerSecond()
                        * (1 - show.matching())
                        * show.mix().gifts()
                        / show.mix().total();
        this.openStreaks = Math.clamp(Math.round(giftsPerSecond * STREAK_SECONDS), 1, OPEN_STREAKS);
    }

    Frame next(LongSupplier groupIds, int messages) {
        var frame = new Frame();
        for (int i = 0; i < messages; i++) {
            draw(frame, groupIds);
        }
        return frame;
    }

    /** The ends of all streaks that are open. */
    Frame ends() {
        var frame = new Frame();
        for (var step : streaks) {
            frame.giftStep(
                    step.viewer(),
                    step.gift(),
                    step.groupId(),
                    Math.max(1, step.count() - 1),
                    true);
        }
        streaks.clear();
        return frame;
    }

    private void draw(Frame frame, LongSupplier groupIds) {
        var viewer = ScriptedViewer.ofCrowd(random.nextInt(show.audience()));
        if (random.nextDouble() < show.matching()) {
            match(frame, viewer);
            return;
        }
        int draw = random.nextInt(show.mix().total());
        if (draw < show.mix().gifts()) {
            gift(frame, viewer, groupIds);
            return;
        }
        draw -= show.mix().gifts();
        if (draw < show.mix().likes()) {
            frame.like(viewer, 1 + random.nextInt(15));
            return;
        }
        draw -= show.mix().likes();
        if (draw < show.mix().joins()) {
            frame.join(viewer);
            return;
        }
        draw -= show.mix().joins();
        if (draw < show.mix().follows()) {
            frame.follow(viewer);
            return;
        }
        draw -= show.mix().follows();
        if (draw < show.mix().shares()) {
            frame.share(viewer);
            return;
        }
        frame.comment(viewer, SMALL_TALK.get(random.nextInt(SMALL_TALK.size())));
    }

    private void match(Frame frame, ScriptedViewer viewer) {
        if (random.nextDouble() < show.matchingGifts()) {
            frame.gift(viewer, Gift.GALAXY, 0, 1, false, true);
            return;
        }
        frame.comment(viewer, show.matchingText() + " it!", true);
    }

    /** Goes on with the oldest open streak or begins one. */
    private void gift(Frame frame, ScriptedViewer viewer, LongSupplier groupIds) {
        if (streaks.size() >= openStreaks || (!streaks.isEmpty() && random.nextBoolean())) {
            go(frame, streaks.removeFirst());
            return;
        }
        var gift = random.nextInt(3) == 0 ? Gift.FINGER_HEART : Gift.ROSE;
        go(frame, new Step(viewer, gift, groupIds.getAsLong(), 1, 1 + random.nextInt(5)));
    }

    private void go(Frame frame, Step step) {
        if (step.count() > step.of()) {
            frame.giftStep(step.viewer(), step.gift(), step.groupId(), step.of(), true);
            return;
        }
        frame.giftStep(step.viewer(), step.gift(), step.groupId(), step.count(), false);
        streaks.addLast(
                new Step(step.viewer(), step.gift(), step.groupId(), step.count() + 1, step.of()));
    }
}
