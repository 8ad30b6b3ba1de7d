/**
 * The file format of recordings: what a socket brought, with its times, packed and checked. Knows
 * nothing of events, databases or HTTP.
 */
@NullMarked
package io.streamwire.ingest.recording;

import org.jspecify.annotations.NullMarked;
