package io.streamwire.bus;

import io.streamwire.contract.Stream;

/**
 * A consumer group of a stream and what to do with its entries.
 *
 * @param group its name in Redis
 */
public record Consumer(Stream stream, String group, BatchHandler handler) {}
