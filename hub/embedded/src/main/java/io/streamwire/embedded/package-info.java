/** The real PostgreSQL and Redis, run as child processes. */
@NullMarked
package io.streamwire.embedded;

import org.jspecify.annotations.NullMarked;
