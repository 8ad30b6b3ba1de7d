/** The MQTT line to devices. */
@NullMarked
package io.streamwire.broker;

import org.jspecify.annotations.NullMarked;
