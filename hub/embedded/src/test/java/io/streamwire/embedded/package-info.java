/** Tests with the real servers. */
@NullMarked
package io.streamwire.embedded;

import org.jspecify.annotations.NullMarked;
