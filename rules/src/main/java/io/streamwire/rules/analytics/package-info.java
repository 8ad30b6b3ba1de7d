/** Numbers about what happened: counted from the streams, kept by minute and hour. */
@NullMarked
package io.streamwire.rules.analytics;

import org.jspecify.annotations.NullMarked;
