package io.streamwire.standalone;

import io.streamwire.liveroom.LiveRoom;
import io.streamwire.liveroom.Performance;
import io.streamwire.liveroom.Show;
import io.streamwire.virtualboard.PinRecorder;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Streamers who are live in a local room while a hub somewhere else serves them, so that parts of
 * it can be killed meanwhile. It knows the hub by its public API and its broker only.
 */
final class StackLoad implements AutoCloseable {

    private static final Duration PULSE = Duration.ofMillis(50);

    /** Longer than another instance needs to take over, so that no command is too late for that. */
    private static final Duration COMMAND_LIFE = Duration.ofSeconds(45);

    private static final double MATCHING = 0.1;
    private static final double MATCHING_GIFTS = 0.2;

    private final PinRecorder recorder = new PinRecorder();
    private final List<Streamer> streamers = new ArrayList<>();
    private final List<Performance> shows = new ArrayList<>();

    private StackLoad() {}

    /** Registers streamers, arms their boards and makes them live. */
    static StackLoad enter(URI gateway, URI broker, LiveRoom liveRoom, int streamers) {
        var load = new StackLoad();
        var run = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
        try {
            for (int n = 0; n < streamers; n++) {
                load.streamers.add(
                        Streamer.enter(
                                gateway,
                                broker,
                                liveRoom,
                                "stack" + n + "_" + run,
                                PULSE,
                                COMMAND_LIFE,
                                load.recorder));
            }
            return load;
        } catch (RuntimeException e) {
            load.close();
            throw e;
        }
    }

    /**
     * Lets every room begin.
     *
     * @param rate events per second of all rooms together; one in ten is to move a board
     */
    void play(double rate, Duration length) {
        for (int n = 0; n < streamers.size(); n++) {
            var show =
                    Show.seeded(n)
                            .pace(rate / streamers.size(), 1)
                            .lasting(length)
                            .matching(MATCHING, MATCHING_GIFTS, Streamer.SPIN);
            shows.add(streamers.get(n).room().play(show));
        }
    }

    /** Waits for the end of the shows. */
    void awaitEnd(Duration patience) throws InterruptedException {
        for (var show : shows) {
            if (!show.await(patience)) {
                throw new IllegalStateException("a show did not end");
            }
        }
    }

    /**
     * What became of everything.
     *
     * @param patience how long what is under way may take
     */
    StackVerdict verdict(Duration patience) throws InterruptedException {
        return StackVerdict.of(List.copyOf(streamers), recorder, patience);
    }

    @Override
    public void close() {
        shows.forEach(Performance::close);
        streamers.forEach(Streamer::close);
    }
}
