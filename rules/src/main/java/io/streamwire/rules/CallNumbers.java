package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.ButtonPressed;
import io.streamwire.contract.LiveEvent.WebhookReceived;
import java.util.Map;
import java.util.TreeMap;

/**
 * The numbers that came with a button or hook, by name, rounded. No text that somebody else wrote
 * ever becomes part of a command, so that texts are only recorded.
 */
final class CallNumbers {

    private CallNumbers() {}

    static Map<String, Long> of(LiveEvent event) {
        return switch (event.payload()) {
            case ButtonPressed pressed -> numbers(pressed.values());
            case WebhookReceived received -> numbers(received.values());
            default -> Map.of();
        };
    }

    private static Map<String, Long> numbers(Map<String, Object> values) {
        var numbers = new TreeMap<String, Long>();
        values.forEach((name, value) -> {
            if (value instanceof Number number) {
                numbers.put(name, Math.round(number.doubleValue()));
            }
        });
        return numbers;
    }
}
