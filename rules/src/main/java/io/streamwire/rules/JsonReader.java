package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads JSON that a person wrote, and collects its faults with the pointers to where they are. */
final class JsonReader {

    /** Largest integer that every JSON reader keeps exactly. */
    static final long MAX_INTEGER = (1L << 53) - 1;

    /** Most faults that are reported. */
    static final int MAX_FAULTS = 200;

    /** Most expressions of one rule. */
    static final int MAX_EXPRESSIONS = 16;

    /** Names of commands and their arguments. */
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    private static final Pattern ID =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final List<InvalidRule.Fault> faults = new ArrayList<>();
    private boolean unsupported;
    private int expressions;

    /** The value, unless something was wrong. */
    <T> T finish(@Nullable T value) {
        if (value == null || !faults.isEmpty()) {
            throw new InvalidRule(unsupported, faults);
        }
        return value;
    }

    boolean object(JsonNode json, String pointer) {
        if (!json.isObject()) {
            fault(pointer, "must be an object");
        }
        return json.isObject();
    }

    /** Refuses what rules do not know, since ignoring it would make them do something else. */
    void known(JsonNode json, String pointer, String... names) {
        var known = Set.of(names);
        for (var field : json.properties()) {
            if (!known.contains(field.getKey())) {
                unsupported(child(pointer, field.getKey()), "rules do not support this field");
            }
        }
    }

    void needed(JsonNode json, String pointer, String... fields) {
        for (var field : fields) {
            if (!json.hasNonNull(field)) {
                fault(child(pointer, field), "must be there");
            }
        }
    }

    boolean flag(JsonNode json, String field, boolean absent) {
        var flag = field(json, field);
        if (!flag.isMissingNode() && !flag.isBoolean()) {
            fault("/" + field, "must be true or false");
        }
        return flag.asBoolean(absent);
    }

    @Nullable String text(JsonNode json, String pointer, String field, int maxLength) {
        return text(json.path(field), child(pointer, field), maxLength);
    }

    @Nullable String text(JsonNode json, String pointer, int maxLength) {
        var text = json.isTextual() ? json.asText() : "";
        if (CommentText.fold(text).isBlank() || text.codePointCount(0, text.length()) > maxLength) {
            fault(pointer, "must be text of 1 to %d characters".formatted(maxLength));
            return null;
        }
        if (text.codePoints().anyMatch(JsonReader::isNoCharacter)) {
            fault(pointer, "must not contain U+0000 or half a surrogate pair");
            return null;
        }
        return text;
    }

    /** What PostgreSQL does not keep in JSON. */
    private static boolean isNoCharacter(int codePoint) {
        return codePoint == 0 || (codePoint >= 0xd800 && codePoint <= 0xdfff);
    }

    /** A CEL expression; null after a fault. */
    @Nullable Expression expression(JsonNode json, String pointer, Expression.Kind kind) {
        if (++expressions > MAX_EXPRESSIONS) {
            fault(pointer, "must not be one of more than " + MAX_EXPRESSIONS + " expressions");
            return null;
        }
        var source = text(json, pointer, Expression.MAX_LENGTH);
        if (source == null) {
            return null;
        }
        try {
            return Expression.of(kind, source);
        } catch (Expression.InvalidExpression e) {
            fault(pointer, e.reason());
            return null;
        }
    }

    /** An array of so many texts, each once; empty when it is missing or not one. */
    List<String> texts(JsonNode json, String pointer, int most, int maxLength) {
        return list(json, pointer, most, "texts", (item, at) -> text(item, at, maxLength));
    }

    /** Reads one item of a list; null after a fault. */
    interface Item<T> {
        @Nullable T read(JsonNode json, String pointer);
    }

    /** An array of at most so many items; equal ones count once. */
    <T> List<T> list(JsonNode json, String pointer, int most, String what, Item<T> item) {
        var items = new LinkedHashSet<T>();
        if (json.isArray() && json.size() <= most) {
            for (int i = 0; i < json.size(); i++) {
                var read = item.read(json.get(i), pointer + '/' + i);
                if (read != null) {
                    items.add(read);
                }
            }
        } else if (!json.isMissingNode()) {
            fault(pointer, "must be an array of at most %d %s".formatted(most, what));
        }
        return List.copyOf(items);
    }

    /** One of some words; an unknown one is not supported. */
    <T> Optional<T> choice(JsonNode json, String pointer, String what, T[] choices) {
        var names = Stream.of(choices).map(Objects::toString).collect(Collectors.joining(", "));
        if (!json.isTextual()) {
            fault(pointer, "must be one of " + names);
            return Optional.empty();
        }
        var chosen =
                Stream.of(choices).filter(one -> one.toString().equals(json.asText())).findFirst();
        if (chosen.isEmpty()) {
            unsupported(pointer, "there is no such %s, only %s".formatted(what, names));
        }
        return chosen;
    }

    @Nullable String word(JsonNode json, String pointer) {
        if (!json.isTextual() || !isWord(json.asText())) {
            fault(pointer, "must be 1 to 64 of A-Z a-z 0-9 _ . -");
            return null;
        }
        return json.asText();
    }

    static boolean isWord(String text) {
        return WORD.matcher(text).matches();
    }

    @Nullable UUID id(JsonNode json, String pointer, String field) {
        return id(json.path(field), child(pointer, field));
    }

    @Nullable UUID id(JsonNode id, String pointer) {
        if (!id.isTextual() || !ID.matcher(id.asText()).matches()) {
            fault(pointer, "must be a UUID");
            return null;
        }
        return UUID.fromString(id.asText());
    }

    long integer(JsonNode json, String pointer, String field, long min, long max, long absent) {
        return integer(field(json, field), child(pointer, field), min, max, absent);
    }

    long integer(JsonNode number, String pointer, long min, long max, long absent) {
        if (number.isMissingNode()) {
            return absent;
        }
        var value = number.asLong();
        if (!number.isIntegralNumber()
                || !number.canConvertToLong()
                || value < min
                || value > max) {
            fault(pointer, "must be an integer from %d to %d".formatted(min, max));
            return absent;
        }
        return value;
    }

    /** What a text stands for; null after a fault. */
    <T> @Nullable T parsed(JsonNode json, String pointer, String what, Function<String, T> parser) {
        if (json.isTextual()) {
            try {
                return parser.apply(json.asText());
            } catch (RuntimeException e) {
                // falls through
            }
        }
        fault(pointer, "must be " + what);
        return null;
    }

    /** The field; one that is null is as good as missing. */
    static JsonNode field(JsonNode json, String name) {
        var field = json.path(name);
        return field.isNull() ? MissingNode.getInstance() : field;
    }

    void fault(String pointer, String detail) {
        if (faults.size() < MAX_FAULTS) {
            faults.add(new InvalidRule.Fault(pointer, detail));
        }
    }

    /** The faults of a part, which it reports with pointers of its own. */
    void faultsOf(InvalidRule part, String pointer) {
        unsupported |= part.unsupported();
        part.faults().forEach(fault -> fault(pointer + fault.pointer(), fault.detail()));
    }

    /** How many there are by now. */
    int faults() {
        return faults.size();
    }

    void unsupported(String pointer, String detail) {
        unsupported = true;
        fault(pointer, detail);
    }

    static String child(String pointer, String name) {
        return pointer + '/' + name.replace("~", "~0").replace("/", "~1");
    }
}
