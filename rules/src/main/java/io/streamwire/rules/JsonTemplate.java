package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import io.streamwire.contract.Json;
import io.streamwire.contract.LiveEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON whose texts are templates. What a viewer wrote becomes a text in it and never anything else,
 * whatever quotes and braces it has.
 */
final class JsonTemplate {

    /** Characters of the JSON. */
    static final int MAX_LENGTH = 4_000;

    /** Texts in it. */
    static final int MAX_TEXTS = 32;

    /** Characters of all texts that come out; what would be more is cut. */
    static final int MAX_FILLED = 8_000;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonNode source;
    private final Part filler;

    /** A part of the JSON that is made for an event. */
    private interface Part {
        JsonNode fill(LiveEvent event, Room room);
    }

    /** How many characters the texts may still have. */
    private static final class Room {
        private int left = MAX_FILLED;

        String take(String text) {
            var fitting = TextTemplate.cut(text, left);
            left -= fitting.codePointCount(0, fitting.length());
            return fitting;
        }
    }

    private JsonTemplate(JsonNode source, Part filler) {
        this.source = source;
        this.filler = filler;
    }

    /** Reads an object; null after a fault. */
    static @Nullable JsonTemplate read(JsonNode json, String pointer, JsonReader in) {
        if (!in.object(json, pointer)) {
            return null;
        }
        if (json.toString().length() > MAX_LENGTH) {
            in.fault(pointer, "must be JSON of at most %d characters".formatted(MAX_LENGTH));
            return null;
        }
        var compiler = new Compiler(in);
        var filler = compiler.part(json, pointer);
        if (compiler.texts > MAX_TEXTS) {
            in.fault(pointer, "must have at most %d texts".formatted(MAX_TEXTS));
        }
        return new JsonTemplate(json, filler);
    }

    private static final class Compiler {
        private final JsonReader in;
        private int texts;

        Compiler(JsonReader in) {
            this.in = in;
        }

        Part part(JsonNode json, String pointer) {
            if (json.isObject()) {
                return object(json, pointer);
            }
            if (json.isArray()) {
                return array(json, pointer);
            }
            return json.isTextual() ? text(json.asText(), pointer) : (_, _) -> json;
        }

        private Part object(JsonNode json, String pointer) {
            var fields = new LinkedHashMap<String, Part>();
            json.properties()
                    .forEach(field ->
                            fields.put(
                                    field.getKey(),
                                    part(
                                            field.getValue(),
                                            JsonReader.child(pointer, field.getKey()))));
            return (event, room) -> {
                var filled = NODES.objectNode();
                fields.forEach((name, value) -> filled.set(name, value.fill(event, room)));
                return filled;
            };
        }

        private Part array(JsonNode json, String pointer) {
            var items = new ArrayList<Part>();
            for (int i = 0; i < json.size(); i++) {
                items.add(part(json.get(i), pointer + '/' + i));
            }
            return (event, room) -> {
                var filled = NODES.arrayNode();
                items.forEach(item -> filled.add(item.fill(event, room)));
                return filled;
            };
        }

        private Part text(String text, String pointer) {
            texts++;
            try {
                var template = TextTemplate.of(text);
                return (event, room) -> TextNode.valueOf(room.take(template.fill(event)));
            } catch (TextTemplate.InvalidTemplate e) {
                in.fault(pointer, e.reason());
                return (_, _) -> TextNode.valueOf("");
            }
        }
    }

    JsonNode source() {
        return source;
    }

    /** The JSON for an event. */
    String fill(LiveEvent event) {
        return Json.write(filler.fill(event, new Room()));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonTemplate template && template.source.equals(source);
    }

    @Override
    public int hashCode() {
        return source.hashCode();
    }
}
