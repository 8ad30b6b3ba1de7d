/** How the services talk to each other: Redis Streams, leases, steps that are safe to repeat. */
@NullMarked
package io.streamwire.bus;

import org.jspecify.annotations.NullMarked;
