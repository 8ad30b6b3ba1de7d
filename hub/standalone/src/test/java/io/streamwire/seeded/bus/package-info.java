/** Breaks the laws of the architecture on purpose, in the place of the bus. */
@NullMarked
package io.streamwire.seeded.bus;

import org.jspecify.annotations.NullMarked;
