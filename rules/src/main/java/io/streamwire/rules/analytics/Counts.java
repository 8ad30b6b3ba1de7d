package io.streamwire.rules.analytics;

import io.helidon.dbclient.DbTransaction;
import io.streamwire.contract.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What a batch adds to the numbers; PostgreSQL sums it up. Confined to one thread. */
final class Counts {

    /** Most rows of viewers of one workspace and hour; the later ones are counted together. */
    static final int MOST_VIEWERS = 20_000;

    /** Most rows of gifts of one workspace and hour; the later ones are counted together. */
    static final int MOST_GIFTS = 2_000;

    /** The livestream of what cannot be told by livestream. */
    static final UUID NO_LIVESTREAM = new UUID(0, 0);

    final List<OfEvent> events = new ArrayList<>();
    final List<OfGift> gifts = new ArrayList<>();
    final List<OfViewer> viewers = new ArrayList<>();
    final List<OfDecision> decisions = new ArrayList<>();
    final List<OfLatency> latencies = new ArrayList<>();

    /**
     * One event.
     *
     * @param at ms since the epoch
     * @param viewers how many watched, 0 = it does not say
     */
    record OfEvent(
            UUID workspaceId,
            long at,
            UUID livestreamId,
            boolean simulated,
            String type,
            long gifts,
            long diamonds,
            long likes,
            long viewers) {}

    /** Gifts of one kind. */
    record OfGift(
            UUID workspaceId,
            long at,
            UUID livestreamId,
            boolean simulated,
            long giftId,
            String name,
            long gifts,
            long diamonds) {}

    /**
     * What a viewer did.
     *
     * @param actions what rules did about it
     */
    record OfViewer(
            UUID workspaceId,
            long at,
            UUID livestreamId,
            boolean simulated,
            String viewerId,
            String handle,
            String nickname,
            long events,
            long gifts,
            long diamonds,
            long likes,
            long actions) {}

    /** One decision of a rule. */
    record OfDecision(UUID workspaceId, long at, UUID ruleId, String outcome) {}

    /**
     * How long one action took on a part of its way.
     *
     * @param bucket see {@link LatencyBucket}
     */
    record OfLatency(UUID workspaceId, long at, UUID ruleId, Way way, int bucket) {}

    void write(DbTransaction transaction) {
        write(transaction, "count-events", events);
        write(transaction, "count-decisions", decisions);
        write(transaction, "count-latencies", latencies);
        writeBounded(transaction, "count-gifts", gifts, MOST_GIFTS);
        writeBounded(transaction, "count-viewers", viewers, MOST_VIEWERS);
    }

    private static void write(DbTransaction transaction, String statement, List<?> rows) {
        if (!rows.isEmpty()) {
            var _ =
                    transaction
                            .createNamedDmlStatement(statement)
                            .addParam("rows", Json.writeBytes(rows))
                            .execute();
        }
    }

    private static void writeBounded(
            DbTransaction transaction, String statement, List<?> rows, int most) {
        if (!rows.isEmpty()) {
            var _ =
                    transaction
                            .createNamedDmlStatement(statement)
                            .addParam("rows", Json.writeBytes(rows))
                            .addParam("most", most)
                            .execute();
        }
    }
}
