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

    /** When it began, us since the epoch; null when that is not known. */
    @Nullable Long from(Hops hops) {
        return switch (this) {
            case FRAME_TO_DECIDED, FRAME_TO_ON -> hops.frame();
            case DECIDED_TO_PUBLISHED, DECIDED_TO_RECEIVED -> hops.decided();
            case PUBLISHED_TO_RECEIVED -> hops.published();
            case RECEIVED_TO_ON -> hops.received();
            case ON_TO_OFF -> hops.on();
        };
    }

    private @Nullable Long to(Hops hops) {
        return switch (this) {
            case FRAME_TO_DECIDED -> hops.decided();
            case DECIDED_TO_PUBLISHED -> hops.published();
            case PUBLISHED_TO_RECEIVED, DECIDED_TO_RECEIVED -> hops.received();
            case RECEIVED_TO_ON, FRAME_TO_ON -> hops.on();
            case ON_TO_OFF -> hops.off();
        };
    }

    /** How long it took, us; null when one of its hops is not known. */
    @Nullable Long micros(Hops hops) {
        var begin = from(hops);
        var end = to(hops);
        return begin == null || end == null ? null : end - begin;
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
