package io.streamwire.rules;

import static io.streamwire.rules.JsonReader.field;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A ready-made rule with some values left open.
 *
 * @param parameters the open values
 * @param rule the rule as JSON; a text {@code "$name"} stands for the value of that parameter, and
 *     goes with its field when there is none
 * @param example what makes the rule with its defaults fire: bodies of ingest's {@code POST
 *     /simulate}
 */
record Recipe(
        String name,
        String title,
        String text,
        List<Parameter> parameters,
        JsonNode rule,
        List<JsonNode> example) {

    private static final String COMMAND = "command";
    private static final String ARGS = "args";
    private static final String DEVICE_ID = "device_id";
    private static final String TAG = "tag";
    private static final List<Parameter> COMMON =
            List.of(
                    common(DEVICE_ID, Type.DEVICE, "The device that moves", 0),
                    common(TAG, Type.TAG, "Instead, all devices that carry it", 0),
                    common(
                            "livestream_id",
                            Type.LIVESTREAM,
                            "Only this livestream; every one when left out",
                            0),
                    common(
                            "folder",
                            Type.TEXT,
                            "Where to put the rule",
                            RuleJson.MAX_FOLDER_LENGTH));

    /** What a value can be. */
    enum Type {
        /** 1 to so many characters. */
        TEXT,
        INTEGER,
        FLAG,
        /** The id of a device; must be given unless a tag is. */
        DEVICE,
        /** A tag of devices. */
        TAG,
        /** The id of a livestream. */
        LIVESTREAM,
        /** The name of a device's command. */
        COMMAND,
        /** Arguments of the command; none when only another command is given. */
        ARGS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A value that is left open.
     *
     * @param fallback the value when none is given; absent when there is none then
     * @param min the least integer
     * @param max the largest integer, or the most characters of a text
     * @param unit of an integer
     */
    record Parameter(
            String name,
            Type type,
            String text,
            @JsonProperty("default") @Nullable JsonNode fallback,
            @Nullable Long min,
            @Nullable Long max,
            @Nullable String unit) {

        /** The value in a request; null when there is none, or after a fault. */
        private @Nullable JsonNode read(JsonNode request, JsonReader in) {
            var value = field(request, name);
            if (type == Type.DEVICE && value.isMissingNode() == !request.hasNonNull(TAG)) {
                in.fault(
                        "/" + name,
                        value.isMissingNode()
                                ? "must be there, unless tag is"
                                : "cannot be combined with tag");
            }
            if (value.isMissingNode()) {
                return fallback;
            }
            switch (type) {
                case TEXT -> in.text(request, "", name, most().intValue());
                case INTEGER -> in.integer(request, "", name, min == null ? 0 : min, most(), 0);
                case FLAG -> in.flag(request, name, false);
                case DEVICE, LIVESTREAM -> in.id(request, "", name);
                case TAG -> RuleJson.tag(value, "/" + name, in);
                case COMMAND -> in.word(value, "/" + name);
                case ARGS -> in.object(value, "/" + name);
            }
            return value;
        }

        private Long most() {
            return max == null ? JsonReader.MAX_INTEGER : max;
        }
    }

    Recipe {
        var all = new ArrayList<>(COMMON);
        all.add(
                new Parameter(
                        "name",
                        Type.TEXT,
                        "The rule's name",
                        TextNode.valueOf(title),
                        null,
                        (long) RuleJson.MAX_NAME_LENGTH,
                        null));
        all.add(
                new Parameter(
                        "enabled",
                        Type.FLAG,
                        "Whether it is turned on at once",
                        BooleanNode.TRUE,
                        null,
                        null,
                        null));
        all.addAll(parameters);
        parameters = List.copyOf(all);
        example = List.copyOf(example);
        rule = withCommon(rule);
    }

    private static Parameter common(String name, Type type, String text, long max) {
        return new Parameter(name, type, text, null, null, max == 0 ? null : max, null);
    }

    private static JsonNode withCommon(JsonNode rule) {
        var json = JsonNodeFactory.instance.objectNode();
        for (var field : List.of("name", "enabled", "livestream_id", "folder")) {
            json.put(field, "$" + field);
        }
        return json.setAll((ObjectNode) rule);
    }

    /**
     * The rule with the values of a request.
     *
     * @throws InvalidRule with everything that is wrong with the values
     */
    RuleDefinition fill(JsonNode request) {
        var in = new JsonReader();
        var values = new HashMap<String, JsonNode>();
        if (in.object(request, "")) {
            in.known(request, "", parameters.stream().map(Parameter::name).toArray(String[]::new));
            for (var parameter : parameters) {
                var value = parameter.read(request, in);
                if (value != null) {
                    values.put(parameter.name(), value);
                }
            }
            if (request.hasNonNull(COMMAND) && !request.hasNonNull(ARGS)) {
                values.put(ARGS, JsonNodeFactory.instance.objectNode());
            }
        }
        return RuleJson.read(in.finish(filled(rule, values)));
    }

    /** Null for what has no value. */
    private static @Nullable JsonNode filled(JsonNode template, Map<String, JsonNode> values) {
        if (template.isTextual() && template.asText().startsWith("$")) {
            return values.get(template.asText().substring(1));
        }
        if (template instanceof ObjectNode object) {
            var json = JsonNodeFactory.instance.objectNode();
            object.properties()
                    .forEach(field -> {
                        var value = filled(field.getValue(), values);
                        if (value != null) {
                            json.set(field.getKey(), value);
                        }
                    });
            return json;
        }
        if (template.isArray()) {
            var json = JsonNodeFactory.instance.arrayNode();
            template.forEach(item -> {
                var value = filled(item, values);
                if (value != null) {
                    json.add(value);
                }
            });
            return json;
        }
        return template;
    }
}
