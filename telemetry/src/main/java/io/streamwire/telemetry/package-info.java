/** What a process tells of itself: its log, and figures for Prometheus. */
@NullMarked
package io.streamwire.telemetry;

import org.jspecify.annotations.NullMarked;
