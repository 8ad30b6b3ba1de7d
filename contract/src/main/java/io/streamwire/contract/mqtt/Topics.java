package io.streamwire.contract.mqtt;

import java.util.Optional;
import java.util.UUID;

/** MQTT topics below {@code sw/1/{workspace}/{device}}. */
public final class Topics {

    /** The {@code {device}} of what is for every device of a workspace. */
    public static final String ALL = "all";

    /** Of every topic. */
    static final String ROOT = "sw/1/";

    private static final String SHARE = "$share/";

    private Topics() {}

    /** {@code sw/1/{workspace}/{device}}. */
    public static String root(UUID workspaceId, UUID deviceId) {
        return ROOT + workspaceId + "/" + deviceId;
    }

    public static String command(UUID workspaceId, UUID deviceId) {
        return root(workspaceId, deviceId) + "/down/cmd";
    }

    public static String safety(UUID workspaceId, UUID deviceId) {
        return root(workspaceId, deviceId) + "/down/safety";
    }

    /** The safety topic of every device of a workspace. */
    public static String safety(UUID workspaceId) {
        return ROOT + workspaceId + "/" + ALL + "/down/safety";
    }

    public static String desiredConfig(UUID workspaceId, UUID deviceId) {
        return root(workspaceId, deviceId) + "/down/config";
    }

    public static String reportedConfig(UUID workspaceId, UUID deviceId) {
        return root(workspaceId, deviceId) + "/up/config";
    }

    public static String state(UUID workspaceId, UUID deviceId) {
        return root(workspaceId, deviceId) + "/up/state";
    }

    public static String describe(UUID workspaceId, UUID deviceId) {
        return root(workspaceId, deviceId) + "/up/describe";
    }

    public static String ack(UUID workspaceId, UUID deviceId) {
        return root(workspaceId, deviceId) + "/up/ack";
    }

    public static String firmware(UUID workspaceId, UUID deviceId) {
        return root(workspaceId, deviceId) + "/down/ota";
    }

    public static String firmwareReport(UUID workspaceId, UUID deviceId) {
        return root(workspaceId, deviceId) + "/up/ota";
    }

    public static String telemetry(UUID workspaceId, UUID deviceId) {
        return root(workspaceId, deviceId) + "/up/telemetry";
    }

    public static String log(UUID workspaceId, UUID deviceId) {
        return root(workspaceId, deviceId) + "/up/log";
    }

    /** All that a device may publish. */
    public static String upFilter(UUID workspaceId, UUID deviceId) {
        return root(workspaceId, deviceId) + "/up/#";
    }

    /** All that is meant for a device alone. */
    public static String downFilter(UUID workspaceId, UUID deviceId) {
        return root(workspaceId, deviceId) + "/down/#";
    }

    /** All that is meant for every device of a workspace. */
    public static String downFilter(UUID workspaceId) {
        return ROOT + workspaceId + "/" + ALL + "/down/#";
    }

    /** What every device publishes under a name, {@code sw/1/+/+/up/{name}}. */
    public static String everyUp(String name) {
        return ROOT + "+/+/up/" + name;
    }

    /** All that the hub alone may publish. */
    public static String everyDown() {
        return ROOT + "+/+/down/#";
    }

    /** A filter without the {@code $share/{group}/} of a shared subscription. */
    static String unshared(String filter) {
        if (!filter.startsWith(SHARE)) {
            return filter;
        }
        var end = filter.indexOf('/', SHARE.length());
        return end < 0 ? "" : filter.substring(end + 1);
    }

    /** Whether whatever matches the topic or filter matches the pattern, too. */
    static boolean covers(String pattern, String topic) {
        var wanted = pattern.split("/", -1);
        var given = topic.split("/", -1);
        for (int level = 0; level < wanted.length; level++) {
            if (wanted[level].equals("#")) {
                return true; // everything below, and the level above itself
            }
            if (level >= given.length
                    || given[level].equals("#")
                    || (!wanted[level].equals("+") && !wanted[level].equals(given[level]))) {
                return false;
            }
        }
        return given.length == wanted.length;
    }

    /** A topic that a device published on, taken apart; empty for any other topic. */
    public static Optional<Up> parseUp(String topic) {
        var parts = topic.split("/", 7);
        if (parts.length != 6
                || !topic.startsWith(ROOT)
                || !parts[4].equals("up")
                || parts[5].isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new Up(UUID.fromString(parts[2]), UUID.fromString(parts[3]), parts[5]));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Who published what.
     *
     * @param name state, describe, ack, config, telemetry, log or ota
     */
    public record Up(UUID workspaceId, UUID deviceId, String name) {}
}
