package io.streamwire.devices;

import io.streamwire.contract.Hops;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A part of a command's way, between two of its hops. */
enum Span {
    FRAME_TO_DECIDED,
    DECIDED_TO_PUBLISHED,
    PUBLISHED_TO_RECEIVED,
    RECEIVED_TO_ON,
    ON_TO_OFF,
    DECIDED_TO_RECEIVED,
    FRAME_TO_ON;

    /** How long it took, us; null when one of its hops is not known. */
    @Nullable Long micros(Hops hops) {
        return switch (this) {
            case FRAME_TO_DECIDED -> between(hops.frame(), hops.decided());
            case DECIDED_TO_PUBLISHED -> between(hops.decided(), hops.published());
            case PUBLISHED_TO_RECEIVED -> between(hops.published(), hops.received());
            case RECEIVED_TO_ON -> between(hops.received(), hops.on());
            case ON_TO_OFF -> between(hops.on(), hops.off());
            case DECIDED_TO_RECEIVED -> between(hops.decided(), hops.received());
            case FRAME_TO_ON -> between(hops.frame(), hops.on());
        };
    }

    private static @Nullable Long between(@Nullable Long from, @Nullable Long to) {
        return from == null || to == null ? null : to - from;
    }

    /** How long each known part took, ms, by its name in lower case. */
    static Map<String, Double> millis(Hops hops) {
        var millis = new LinkedHashMap<String, Double>();
        for (var span : values()) {
            var micros = span.micros(hops);
            if (micros != null) {
                millis.put(span.toString(), micros / 1_000.0);
            }
        }
        return millis;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
