package io.streamwire.devices;

import io.streamwire.contract.mqtt.BoardState;
import io.streamwire.contract.mqtt.BoardState.Phase;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The last up/state of every board and when it was heard last. The maps are concurrent; the lock
 * only wakes who waits for a change.
 *
 * <pre>
 *            silent for too long
 *   online ---------------------> quiet
 *    |  ^ <------------------------|
 *    |  |      heard again         |
 *    |  +---- back ---- lost <-----+
 *    +------- last will --^
 * </pre>
 */
final class Presence {

    static final String ONLINE = "online";
    static final String QUIET = "quiet";
    static final String LOST = "lost";

    /** A board may not push the workspace's epochs further into the future than this, ms. */
    private static final long FURTHEST_EPOCH_MS = TimeUnit.DAYS.toMillis(1);

    private final long quietAfterMs;
    private final Map<UUID, Seen> boards = new ConcurrentHashMap<>();
    private final Map<UUID, Life> lives = new ConcurrentHashMap<>();

    /** Boards that have not spoken to this instance yet. */
    private final Set<UUID> remembered = ConcurrentHashMap.newKeySet();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    /**
     * @param quietAfter how long a connected board may say nothing
     */
    Presence(Duration quietAfter) {
        this.quietAfterMs = quietAfter.toMillis();
    }

    /**
     * Signs of life of one board, ms since the epoch: the last one, and since when without a gap.
     */
    private static final class Life {
        private volatile long heard;
        private volatile long since;
    }

    /**
     * What a board is to people.
     *
     * @param presence online, quiet or lost
     * @param since ms since the epoch
     */
    record Standing(String presence, long since) {}

    /**
     * What a board said last.
     *
     * @param since when it came or went, ms since the epoch
     * @param at when it said so, ms since the epoch
     */
    record Seen(UUID workspaceId, UUID deviceId, BoardState state, long since, long at) {

        boolean online() {
            return state.s() != Phase.LOST;
        }

        boolean stopped(long epoch) {
            return state.s() == Phase.STOPPED && state.epoch() >= epoch;
        }
    }

    /**
     * What an up/state changed.
     *
     * @param before null when the board was unknown
     * @param first whether it is the first that this instance hears of the board
     */
    record Change(@Nullable Seen before, Seen after, boolean first) {

        /** The board came back, began anew or changed: it may not know that it is armed. */
        boolean appeared() {
            return after.online()
                    && (first
                            || before == null
                            || !before.online()
                            || before.state().boot() != after.state().boot()
                            || before.state().s() != after.state().s());
        }

        /** The board began anew: what was on its way to it is gone. */
        boolean rebooted() {
            return after.online()
                    && before != null
                    && before.state().boot() != after.state().boot();
        }

        /** The board came back and still has its ring of command ids. */
        boolean returned() {
            return after.online()
                    && before != null
                    && !before.online()
                    && before.state().boot() == after.state().boot();
        }
    }

    Change accept(UUID workspaceId, UUID deviceId, BoardState state, long now) {
        var before = boards.get(deviceId);
        var online = state.s() != Phase.LOST;
        var since = before != null && before.online() == online ? before.since() : now;
        var after = new Seen(workspaceId, deviceId, state, since, now);
        boards.put(deviceId, after);
        var _ = lives.computeIfAbsent(deviceId, _ -> new Life());
        heard(deviceId, now);
        var first = remembered.remove(deviceId) || before == null;
        lock.lock();
        try {
            news.signalAll();
        } finally {
            lock.unlock();
        }
        return new Change(before, after, first);
    }

    /** What was known before this instance started, as if heard now; newer news stays. */
    void remember(Seen seen, long now) {
        if (boards.putIfAbsent(seen.deviceId(), seen) == null) {
            remembered.add(seen.deviceId());
            lives.computeIfAbsent(seen.deviceId(), _ -> new Life()).heard = now;
        }
    }

    /** A board has said something, whatever it was. */
    void heard(UUID deviceId, long now) {
        var life = lives.get(deviceId);
        if (life == null) {
            return;
        }
        if (now - life.heard > quietAfterMs) {
            life.since = now;
        }
        life.heard = now;
    }

    /** When a board has said something last, ms since the epoch; 0 when it has not. */
    long heardAt(UUID deviceId) {
        var life = lives.get(deviceId);
        return life == null ? 0 : life.heard;
    }

    /** What a board is to people now. */
    Standing standing(Seen seen, long now) {
        if (!seen.online()) {
            return new Standing(LOST, seen.since());
        }
        var life = lives.get(seen.deviceId());
        if (life == null) {
            return new Standing(ONLINE, seen.since());
        }
        var heard = life.heard;
        return now - heard > quietAfterMs
                ? new Standing(QUIET, heard + quietAfterMs)
                : new Standing(ONLINE, Math.max(seen.since(), life.since));
    }

    void forget(UUID deviceId) {
        boards.remove(deviceId);
        lives.remove(deviceId);
        remembered.remove(deviceId);
    }

    Optional<Seen> of(UUID workspaceId, UUID deviceId) {
        return Optional.ofNullable(boards.get(deviceId))
                .filter(seen -> seen.workspaceId().equals(workspaceId));
    }

    Optional<Seen> of(UUID deviceId) {
        return Optional.ofNullable(boards.get(deviceId));
    }

    List<Seen> all() {
        return List.copyOf(boards.values());
    }

    /** The highest believable epoch that a board of the workspace has reported. */
    long largestReportedEpoch(UUID workspaceId, long now) {
        return boards.values().stream()
                .filter(seen -> seen.workspaceId().equals(workspaceId))
                .mapToLong(seen -> seen.state().epoch())
                .filter(epoch -> epoch <= now + FURTHEST_EPOCH_MS)
                .max()
                .orElse(0);
    }

    /** Waits until all of the boards that are online say that they stopped, or the time is over. */
    void awaitStopped(Collection<UUID> devices, long epoch, Duration longest) {
        var remaining = longest.toNanos();
        lock.lock();
        try {
            while (remaining > 0 && !devices.stream().allMatch(id -> stoppedOrAway(id, epoch))) {
                remaining = news.awaitNanos(remaining);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    boolean stopped(UUID device, long epoch) {
        var seen = boards.get(device);
        return seen != null && seen.stopped(epoch);
    }

    private boolean stoppedOrAway(UUID device, long epoch) {
        var seen = boards.get(device);
        return seen == null || !seen.online() || seen.stopped(epoch);
    }
}
