package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.service.Problem;
import io.streamwire.service.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The values that come with a call of a rule: at most {@value #MOST}, named as arguments are; a
 * text has at most {@value #LONGEST_TEXT} characters.
 */
final class CallValues {

    static final int MOST = 32;
    static final int LONGEST_TEXT = 500;

    /** Objects in objects that are looked into. */
    private static final int DEEPEST = 3;

    private CallValues() {}

    /**
     * The values that a person sent.
     *
     * @throws Problem 422 {@code bad_values} when they are more, or other ones, than there may be
     */
    static Map<String, Object> checked(@Nullable JsonNode json) {
        var values = new TreeMap<String, Object>();
        if (json == null || json.isNull()) {
            return values;
        }
        var faults = new ArrayList<Violation>();
        if (!json.isObject() || json.size() > MOST) {
            faults.add(new Violation("/values", "must be an object of at most " + MOST));
            throw bad(faults);
        }
        for (var field : json.properties()) {
            var value = scalar(field.getValue());
            if (!JsonReader.isWord(field.getKey())) {
                faults.add(fault(field.getKey(), "a name is 1 to 64 of A-Z a-z 0-9 _ . -"));
            } else if (value == null) {
                faults.add(fault(field.getKey(), "must be a text, a number, true or false"));
            } else if (value instanceof String text && !text.equals(clean(text))) {
                faults.add(
                        fault(
                                field.getKey(),
                                "must be of at most %d characters, none a control character"
                                        .formatted(LONGEST_TEXT)));
            } else {
                values.put(field.getKey(), value);
            }
        }
        if (!faults.isEmpty()) {
            throw bad(faults);
        }
        return values;
    }

    /**
     * The values of any JSON that a program sent: an object in an object is {@code outer.inner};
     * what does not fit is cut or left out.
     */
    static Map<String, Object> fitting(JsonNode json) {
        var values = new TreeMap<String, Object>();
        collect(json, "", DEEPEST, values);
        return values;
    }

    private static void collect(
            JsonNode json, String prefix, int depth, Map<String, Object> values) {
        for (var field : json.properties()) {
            var name = prefix + field.getKey();
            if (values.size() >= MOST || !JsonReader.isWord(name)) {
                continue;
            }
            var value = scalar(field.getValue());
            if (value != null) {
                values.put(name, value instanceof String text ? clean(text) : value);
            } else if (depth > 1) {
                collect(field.getValue(), name + '.', depth - 1, values);
            }
        }
    }

    private static @Nullable Object scalar(JsonNode json) {
        if (json.isTextual()) {
            return json.asText();
        }
        if (json.isBoolean()) {
            return json.asBoolean();
        }
        if (json.isIntegralNumber() && json.canConvertToLong()) {
            return json.asLong();
        }
        return json.isNumber() && Double.isFinite(json.asDouble()) ? json.asDouble() : null;
    }

    /** Without what no database takes or no line can show, and not too long. */
    private static String clean(String text) {
        var clean = new StringBuilder();
        text.codePoints()
                .limit(LONGEST_TEXT)
                .map(one -> isText(one) ? one : ' ')
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }

    private static boolean isText(int codePoint) {
        return !Character.isISOControl(codePoint)
                && Character.getType(codePoint) != Character.SURROGATE;
    }

    private static Violation fault(String name, String detail) {
        return new Violation(JsonReader.child("/values", name), detail);
    }

    private static Problem bad(List<Violation> faults) {
        return Problem.unprocessable("bad_values", "The values are not acceptable.", faults);
    }
}
