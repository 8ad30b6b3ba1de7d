/** TikTok LIVE becomes live events on the bus. */
@NullMarked
package io.streamwire.ingest;

import org.jspecify.annotations.NullMarked;
