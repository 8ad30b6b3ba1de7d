package io.streamwire.bus;

/** A stream entry's id in the order of the stream. */
public record StreamId(long millis, long sequence) implements Comparable<StreamId> {

    /** Before every entry. */
    public static final StreamId ZERO = new StreamId(0, 0);

    /**
     * Reads {@code ms-seq} or {@code ms}.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static StreamId parse(String id) {
        var dash = id.indexOf('-');
        try {
            if (dash < 0) {
                return new StreamId(Long.parseUnsignedLong(id), 0);
            }
            return new StreamId(
                    Long.parseUnsignedLong(id, 0, dash, 10),
                    Long.parseUnsignedLong(id, dash + 1, id.length(), 10));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not a stream id: " + id, e);
        }
    }

    @Override
    public int compareTo(StreamId other) {
        var byMillis = Long.compareUnsigned(millis, other.millis);
        return byMillis != 0 ? byMillis : Long.compareUnsigned(sequence, other.sequence);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(millis) + "-" + Long.toUnsignedString(sequence);
    }
}
