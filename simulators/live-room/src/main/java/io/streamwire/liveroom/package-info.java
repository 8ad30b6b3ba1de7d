/** A local stand-in for TikTok's side of a LIVE stream. */
@NullMarked
package io.streamwire.liveroom;

import org.jspecify.annotations.NullMarked;
