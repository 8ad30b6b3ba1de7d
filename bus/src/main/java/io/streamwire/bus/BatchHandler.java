package io.streamwire.bus;

import java.util.List;

/**
 * Handles the entries of one partition, in order, on a thread of that partition.
 *
 * <p>Returning acknowledges the whole batch. Throwing keeps all of it pending: the same batch comes
 * again after a backoff. So an entry may come more than once, and a handler throws only for what
 * can pass, such as a database that is away; what can never be handled is logged and skipped.
 */
@FunctionalInterface
public interface BatchHandler {
    void handle(Lease lease, List<Entry> entries) throws Exception;
}
