package io.streamwire.rules;

import io.streamwire.contract.Action;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * One thing a rule makes a device do, or all devices that carry a tag.
 *
 * @param args integers in the units of the device's capability document
 * @param ttlMs how long after the decision, or after the delay, it may still switch on; 1 to
 *     {@value #MAX_TTL_MS} ms
 * @param delayMs how long after its turn it happens, 0 to {@value RuleAction#MAX_DELAY_MS} ms; does
 *     not hold up what follows
 */
record DeviceAction(
        Target target, String command, Map<String, Argument> args, long ttlMs, long delayMs)
        implements RuleAction.Single {
    static final long DEFAULT_TTL_MS = 2_000;
    static final long MAX_TTL_MS = 60_000;

    /** Who does it. */
    sealed interface Target {

        /** One device. */
        record Device(UUID id) implements Target {}

        /**
         * All devices of the workspace that carry it when the devices service takes the action in;
         * none if they are more than {@value Action#MOST_TAGGED}.
         */
        record Tag(String name) implements Target {}
    }

    DeviceAction {
        args = Collections.unmodifiableMap(new TreeMap<>(args));
    }

    /** With arguments that are always the same. */
    static DeviceAction of(
            UUID deviceId, String command, Map<String, Long> args, long ttlMs, long delayMs) {
        return new DeviceAction(
                new Target.Device(deviceId), command, Argument.constants(args), ttlMs, delayMs);
    }

    @Override
    public long latest() {
        return delayMs;
    }

    @Override
    public int work() {
        return args.values().stream().mapToInt(Argument::work).sum();
    }
}
