package io.streamwire.ingest;

import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.ingest.LivestreamStatus.LastError;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * How one livestream is doing while this instance holds it. The session's thread writes, any thread
 * may read: each field by itself is consistent.
 */
final class LivestreamHealth {

    final Counters counters = new Counters();
    private final FrameRate rate = new FrameRate();
    private final InstantSource clock;
    private final Runnable onChange;
    private final Instant heldSince;
    private volatile @Nullable LastError lastError;
    private volatile @Nullable Instant since;
    private volatile @Nullable Instant retryAt;
    private volatile @Nullable String mode;
    private volatile @Nullable Instant lastFrameAt;
    private volatile @Nullable Instant pausedAt;
    private volatile boolean over;

    /**
     * @param onChange runs after each change but those of numbers; must not block
     */
    LivestreamHealth(InstantSource clock, Runnable onChange) {
        this.clock = clock;
        this.onChange = onChange;
        this.heldSince = clock.instant();
    }

    void opened(String way, Instant at) {
        counters.connected();
        mode = way;
        since = at;
        onChange.run();
    }

    void closed() {
        mode = null;
        since = null;
        pausedAt = null;
        onChange.run();
    }

    void retriesAt(@Nullable Instant at) {
        retryAt = at;
        if (at != null) {
            onChange.run();
        }
    }

    void frame(Instant at) {
        counters.frames.increment();
        rate.count(at);
        lastFrameAt = at;
    }

    void room(@Nullable RoomState state, Instant at) {
        if (state != null) {
            pausedAt = state == RoomState.PAUSED ? at : null;
            onChange.run();
        }
    }

    void failed(String code, String detail) {
        counters.failed(code);
        lastError = new LastError(code, detail, clock.instant());
        onChange.run();
    }

    void over() {
        over = true;
        onChange.run();
    }

    /** Whether a socket is open. */
    boolean live() {
        return since != null;
    }

    double framesPerSecond() {
        return rate.perSecond(clock.instant());
    }

    /** Since TikTok was heard of, or since the livestream was taken up when it never was. */
    Duration silence() {
        var last = lastFrameAt;
        return Duration.between(last == null ? heldSince : last, clock.instant());
    }

    LivestreamStatus status(Livestream livestream) {
        return new LivestreamStatus(
                livestream.id(),
                livestream.username(),
                livestream.roomId(),
                state(),
                mode,
                since,
                retryAt,
                lastError,
                lastFrameAt,
                framesPerSecond(),
                pausedAt,
                counters.snapshot(),
                null);
    }

    private Livestream.Status state() {
        if (over) {
            return Livestream.Status.ENDED;
        }
        return live() ? Livestream.Status.LIVE : Livestream.Status.CONNECTING;
    }
}
