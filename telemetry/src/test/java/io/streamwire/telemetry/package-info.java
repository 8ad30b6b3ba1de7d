@NullMarked
package io.streamwire.telemetry;

import org.jspecify.annotations.NullMarked;
