package io.streamwire.broker;

import com.hivemq.extension.sdk.api.auth.parameter.TopicPermission;
import com.hivemq.extension.sdk.api.auth.parameter.TopicPermission.MqttActivity;
import com.hivemq.extension.sdk.api.auth.parameter.TopicPermission.Retain;
import com.hivemq.extension.sdk.api.services.builder.Builders;
import io.streamwire.contract.mqtt.Topics;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which topics a client may reach. Whatever is not named here is denied. */
sealed interface Access {

    /** As text for the connection's attributes; {@link #parse} reads it. */
    String text();

    /** Null for a client that was never admitted: its default permissions deny everything. */
    static @Nullable Access parse(@Nullable String text) {
        if (text == null) {
            return null;
        }
        if (text.equals(Hub.TEXT)) {
            return new Hub();
        }
        var slash = text.indexOf('/');
        return new Device(
                UUID.fromString(text.substring(0, slash)),
                UUID.fromString(text.substring(slash + 1)));
    }

    /**
     * Publishes its own {@code up/...}, subscribes to its own and its workspace's {@code down/...}.
     */
    record Device(UUID workspaceId, UUID deviceId) implements Access {

        private static final Set<String> RETAINED = Set.of("state", "describe", "config");
        private static final Set<String> UP =
                Set.of("ack", "state", "describe", "config", "telemetry", "log", "ota");
        private static final Set<String> DOWN = Set.of("#", "cmd", "safety", "config", "ota");

        boolean mayPublish(String topic) {
            return names(Topics.upFilter(workspaceId, deviceId), topic, UP);
        }

        /** Whether the broker may keep what is published; each topic is memory. */
        boolean mayRetain(String topic) {
            return names(Topics.upFilter(workspaceId, deviceId), topic, RETAINED);
        }

        /** Whether it may subscribe, given the filter as the client wrote it. */
        boolean maySubscribe(String filter) {
            return names(Topics.downFilter(workspaceId, deviceId), filter, DOWN)
                    || names(Topics.downFilter(workspaceId), filter, DOWN);
        }

        @Override
        public String text() {
            return workspaceId + "/" + deviceId;
        }

        private static boolean names(String filter, String topic, Set<String> names) {
            var prefix = filter.substring(0, filter.length() - 1);
            return topic.startsWith(prefix) && names.contains(topic.substring(prefix.length()));
        }
    }

    /**
     * Publishes every {@code down/#}, commands never retained, and subscribes to every {@code
     * up/#}, also as a shared one.
     */
    record Hub() implements Access {

        static final String TEXT = "hub";

        private static final String DOWN = "sw/1/+/+/down/";

        static List<TopicPermission> permissions() {
            return List.of(
                    permission(DOWN + "cmd", MqttActivity.PUBLISH, Retain.NOT_RETAINED),
                    permission(DOWN + "safety", MqttActivity.PUBLISH, Retain.ALL),
                    permission(DOWN + "config", MqttActivity.PUBLISH, Retain.ALL),
                    permission(DOWN + "ota", MqttActivity.PUBLISH, Retain.NOT_RETAINED),
                    permission("sw/1/+/+/up/#", MqttActivity.SUBSCRIBE, Retain.ALL));
        }

        private static TopicPermission permission(
                String filter, MqttActivity activity, Retain retain) {
            return Builders.topicPermission()
                    .topicFilter(filter)
                    .activity(activity)
                    .retain(retain)
                    .build();
        }

        @Override
        public String text() {
            return TEXT;
        }
    }
}
