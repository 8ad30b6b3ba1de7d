package io.streamwire.rules.analytics;

import java.util.List;
import java.util.stream.Stream;

/**
 * Which entries of a stream's partition have been counted.
 *
 * <p>The last id alone would not do: an owner that does not know yet that it lost its lease may
 * have been given entries, so that later ones are counted before them.
 *
 * @param floor every entry below it was acknowledged and never comes again
 * @param spans the batches above it; what lies between the ends of a batch was either in it or
 *     counted before
 */
record Counted(EntryId floor, List<Span> spans) {

    static final Counted NOTHING = new Counted(EntryId.NONE, List.of());

    Counted {
        spans = List.copyOf(spans);
    }

    boolean contains(EntryId id) {
        return id.compareTo(floor) < 0 || spans.stream().anyMatch(span -> span.contains(id));
    }

    /**
     * The same with one more batch.
     *
     * @param oldest no entry before it can come again
     */
    Counted plus(Span batch, EntryId oldest) {
        var higher = oldest.compareTo(floor) > 0 ? oldest : floor;
        return new Counted(
                higher,
                Stream.concat(spans.stream(), Stream.of(batch))
                        .filter(span -> span.last().compareTo(higher) >= 0)
                        .distinct()
                        .toList());
    }

    /** The entries from the first to the last, both included. */
    record Span(EntryId first, EntryId last) {

        boolean contains(EntryId id) {
            return first.compareTo(id) <= 0 && id.compareTo(last) <= 0;
        }
    }
}
