@NullMarked
package io.streamwire.contract.mqtt;

import org.jspecify.annotations.NullMarked;
