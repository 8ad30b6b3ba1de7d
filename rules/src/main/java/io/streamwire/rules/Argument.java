package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where the value of a device action's argument comes from. Whatever comes out, the devices service
 * moves it into the device's envelope.
 */
sealed interface Argument {

    /** An integer as large as JSON keeps it; null when there is none for the event. */
    @Nullable Long of(LiveEvent event);

    /** What its expression may take, see {@link Expression#work}. */
    default int work() {
        return 0;
    }

    /** Always the same. */
    record Constant(long value) implements Argument {
        @Override
        public Long of(LiveEvent event) {
            return value;
        }
    }

    /**
     * By a number of the event.
     *
     * @param otherwise when the event has none
     */
    record Measured(NumberSource from, Curve curve, @Nullable Long otherwise) implements Argument {
        @Override
        public @Nullable Long of(LiveEvent event) {
            var number = from.of(event);
            return number == null ? otherwise : Long.valueOf(curve.of(number));
        }
    }

    /**
     * By an expression.
     *
     * @param otherwise when it has no value: a division by zero, a word that is no number
     */
    record Calculated(Expression cel, @Nullable Long otherwise) implements Argument {
        @Override
        public @Nullable Long of(LiveEvent event) {
            var number = cel.number(event);
            return number == null
                    ? otherwise
                    : Long.valueOf(
                            Math.clamp(number, -JsonReader.MAX_INTEGER, JsonReader.MAX_INTEGER));
        }

        @Override
        public int work() {
            return cel.work();
        }
    }

    /** Arguments that are always the same. */
    static Map<String, Argument> constants(Map<String, Long> values) {
        return values.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey,
                                value -> new Constant(value.getValue()),
                                (one, _) -> one,
                                TreeMap::new));
    }
}
