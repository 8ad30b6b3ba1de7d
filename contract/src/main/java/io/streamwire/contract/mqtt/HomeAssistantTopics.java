package io.streamwire.contract.mqtt;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * MQTT topics below {@code sw/1/{workspace}/ha}: what the hub tells Home Assistant, and what that
 * wishes. Home Assistant reaches no topic of a board.
 */
public final class HomeAssistantTopics {

    /** Takes the place of a device in the topic that stops the whole workspace. */
    private static final String ALL = Topics.ALL;

    private static final String EVERY = Topics.ROOT + "+/ha/";
    private static final String SET = "set";

    private HomeAssistantTopics() {}

    private static String root(UUID workspaceId) {
        return Topics.ROOT + workspaceId + "/ha/";
    }

    /** All that Home Assistant may subscribe to. */
    public static String filter(UUID workspaceId) {
        return root(workspaceId) + "#";
    }

    /** What is to be entered as the discovery prefix in Home Assistant. */
    public static String discoveryPrefix(UUID workspaceId) {
        return root(workspaceId) + "discovery";
    }

    /** Where Home Assistant says that it came and went: its birth and its last will. */
    public static String status(UUID workspaceId) {
        return root(workspaceId) + "status";
    }

    /**
     * Retained: what there is of a device.
     *
     * @param id of the device, or of the workspace for what stops all of it
     */
    public static String discovery(UUID workspaceId, UUID id) {
        return discoveryPrefix(workspaceId) + "/device/" + id + "/config";
    }

    /** Retained: {@code online} or {@code offline}. */
    public static String availability(UUID workspaceId, UUID deviceId) {
        return root(workspaceId) + deviceId + "/availability";
    }

    /** Retained: whether it is armed, and its presence. */
    public static String state(UUID workspaceId, UUID deviceId) {
        return root(workspaceId) + deviceId + "/state";
    }

    /** Retained: what became of its last command. */
    public static String last(UUID workspaceId, UUID deviceId) {
        return root(workspaceId) + deviceId + "/last";
    }

    /** Never retained: runs a command. */
    public static String press(UUID workspaceId, UUID deviceId, String command) {
        return root(workspaceId) + deviceId + "/command/" + command + "/" + SET;
    }

    /** Never retained: stops a device. */
    public static String stop(UUID workspaceId, UUID deviceId) {
        return root(workspaceId) + deviceId + "/stop/" + SET;
    }

    /** Never retained: stops the whole workspace. */
    public static String stop(UUID workspaceId) {
        return root(workspaceId) + ALL + "/stop/" + SET;
    }

    /** Of every workspace, what the hub tells. */
    public static List<String> everyTold() {
        return List.of(
                EVERY + "discovery/device/+/config",
                EVERY + "+/availability",
                EVERY + "+/state",
                EVERY + "+/last");
    }

    /** Of every workspace, the commands. */
    public static String everyPress() {
        return EVERY + "+/command/+/" + SET;
    }

    /** Of every workspace, the stops. */
    public static String everyStop() {
        return EVERY + "+/stop/" + SET;
    }

    /** Of one workspace, what Home Assistant may publish, as patterns. */
    static List<String> published(UUID workspaceId) {
        return List.of(
                root(workspaceId) + "+/command/+/" + SET,
                root(workspaceId) + "+/stop/" + SET,
                status(workspaceId));
    }

    /** What Home Assistant wishes. */
    public sealed interface Wish {

        UUID workspaceId();

        /** To run a command. */
        record Press(UUID workspaceId, UUID deviceId, String command) implements Wish {}

        /** To stop a device, or without one the whole workspace. */
        record Stop(UUID workspaceId, Optional<UUID> deviceId) implements Wish {}
    }

    /** A topic that Home Assistant published on; empty for any other one. */
    public static Optional<Wish> parseWish(String topic) {
        var parts = topic.split("/", 9);
        if (!isOurs(parts) || !parts[parts.length - 1].equals(SET)) {
            return Optional.empty();
        }
        try {
            var workspace = UUID.fromString(parts[2]);
            if (parts.length == 7 && parts[5].equals("stop")) {
                return Optional.of(
                        new Wish.Stop(
                                workspace,
                                parts[4].equals(ALL)
                                        ? Optional.empty()
                                        : Optional.of(UUID.fromString(parts[4]))));
            }
            if (parts.length == 8 && parts[5].equals("command")) {
                return Optional.of(new Wish.Press(workspace, UUID.fromString(parts[4]), parts[6]));
            }
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The workspace of any of these topics; empty for every other topic. */
    public static Optional<UUID> workspace(String topic) {
        var parts = topic.split("/", 6);
        if (!isOurs(parts)) {
            return Optional.empty();
        }
        try {
            return Optional.of(UUID.fromString(parts[2]));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isOurs(String[] parts) {
        return parts.length >= 5
                && parts[0].equals("sw")
                && parts[1].equals("1")
                && parts[3].equals("ha");
    }
}
