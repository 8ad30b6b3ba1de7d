/** Breaks the laws of the architecture on purpose, in the place of another service. */
@NullMarked
package io.streamwire.seeded.devices;

import org.jspecify.annotations.NullMarked;
