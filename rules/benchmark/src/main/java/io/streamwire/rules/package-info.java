/** Live events become actions. */
@NullMarked
package io.streamwire.rules;

import org.jspecify.annotations.NullMarked;
