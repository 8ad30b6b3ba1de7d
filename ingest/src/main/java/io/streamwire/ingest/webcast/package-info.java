/**
 * A client of TikTok LIVE: finds a room, opens its socket, reads its frames. Knows no database and
 * no bus.
 */
@NullMarked
package io.streamwire.ingest.webcast;

import org.jspecify.annotations.NullMarked;
