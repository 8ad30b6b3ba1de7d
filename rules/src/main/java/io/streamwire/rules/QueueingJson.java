package io.streamwire.rules;

import static io.streamwire.rules.JsonReader.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.rules.Queueing.Mode;
import org.jspecify.annotations.Nullable;

/** The queue of a rule as JSON. */
final class QueueingJson {

    private static final String AT = "/queue";

    private QueueingJson() {}

    /**
     * Null when nothing waits, and after a fault.
     *
     * @param crowd what is waited for already
     */
    static @Nullable Queueing read(JsonNode json, @Nullable Crowd crowd, JsonReader in) {
        if (json.isMissingNode() || !in.object(json, AT)) {
            return null;
        }
        in.known(json, AT, "mode", "size", "max_age_ms");
        if (crowd != null) {
            in.fault(AT, "must not be there together with a crowd");
        }
        var mode = field(json, "mode");
        return new Queueing(
                mode.isMissingNode()
                        ? Mode.QUEUE
                        : in.choice(mode, AT + "/mode", "way to wait", Mode.values())
                                .orElse(Mode.QUEUE),
                (int) in.integer(json, AT, "size", 1, Queueing.MAX_SIZE, Queueing.DEFAULT_SIZE),
                in.integer(
                        json,
                        AT,
                        "max_age_ms",
                        Queueing.MIN_AGE_MS,
                        Queueing.MAX_AGE_MS,
                        Queueing.DEFAULT_AGE_MS));
    }

    static ObjectNode write(Queueing queue) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("mode", queue.mode().toString())
                .put("size", queue.size())
                .put("max_age_ms", queue.maxAgeMs());
    }
}
