package io.streamwire.ingest;

import io.streamwire.contract.LiveEvent.Liked;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts the likes of a livestream. The total comes from several servers of TikTok and may go
 * backwards: the highest counts. For one thread.
 */
final class Likes {

    private static final String TOTAL = "likes";
    private static final String SUM = "likes_sum";
    private static final long FIRST_MILESTONE = 100;

    private long total;
    private long sum;

    /** Takes over what an earlier owner of the livestream kept. */
    void restore(Map<String, String> state) {
        total = Long.parseLong(state.getOrDefault(TOTAL, "0"));
        sum = Long.parseLong(state.getOrDefault(SUM, "0"));
    }

    /** The highest that was claimed so far. */
    long total() {
        return total;
    }

    /**
     * What some taps mean.
     *
     * @param changes where to put the state to keep
     */
    Liked add(int count, long claimed, Map<String, String> changes) {
        long before = total;
        total = Math.max(total, claimed);
        sum += count;
        changes.put(TOTAL, Long.toString(total));
        changes.put(SUM, Long.toString(sum));
        return new Liked(
                count,
                total,
                sum,
                before == 0 ? null : milestone(before, total),
                before == 0 ? null : before);
    }

    /** The highest of 100, 200, 500, 1000, ... above one total and not above the other. */
    static @Nullable Long milestone(long before, long now) {
        @Nullable Long reached = null;
        for (long power = FIRST_MILESTONE; power <= now; power *= 10) {
            for (int step : new int[] {1, 2, 5}) {
                long milestone = step * power;
                if (milestone > before && milestone <= now) {
                    reached = milestone;
                }
            }
            if (power > Long.MAX_VALUE / 100) {
                break;
            }
        }
        return reached;
    }
}
