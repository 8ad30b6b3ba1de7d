package io.streamwire.ingest;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long to wait before the next try: doubles up to a limit, with jitter. For one thread. */
final class Backoff {

    private final Duration first;
    private final Duration most;
    private Duration pause;

    Backoff(Duration first, Duration most) {
        this.first = first;
        this.most = most;
        this.pause = first;
    }

    /** Half to all of the present pause, but at least what the other side asks for. */
    Duration next(Duration least) {
        var jittered =
                Duration.ofNanos(
                        ThreadLocalRandom.current()
                                .nextLong(pause.toNanos() / 2, pause.toNanos() + 1));
        var longer = pause.multipliedBy(2);
        pause = longer.compareTo(most) < 0 ? longer : most;
        return least.compareTo(jittered) > 0 ? least : jittered;
    }

    /** It went well: the next pause is the first one again. */
    void reset() {
        pause = first;
    }
}
