package io.streamwire.contract;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Named values that are no objects or arrays, in the order of their names. */
final class Scalars {

    private Scalars() {}

    /**
     * The same values, whichever of Java's types JSON was read into.
     *
     * @throws IllegalArgumentException when one is no text, number or Boolean
     */
    static Map<String, Object> copyOf(Map<String, Object> values) {
        var copy = new TreeMap<String, Object>();
        values.forEach((name, value) -> copy.put(name, scalar(name, value)));
        return Collections.unmodifiableMap(copy);
    }

    private static Object scalar(String name, Object value) {
        return switch (value) {
            case String text -> text;
            case Boolean flag -> flag;
            case Integer number -> number.longValue();
            case Long number -> number;
            case Number number -> number.doubleValue();
            default ->
                    throw new IllegalArgumentException(
                            name + " must be a text, a number, true or false");
        };
    }
}
