package io.streamwire.bus;

/** Told when this instance gets or loses a partition; must not block for long. */
public interface PartitionListener {

    /** Nothing to do. */
    PartitionListener NONE = new PartitionListener() {};

    /** Before the first entry of the partition is handled. */
    default void acquired(Lease lease) {}

    /** After the last one was handled. */
    default void released(int partition) {}
}
