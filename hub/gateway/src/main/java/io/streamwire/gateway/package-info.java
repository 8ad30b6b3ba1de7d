/** The one entry point: requests to the services behind it. */
@NullMarked
package io.streamwire.gateway;

import org.jspecify.annotations.NullMarked;
