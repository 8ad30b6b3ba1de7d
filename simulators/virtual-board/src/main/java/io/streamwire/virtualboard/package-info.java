/** Boards in software: the firmware's behaviour over real MQTT, watched from outside. */
@NullMarked
package io.streamwire.virtualboard;

import org.jspecify.annotations.NullMarked;
