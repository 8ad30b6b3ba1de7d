/** Every service in one process, and the commands that run it. */
@NullMarked
package io.streamwire.standalone;

import org.jspecify.annotations.NullMarked;
