package io.streamwire.bus;

import java.util.List;

/** Told when this instance gets or loses a partition; must not block for long. */
public interface PartitionListener {

    /** Nothing to do. */
    PartitionListener NONE = new PartitionListener() {};

    /** Before the first entry of the partition is handled. */
    default void acquired(Lease lease) {}

    /** After the last one was handled. */
    default void released(int partition) {}

    /** Tells several, one after the other. */
    static PartitionListener all(PartitionListener... listeners) {
        var all = List.of(listeners);
        return new PartitionListener() {
            @Override
            public void acquired(Lease lease) {
                all.forEach(listener -> listener.acquired(lease));
            }

            @Override
            public void released(int partition) {
                all.forEach(listener -> listener.released(partition));
            }
        };
    }
}
