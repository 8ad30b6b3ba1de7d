/** Tests with real child processes. */
@NullMarked
package io.streamwire.standalone;

import org.jspecify.annotations.NullMarked;
