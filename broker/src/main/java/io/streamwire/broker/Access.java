package io.streamwire.broker;

import io.streamwire.contract.mqtt.Topics;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which topics a client may reach. Whatever is not named here is denied. */
sealed interface Access {

    boolean mayPublish(String topic);

    /** Whether it may subscribe, given the filter as the client wrote it. */
    boolean maySubscribe(String filter);

    /** Whether a topic carries commands, which nobody may retain. */
    static boolean isCommand(String topic) {
        return topic.endsWith("/down/cmd");
    }

    /** As text for the connection's attributes; {@link #parse} reads it. */
    String text();

    static Access parse(@Nullable String text) {
        if (text == null) {
            return new Nobody();
        }
        if (text.equals(Hub.TEXT)) {
            return new Hub();
        }
        var slash = text.indexOf('/');
        return new Device(
                UUID.fromString(text.substring(0, slash)),
                UUID.fromString(text.substring(slash + 1)));
    }

    /** Publishes its own {@code up/#}, subscribes to its own and its workspace's {@code down/#}. */
    record Device(UUID workspaceId, UUID deviceId) implements Access {

        @Override
        public boolean mayPublish(String topic) {
            return isBelow(Topics.upFilter(workspaceId, deviceId), topic);
        }

        @Override
        public boolean maySubscribe(String filter) {
            return isBelow(Topics.downFilter(workspaceId, deviceId), filter)
                    || isBelow(Topics.downFilter(workspaceId), filter);
        }

        @Override
        public String text() {
            return workspaceId + "/" + deviceId;
        }

        /** A wildcard in the narrower filter can only stand below the wider one's prefix. */
        private static boolean isBelow(String filter, String narrower) {
            var prefix = filter.substring(0, filter.length() - 1);
            return narrower.length() > prefix.length() && narrower.startsWith(prefix);
        }
    }

    /** Publishes every {@code down/#}, subscribes to every {@code up/#}, also as a shared one. */
    record Hub() implements Access {

        static final String TEXT = "hub";

        private static final String SHARE = "$share/";

        @Override
        public boolean mayPublish(String topic) {
            return isBelow("down", topic);
        }

        @Override
        public boolean maySubscribe(String filter) {
            if (!filter.startsWith(SHARE)) {
                return isBelow("up", filter);
            }
            var group = filter.indexOf('/', SHARE.length());
            return group > 0 && isBelow("up", filter.substring(group + 1));
        }

        @Override
        public String text() {
            return TEXT;
        }

        /** Whether it is {@code sw/1/{any}/{any}/{direction}/...}. */
        private static boolean isBelow(String direction, String topic) {
            var levels = topic.split("/", 6);
            return levels.length == 6
                    && levels[0].equals("sw")
                    && levels[1].equals("1")
                    && levels[4].equals(direction)
                    && !levels[5].isEmpty();
        }
    }

    /** Nothing at all. */
    record Nobody() implements Access {

        @Override
        public boolean mayPublish(String topic) {
            return false;
        }

        @Override
        public boolean maySubscribe(String filter) {
            return false;
        }

        @Override
        public String text() {
            throw new UnsupportedOperationException("nobody is never stored");
        }
    }
}
