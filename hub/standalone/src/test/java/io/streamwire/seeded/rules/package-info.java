/** Breaks the laws of the architecture on purpose, in the place of a service. */
@NullMarked
package io.streamwire.seeded.rules;

import org.jspecify.annotations.NullMarked;
