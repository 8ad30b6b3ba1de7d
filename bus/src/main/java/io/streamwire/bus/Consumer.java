package io.streamwire.bus;

import io.streamwire.contract.Stream;
import java.time.Duration;

/**
 * A consumer group of a stream and what to do with its entries.
 *
 * @param group its name in Redis
 * @param pause how long to let entries gather after a batch that was not full: zero for whoever
 *     must be quick, more for whoever writes to a database
 */
public record Consumer(Stream stream, String group, BatchHandler handler, Duration pause) {

    /** One that reads at once whatever there is. */
    public Consumer(Stream stream, String group, BatchHandler handler) {
        this(stream, group, handler, Duration.ZERO);
    }
}
