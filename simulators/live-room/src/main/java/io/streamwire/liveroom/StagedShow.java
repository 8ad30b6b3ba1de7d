package io.streamwire.liveroom;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A lively show of three minutes that needs neither a socket nor a clock: which frames were sent,
 * and when. It is always the same, to the byte. It rises and falls, pauses, and has everything once
 * that a room can send. Nobody in it exists.
 */
public final class StagedShow {

    public static final String USERNAME = "sample.show";

    /** Int64. */
    public static final long ROOM = 7_500_000_000_000_000_001L;

    public static final Instant START = Instant.parse("2026-01-01T18:00:00Z");

    private static final long SEED = 20_260_101;
    private static final int AUDIENCE = 120;
    private static final Duration WAVE = Duration.ofSeconds(10);

    /** Messages per second in each wave; 0 = a pause. */
    private static final int[] WAVES = {
        4, 8, 14, 20, 10, 6, 16, 24, 12, 0, 6, 10, 18, 28, 20, 12, 8, 4
    };

    private static final int TOGETHER = 2;

    /** Messages per second for each streak of gifts that begins in a wave. */
    private static final int STREAKS = 2;

    private static final ScriptedViewer SOMEBODY = ScriptedViewer.ofCrowd(7);

    /** One websocket message. */
    public static final class Shot {
        private final Duration at;
        private final byte[] bytes;

        Shot(Duration at, byte[] bytes) {
            this.at = at;
            this.bytes = bytes;
        }

        /** Since the start. */
        public Duration at() {
            return at;
        }

        public byte[] bytes() {
            return bytes.clone();
        }
    }

    private record Cue(Duration at, Frame frame) {}

    private final List<Cue> cues = new ArrayList<>();
    private final List<Shot> shots = new ArrayList<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private final Random random = new Random(SEED);
    private final Script script =
            new Script(
                    Show.seeded(SEED)
                            .mixed(new Show.Mix(46, 0, 32, 16, 4, 2), AUDIENCE)
                            .matching(0.08, 0.15, "spin"));
    private long lastId = ROOM;
    private long lastGroup = ROOM + 1_000_000;
    private long likes;

    private StagedShow() {}

    /** The whole show. */
    public static StagedShow play() {
        var show = new StagedShow();
        for (int wave = 0; wave < WAVES.length; wave++) {
            show.wave(wave);
        }
        var end = WAVE.multipliedBy(WAVES.length).plusSeconds(3);
        show.cues.add(new Cue(end, new Frame().control(3)));
        show.cues.sort(Comparator.comparing(Cue::at));
        show.cues.forEach(show::send);
        return show;
    }

    /** In their order. */
    public List<Shot> shots() {
        return List.copyOf(shots);
    }

    /** Messages by type, as in {@link Sent#type}. */
    public Map<String, Long> counts() {
        return Map.copyOf(counts);
    }

    private void wave(int wave) {
        var begin = WAVE.multipliedBy(wave);
        cue(begin, new Frame().viewers(80 + 15L * WAVES[wave], 200 + 40L * wave));
        special(wave, begin.plusMillis(50));
        int frames = WAVES[wave] * (int) WAVE.toSeconds() / TOGETHER;
        for (int i = 1; i <= frames; i++) {
            var at = begin.plus(WAVE.multipliedBy(i).dividedBy(frames + 1L));
            cue(at, script.next(() -> ++lastGroup, TOGETHER));
        }
        for (int i = 0; i < WAVES[wave] / STREAKS; i++) {
            var at = begin.plusMillis(random.nextInt((int) WAVE.toMillis()));
            var gift = random.nextInt(3) == 0 ? Gift.FINGER_HEART : Gift.ROSE;
            streak(at, ScriptedViewer.ofCrowd(random.nextInt(AUDIENCE)), gift, true);
        }
    }

    private void streak(Duration begin, ScriptedViewer viewer, Gift gift, boolean ends) {
        long group = ++lastGroup;
        int most = 1 + random.nextInt(6);
        var at = begin;
        for (int count = 1; count <= most; count++) {
            cue(at, new Frame().giftStep(viewer, gift, group, count, false));
            at = at.plusMillis(200 + random.nextInt(300));
        }
        if (ends) {
            cue(at, new Frame().giftStep(viewer, gift, group, most, true));
        }
    }

    /** What comes once only. */
    private void special(int wave, Duration at) {
        switch (wave) {
            case 1 -> cue(at, new Frame().question(SOMEBODY, "Which motor is that?"));
            case 3 -> cue(at, new Frame().subscription(ScriptedViewer.ofCrowd(12), 3));
            case 5 -> cue(at, new Frame().emote(ScriptedViewer.ofCrowd(12), "7100000000000000071"));
            case 6 -> cue(at, new Frame().envelope(SOMEBODY, "sample-box", 100, 10));
            case 7 -> streak(at, SOMEBODY, Gift.ROSE, false); // its end is lost
            case 9 -> cue(at, new Frame().control(1));
            case 10 -> cue(at, new Frame().control(2));
            case 13 -> cue(at, new Frame().gift(SOMEBODY, Gift.GALAXY));
            default -> {}
        }
    }

    private void cue(Duration at, Frame frame) {
        cues.add(new Cue(at, frame));
    }

    private void send(Cue cue) {
        var at = cue.at();
        var frame = cue.frame();
        long millis = START.plus(at).toEpochMilli();
        var result = new Fields();
        for (var draft : frame.drafts()) {
            likes += draft.taps();
            var message = draft.writer().write(new Frame.Stamp(ROOM, ++lastId, millis, likes));
            counts.merge(message.type(), 1L, Long::sum);
            result.message(1, message.toFields(false));
        }
        int logId = shots.size() + 1;
        result.text(2, "t-" + millis + "_h-" + logId).number(4, millis).flag(9, true);
        shots.add(
                new Shot(
                        at,
                        new Fields()
                                .number(1, logId)
                                .number(2, logId)
                                .number(3, 8888)
                                .number(4, 8)
                                .text(6, "pb")
                                .text(7, "msg")
                                .bytes(8, result.toByteArray())
                                .toByteArray()));
    }
}
