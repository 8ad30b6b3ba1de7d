package io.streamwire.contract.mqtt;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Which topics a client of the broker may reach: the one decision, whichever broker asks for it.
 * Whatever is not named here is denied.
 */
public sealed interface Access {

    /** What a client may do with which topics. */
    enum Activity {
        PUBLISH,
        SUBSCRIBE
    }

    /**
     * One permission. All of them together say the same as the two questions below.
     *
     * @param filter of a device the topic or filter itself, else a pattern with {@code +} and
     *     {@code #}
     * @param retained whether a message may be published with the retain flag, too
     */
    record Permission(Activity activity, String filter, boolean retained) {}

    /** Whether a message may be published, also as a last will. */
    boolean mayPublish(String topic, boolean retained);

    /** Whether a filter may be subscribed to, given as the client wrote it. */
    boolean maySubscribe(String filter);

    /** All that is allowed, as a list. */
    List<Permission> permissions();

    /**
     * A board: publishes its own {@code up/...}, subscribes to its own and its workspace's {@code
     * down/...}.
     *
     * @param children the boards of a bridge, whose topics it reaches as its own
     */
    record Device(UUID workspaceId, UUID deviceId, Set<UUID> children) implements Access {

        private static final Set<String> RETAINED = Set.of("state", "describe", "config");
        private static final List<String> UP =
                List.of("ack", "state", "describe", "config", "telemetry", "log", "ota");
        private static final List<String> DOWN = List.of("#", "cmd", "safety", "config", "ota");
        private static final String UP_PART = "/up/";
        private static final String DOWN_PART = "/down/";
        private static final int ID_LENGTH = 36;

        public Device {
            children = Set.copyOf(children);
        }

        public Device(UUID workspaceId, UUID deviceId) {
            this(workspaceId, deviceId, Set.of());
        }

        @Override
        public boolean mayPublish(String topic, boolean retained) {
            return isMine(topic, UP_PART, retained ? RETAINED : UP);
        }

        @Override
        public boolean maySubscribe(String filter) {
            var everybody = below(workspaceId) + Topics.ALL + DOWN_PART;
            return filter.startsWith(everybody)
                    ? DOWN.contains(filter.substring(everybody.length()))
                    : isMine(filter, DOWN_PART, DOWN);
        }

        @Override
        public List<Permission> permissions() {
            var own =
                    Stream.concat(Stream.of(deviceId), children.stream())
                            .map(UUID::toString)
                            .toList();
            var permissions = new ArrayList<Permission>();
            for (var id : own) {
                for (var name : UP) {
                    permissions.add(
                            new Permission(
                                    Activity.PUBLISH,
                                    below(workspaceId) + id + UP_PART + name,
                                    RETAINED.contains(name)));
                }
                permissions.addAll(subscriptions(id));
            }
            permissions.addAll(subscriptions(Topics.ALL));
            return List.copyOf(permissions);
        }

        /** The filters that a device's own topics may be subscribed with. */
        public static List<String> downFilters(UUID workspaceId, UUID deviceId) {
            return DOWN.stream()
                    .map(name -> below(workspaceId) + deviceId + DOWN_PART + name)
                    .toList();
        }

        /** The topics of a device on which a message is retained. */
        public static List<String> retainedTopics(UUID workspaceId, UUID deviceId) {
            return RETAINED.stream()
                    .map(name -> below(workspaceId) + deviceId + UP_PART + name)
                    .toList();
        }

        private List<Permission> subscriptions(String id) {
            return DOWN.stream()
                    .map(name ->
                            new Permission(
                                    Activity.SUBSCRIBE,
                                    below(workspaceId) + id + DOWN_PART + name,
                                    false))
                    .toList();
        }

        private static String below(UUID workspaceId) {
            return Topics.ROOT + workspaceId + "/";
        }

        /** Whether a topic is {@code sw/1/{workspace}/{mine}{part}{one of the names}}. */
        private boolean isMine(String topic, String part, Collection<String> names) {
            var below = below(workspaceId);
            var end = below.length() + ID_LENGTH;
            if (!topic.startsWith(below)
                    || !topic.startsWith(part, end)
                    || !names.contains(topic.substring(end + part.length()))) {
                return false;
            }
            var id = topic.substring(below.length(), end);
            return id.equals(deviceId.toString())
                    || children.stream().anyMatch(child -> id.equals(child.toString()));
        }
    }

    /**
     * Home Assistant: subscribes to all below its workspace's {@code ha/}, and publishes its wishes
     * there, never retained. No topic of a board.
     */
    record HomeAssistant(UUID workspaceId) implements Access {

        @Override
        public boolean mayPublish(String topic, boolean retained) {
            return !retained
                    && HomeAssistantTopics.published(workspaceId).stream()
                            .anyMatch(pattern -> Topics.covers(pattern, topic));
        }

        @Override
        public boolean maySubscribe(String filter) {
            return Topics.covers(HomeAssistantTopics.filter(workspaceId), filter);
        }

        @Override
        public List<Permission> permissions() {
            return Stream.concat(
                            HomeAssistantTopics.published(workspaceId).stream()
                                    .map(pattern ->
                                            new Permission(Activity.PUBLISH, pattern, false)),
                            Stream.of(
                                    new Permission(
                                            Activity.SUBSCRIBE,
                                            HomeAssistantTopics.filter(workspaceId),
                                            false)))
                    .toList();
        }
    }

    /**
     * The hub: publishes every {@code down/...}, commands never retained, and what it tells Home
     * Assistant; subscribes to every {@code up/...} and all of Home Assistant's topics, also as
     * shared ones.
     */
    record Hub() implements Access {

        private static final String DOWN = Topics.ROOT + "+/+/down/";
        private static final String UP = Topics.ROOT + "+/+/up/#";
        private static final String HOME = Topics.ROOT + "+/ha/";
        private static final List<Permission> PERMISSIONS =
                List.of(
                        new Permission(Activity.PUBLISH, DOWN + "cmd", false),
                        new Permission(Activity.PUBLISH, DOWN + "safety", true),
                        new Permission(Activity.PUBLISH, DOWN + "config", true),
                        new Permission(Activity.PUBLISH, DOWN + "ota", false),
                        new Permission(Activity.SUBSCRIBE, UP, false),
                        new Permission(Activity.SUBSCRIBE, HOME + "#", false),
                        new Permission(Activity.PUBLISH, HOME + "discovery/device/+/config", true),
                        new Permission(Activity.PUBLISH, HOME + "+/availability", true),
                        new Permission(Activity.PUBLISH, HOME + "+/state", true),
                        new Permission(Activity.PUBLISH, HOME + "+/last", true));

        @Override
        public boolean mayPublish(String topic, boolean retained) {
            return PERMISSIONS.stream()
                    .filter(permission -> permission.activity() == Activity.PUBLISH)
                    .anyMatch(permission ->
                            (!retained || permission.retained())
                                    && Topics.covers(permission.filter(), topic));
        }

        @Override
        public boolean maySubscribe(String filter) {
            var unshared = Topics.unshared(filter);
            return PERMISSIONS.stream()
                    .filter(permission -> permission.activity() == Activity.SUBSCRIBE)
                    .anyMatch(permission -> Topics.covers(permission.filter(), unshared));
        }

        @Override
        public List<Permission> permissions() {
            return PERMISSIONS;
        }
    }
}
