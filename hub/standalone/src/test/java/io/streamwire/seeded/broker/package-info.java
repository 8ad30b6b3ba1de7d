/** Breaks the laws of the architecture on purpose, in the place of the broker. */
@NullMarked
package io.streamwire.seeded.broker;

import org.jspecify.annotations.NullMarked;
