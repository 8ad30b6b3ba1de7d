/** Boards without a network, and this machine's own pins, as devices of the hub. */
@NullMarked
package io.streamwire.bridge;

import org.jspecify.annotations.NullMarked;
