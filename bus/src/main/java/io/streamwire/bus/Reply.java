package io.streamwire.bus;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a script returned: a list of texts, integers and nested lists. A single value is a list of
 * one.
 */
public record Reply(List<@Nullable Object> values) {

    static Reply of(@Nullable Object answer) {
        if (answer instanceof List<?> list) {
            return new Reply(
                    java.util.Collections.unmodifiableList(new java.util.ArrayList<>(list)));
        }
        return new Reply(java.util.Collections.singletonList(answer));
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
