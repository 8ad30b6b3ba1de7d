package io.streamwire.bus;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a script returned: a list of texts, integers and nested lists. A single value is a list of
 * one.
 */
public record Reply(List<@Nullable Object> values) {

    static final Reply NONE = new Reply(List.of());

    static Reply of(List<Object> answer) {
        return new Reply(Collections.unmodifiableList(new ArrayList<>(answer)));
    }

    public int size() {
        return values.size();
    }

    /** The value at an index as text; an empty text for nil. */
    public String text(int index) {
        var value = values.get(index);
        return value == null ? "" : value.toString();
    }

    /** The value at an index as an integer. */
    public long number(int index) {
        var value = values.get(index);
        if (value instanceof Long number) {
            return number;
        }
        return Long.parseLong(text(index));
    }
}
