/** Breaks the laws of the architecture on purpose, in the place of no module at all. */
@NullMarked
package io.streamwire.seeded.extra;

import org.jspecify.annotations.NullMarked;
