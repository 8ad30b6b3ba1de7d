/** What the hub and the boards say to each other over MQTT; times are ms since the epoch. */
@NullMarked
package io.streamwire.contract.mqtt;

import org.jspecify.annotations.NullMarked;
