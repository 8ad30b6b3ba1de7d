package io.streamwire.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.bus.StreamId;
import io.streamwire.contract.Json;
import io.streamwire.service.Paths;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a client says on its live socket. */
sealed interface LiveRequest {

    int LONGEST_ID = 64; // characters

    /** It is still there. */
    record Pong() implements LiveRequest {}

    /** It has seen enough of a subscription. */
    record Unsubscribe(String id) implements LiveRequest {}

    /**
     * It wants to follow something.
     *
     * @param id of its own choice
     * @param livestreamId whose events and statuses alone it wants; null for all
     * @param after where to resume
     */
    record Subscribe(
            String id,
            UUID workspaceId,
            Set<LiveTopic> topics,
            @Nullable UUID livestreamId,
            Map<LiveTopic, StreamId> after)
            implements LiveRequest {

        public Subscribe {
            topics = Set.copyOf(topics);
            after = Map.copyOf(after);
        }
    }

    /** It cannot be understood, or may not be had; the socket stays. */
    final class Refused extends RuntimeException {
        private final String id;
        private final String code;

        /**
         * @param id of the subscription, empty when it is not known
         */
        Refused(String id, String code, String detail) {
            super(detail, null, false, false);
            this.id = id;
            this.code = code;
        }

        String id() {
            return id;
        }

        String code() {
            return code;
        }
    }

    /**
     * Reads a message.
     *
     * @throws Refused {@code bad_message}, or with a code that says more
     */
    static LiveRequest read(String text) {
        JsonNode json;
        try {
            json = Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw bad("", "A message is a JSON object.");
        }
        return switch (json.path("type").asText()) {
            case "pong" -> new Pong();
            case "unsubscribe" -> new Unsubscribe(id(json));
            case "subscribe" -> subscribe(json);
            default -> throw bad("", "type must be subscribe, unsubscribe or pong.");
        };
    }

    private static Subscribe subscribe(JsonNode json) {
        var id = id(json);
        var workspace =
                Paths.uuid(json.path("workspace_id").asText())
                        .orElseThrow(() -> bad(id, "workspace_id must be a UUID."));
        var topics = EnumSet.noneOf(LiveTopic.class);
        for (var topic : json.path("topics")) {
            topics.add(topic(id, topic.asText()));
        }
        if (topics.isEmpty()) {
            throw bad(id, "topics must name at least one topic.");
        }
        var livestream = json.path("livestream_id");
        if (livestream.isMissingNode() || livestream.isNull()) {
            return new Subscribe(id, workspace, topics, null, after(id, json.path("after")));
        }
        var livestreamId =
                Paths.uuid(livestream.asText())
                        .orElseThrow(() -> bad(id, "livestream_id must be a UUID."));
        return new Subscribe(id, workspace, topics, livestreamId, after(id, json.path("after")));
    }

    private static Map<LiveTopic, StreamId> after(String id, JsonNode json) {
        var after = new EnumMap<LiveTopic, StreamId>(LiveTopic.class);
        for (var cursor : json.properties()) {
            try {
                after.put(topic(id, cursor.getKey()), StreamId.parse(cursor.getValue().asText()));
            } catch (IllegalArgumentException e) {
                throw new Refused(
                        id, "bad_cursor", "after must hold cursors that were sent before.");
            }
        }
        return after;
    }

    private static LiveTopic topic(String id, String text) {
        return LiveTopic.of(text)
                .orElseThrow(() ->
                        new Refused(
                                id,
                                "bad_topic",
                                "A topic is one of events, decisions, commands, devices, overlay,"
                                        + " livestreams."));
    }

    private static String id(JsonNode json) {
        var id = json.path("id").asText();
        if (id.isEmpty() || id.length() > LONGEST_ID) {
            throw bad("", "id must have 1 to " + LONGEST_ID + " characters.");
        }
        return id;
    }

    private static Refused bad(String id, String detail) {
        return new Refused(id, "bad_message", detail);
    }
}
