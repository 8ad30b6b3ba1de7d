package io.streamwire.rules.analytics;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The id of a stream's entry, in the order of the stream. */
record EntryId(long millis, long sequence) implements Comparable<EntryId> {

    static final EntryId NONE = new EntryId(0, 0);

    /**
     * Reads {@code ms-seq}.
     *
     * @throws IllegalArgumentException for anything else
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static EntryId of(String text) {
        var dash = text.indexOf('-');
        if (dash < 0) {
            throw new IllegalArgumentException("not the id of an entry: " + text);
        }
        return new EntryId(
                Long.parseUnsignedLong(text, 0, dash, 10),
                Long.parseUnsignedLong(text, dash + 1, text.length(), 10));
    }

    @Override
    public int compareTo(EntryId other) {
        var byMillis = Long.compareUnsigned(millis, other.millis);
        return byMillis != 0 ? byMillis : Long.compareUnsigned(sequence, other.sequence);
    }

    @Override
    @JsonValue
    public String toString() {
        return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(sequence);
    }
}
