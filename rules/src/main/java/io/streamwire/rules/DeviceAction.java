package io.streamwire.rules;

import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * One thing a rule makes a device do.
 *
 * @param args integers in the units of the device's capability document
 * @param ttlMs how long after the decision, or after the delay, it may still switch on; 1 to
 *     {@value #MAX_TTL_MS} ms
 * @param delayMs how long after the decision it happens, 0 to {@value #MAX_DELAY_MS} ms
 */
record DeviceAction(
        UUID deviceId, String command, Map<String, Long> args, long ttlMs, long delayMs) {
    static final long DEFAULT_TTL_MS = 2_000;
    static final long MAX_TTL_MS = 60_000;
    static final long MAX_DELAY_MS = 600_000;

    DeviceAction {
        args = java.util.Collections.unmodifiableMap(new TreeMap<>(args));
    }
}
