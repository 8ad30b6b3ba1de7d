package io.streamwire.bus;

import java.util.Map;
import java.util.Objects;

/**
 * One entry of a stream.
 *
 * @param id Redis's id, {@code ms-seq}
 * @param fields flat: type, id, workspace_id, body and what the writer added
 */
public record Entry(String id, int partition, Map<String, String> fields) {

    /** {@code tiktok.comment}, {@code action_triggered}, ...; empty when missing. */
    public String type() {
        return field("type");
    }

    /** The JSON; empty when missing. */
    public String body() {
        return field("body");
    }

    /** A field; empty when missing. */
    public String field(String name) {
        return Objects.requireNonNullElse(fields.get(name), "");
    }
}
