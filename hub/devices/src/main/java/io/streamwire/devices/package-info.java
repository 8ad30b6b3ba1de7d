/** Devices, their commands and their safety: the one place where bus and MQTT meet. */
@NullMarked
package io.streamwire.devices;

import org.jspecify.annotations.NullMarked;
