package io.streamwire.ingest;

import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.ingest.LivestreamStatus.LastError;
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
    private volatile @Nullable LastError lastError;
    private volatile @Nullable Instant since;
    private volatile @Nullable Instant retryAt;
    private volatile @Nullable String mode;
    private volatile @Nullable Instant lastFrameAt;
    private volatile @Nullable Instant pausedAt;
    private volatile boolean over;

    LivestreamHealth(InstantSource clock) {
        this.clock = clock;
    }

    void opened(String way, Instant at) {
        counters.connects.increment();
        mode = way;
        since = at;
    }

    void closed() {
        mode = null;
        since = null;
        pausedAt = null;
    }

    void retriesAt(@Nullable Instant at) {
        retryAt = at;
    }

    void frame(Instant at) {
        counters.frames.increment();
        rate.count(at);
        lastFrameAt = at;
    }

    void room(@Nullable RoomState state, Instant at) {
        if (state != null) {
            pausedAt = state == RoomState.PAUSED ? at : null;
        }
    }

    void failed(String code, String detail) {
        lastError = new LastError(code, detail, clock.instant());
    }

    void over() {
        over = true;
    }

    LivestreamStatus status(Livestream livestream) {
        var status =
                over
                        ? Livestream.Status.ENDED
                        : since == null ? Livestream.Status.CONNECTING : Livestream.Status.LIVE;
        return new LivestreamStatus(
                livestream.id(),
                livestream.username(),
                livestream.roomId(),
                status,
                mode,
                since,
                retryAt,
                lastError,
                lastFrameAt,
                rate.perSecond(clock.instant()),
                pausedAt,
                counters.snapshot());
    }
}
