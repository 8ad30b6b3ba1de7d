@NullMarked
package io.streamwire.liveroom;

import org.jspecify.annotations.NullMarked;
