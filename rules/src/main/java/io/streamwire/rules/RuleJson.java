package io.streamwire.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.rules.Trigger.GiftMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A rule as JSON, in both directions; reading checks everything and reports every fault at once.
 */
final class RuleJson {

    static final int MAX_ACTIONS = 16;
    static final int MAX_NAME_LENGTH = 100;
    static final int MAX_PATTERN_LENGTH = 200;
    static final int MAX_GIFT_NAMES = 50;
    static final int MAX_ARGS = 16;

    /** Largest integer that every JSON reader keeps exactly. */
    static final long MAX_INTEGER = (1L << 53) - 1;

    /** Names of commands and their arguments. */
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    private static final Pattern ID =
            Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final List<InvalidRule.Fault> faults = new ArrayList<>();
    private boolean unsupported;

    private RuleJson() {}

    /**
     * Reads a rule.
     *
     * @throws InvalidRule with everything that is wrong with it
     */
    static RuleDefinition read(JsonNode json) {
        var reader = new RuleJson();
        var definition = reader.definition(json);
        if (definition == null || !reader.faults.isEmpty()) {
            throw new InvalidRule(reader.unsupported, reader.faults);
        }
        return definition;
    }

    private @Nullable RuleDefinition definition(JsonNode json) {
        if (!object(json, "")) {
            return null;
        }
        known(json, "", "name", "enabled", "livestream_id", "trigger", "cooldown", "actions");
        var name = text(json, "", "name", MAX_NAME_LENGTH);
        var enabled = enabled(json);
        var livestreamId = json.hasNonNull("livestream_id") ? id(json, "", "livestream_id") : null;
        var trigger = trigger(json.path("trigger"));
        var cooldown = cooldown(field(json, "cooldown"));
        var actions = actions(json.path("actions"));
        return name == null || trigger == null
                ? null
                : new RuleDefinition(name, enabled, livestreamId, trigger, cooldown, actions);
    }

    private boolean enabled(JsonNode json) {
        var enabled = field(json, "enabled");
        if (!enabled.isMissingNode() && !enabled.isBoolean()) {
            fault("/enabled", "must be true or false");
        }
        return enabled.asBoolean(true);
    }

    private @Nullable Trigger trigger(JsonNode json) {
        if (!object(json, "/trigger")) {
            return null;
        }
        return switch (Objects.requireNonNullElse(json.path("type").textValue(), "")) {
            case "comment" -> comment(json);
            case "gift" -> gift(json);
            case "" -> {
                fault("/trigger/type", "must be comment or gift");
                yield null;
            }
            default -> {
                unsupported("/trigger/type", "there is no such trigger, only comment and gift");
                yield null;
            }
        };
    }

    private @Nullable Trigger comment(JsonNode json) {
        known(json, "/trigger", "type", "contains", "equals", "regex");
        var given =
                List.of("contains", "equals", "regex").stream().filter(json::hasNonNull).toList();
        if (given.size() != 1) {
            fault("/trigger", "must have exactly one of contains, equals and regex");
            return null;
        }
        var field = given.getFirst();
        var text = text(json, "/trigger", field, MAX_PATTERN_LENGTH);
        if (text == null) {
            return null;
        }
        return switch (field) {
            case "contains" -> new Trigger.CommentContains(text);
            case "equals" -> new Trigger.CommentEquals(text);
            default -> regex(text);
        };
    }

    private @Nullable Trigger regex(String regex) {
        try {
            CommentPattern.compile(regex);
            return new Trigger.CommentRegex(regex);
        } catch (CommentPattern.InvalidPattern e) {
            fault("/trigger/regex", e.reason());
            return null;
        }
    }

    private Trigger gift(JsonNode json) {
        known(json, "/trigger", "type", "names", "min_diamonds", "mode");
        var names = new ArrayList<String>();
        var given = field(json, "names");
        if (given.isArray() && given.size() <= MAX_GIFT_NAMES) {
            for (int i = 0; i < given.size(); i++) {
                var name = text(given.get(i), "/trigger/names/" + i, MAX_NAME_LENGTH);
                if (name != null) {
                    names.add(name);
                }
            }
        } else if (!given.isMissingNode()) {
            fault("/trigger/names", "must be an array of at most " + MAX_GIFT_NAMES + " names");
        }
        var minDiamonds =
                integer(
                        field(json, "min_diamonds"),
                        "/trigger/min_diamonds",
                        0,
                        Integer.MAX_VALUE,
                        0);
        return new Trigger.Gift(names, (int) minDiamonds, mode(field(json, "mode")));
    }

    private GiftMode mode(JsonNode json) {
        if (json.isMissingNode()) {
            return GiftMode.STREAK_END;
        }
        for (var mode : GiftMode.values()) {
            if (json.isTextual() && mode.toString().equals(json.asText())) {
                return mode;
            }
        }
        if (json.isTextual()) {
            unsupported("/trigger/mode", "there is no such mode, only streak_end, per_increment");
        } else {
            fault("/trigger/mode", "must be streak_end or per_increment");
        }
        return GiftMode.STREAK_END;
    }

    private Cooldown cooldown(JsonNode json) {
        if (json.isMissingNode() || !object(json, "/cooldown")) {
            return Cooldown.NONE;
        }
        known(json, "/cooldown", "global_ms", "per_viewer_ms");
        return new Cooldown(
                integer(field(json, "global_ms"), "/cooldown/global_ms", 0, Cooldown.MAX_MS, 0),
                integer(
                        field(json, "per_viewer_ms"),
                        "/cooldown/per_viewer_ms",
                        0,
                        Cooldown.MAX_MS,
                        0));
    }

    private List<DeviceAction> actions(JsonNode json) {
        var actions = new ArrayList<DeviceAction>();
        if (!json.isArray() || json.isEmpty() || json.size() > MAX_ACTIONS) {
            fault("/actions", "must be an array of 1 to " + MAX_ACTIONS + " actions");
            return actions;
        }
        for (int i = 0; i < json.size(); i++) {
            var action = action(json.get(i), "/actions/" + i);
            if (action != null) {
                actions.add(action);
            }
        }
        return actions;
    }

    private @Nullable DeviceAction action(JsonNode json, String pointer) {
        if (!object(json, pointer)) {
            return null;
        }
        var type = json.path("type");
        if (type.isTextual() && !type.asText().equals("device")) {
            unsupported(pointer + "/type", "there is no such action, only device");
            return null;
        }
        if (!type.isTextual()) {
            fault(pointer + "/type", "must be device");
        }
        known(json, pointer, "type", "device_id", "command", "args", "ttl_ms", "delay_ms");
        var deviceId = id(json, pointer, "device_id");
        var command = word(json.path("command"), pointer + "/command");
        var args = args(field(json, "args"), pointer + "/args");
        var ttl =
                integer(
                        field(json, "ttl_ms"),
                        pointer + "/ttl_ms",
                        1,
                        DeviceAction.MAX_TTL_MS,
                        DeviceAction.DEFAULT_TTL_MS);
        var delay =
                integer(
                        field(json, "delay_ms"),
                        pointer + "/delay_ms",
                        0,
                        DeviceAction.MAX_DELAY_MS,
                        0);
        return deviceId == null || command == null
                ? null
                : new DeviceAction(deviceId, command, args, ttl, delay);
    }

    private Map<String, Long> args(JsonNode json, String pointer) {
        var args = new LinkedHashMap<String, Long>();
        if (json.isMissingNode()) {
            return args;
        }
        if (!json.isObject() || json.size() > MAX_ARGS) {
            fault(pointer, "must be an object of at most " + MAX_ARGS + " integers");
            return args;
        }
        for (var arg : json.properties()) {
            var at = child(pointer, arg.getKey());
            if (!WORD.matcher(arg.getKey()).matches()) {
                fault(at, "the name of an argument must be 1 to 64 of A-Z a-z 0-9 _ . -");
            }
            args.put(arg.getKey(), integer(arg.getValue(), at, -MAX_INTEGER, MAX_INTEGER, 0));
        }
        return args;
    }

    private boolean object(JsonNode json, String pointer) {
        if (!json.isObject()) {
            fault(pointer, "must be an object");
        }
        return json.isObject();
    }

    /** Refuses what rules do not know, since ignoring it would make them do something else. */
    private void known(JsonNode json, String pointer, String... names) {
        var known = Set.of(names);
        for (var field : json.properties()) {
            if (!known.contains(field.getKey())) {
                unsupported(child(pointer, field.getKey()), "rules do not support this field");
            }
        }
    }

    private @Nullable String text(JsonNode json, String pointer, String field, int maxLength) {
        return text(json.path(field), child(pointer, field), maxLength);
    }

    private @Nullable String text(JsonNode json, String pointer, int maxLength) {
        var text = json.isTextual() ? json.asText() : "";
        if (CommentText.fold(text).isBlank() || text.codePointCount(0, text.length()) > maxLength) {
            fault(pointer, "must be text of 1 to %d characters".formatted(maxLength));
            return null;
        }
        if (text.codePoints().anyMatch(RuleJson::isNoCharacter)) {
            fault(pointer, "must not contain U+0000 or half a surrogate pair");
            return null;
        }
        return text;
    }

    /** What PostgreSQL does not keep in JSON. */
    private static boolean isNoCharacter(int codePoint) {
        return codePoint == 0 || (codePoint >= 0xd800 && codePoint <= 0xdfff);
    }

    private @Nullable String word(JsonNode json, String pointer) {
        if (!json.isTextual() || !WORD.matcher(json.asText()).matches()) {
            fault(pointer, "must be 1 to 64 of A-Z a-z 0-9 _ . -");
            return null;
        }
        return json.asText();
    }

    private @Nullable UUID id(JsonNode json, String pointer, String field) {
        var id = json.path(field);
        if (!id.isTextual() || !ID.matcher(id.asText()).matches()) {
            fault(child(pointer, field), "must be a UUID");
            return null;
        }
        return UUID.fromString(id.asText());
    }

    private long integer(JsonNode number, String pointer, long min, long max, long absent) {
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

    /** The field; one that is null is as good as missing. */
    private static JsonNode field(JsonNode json, String name) {
        var field = json.path(name);
        return field.isNull() ? MissingNode.getInstance() : field;
    }

    private void fault(String pointer, String detail) {
        faults.add(new InvalidRule.Fault(pointer, detail));
    }

    private void unsupported(String pointer, String detail) {
        unsupported = true;
        fault(pointer, detail);
    }

    private static String child(String pointer, String name) {
        return pointer + '/' + name.replace("~", "~0").replace("/", "~1");
    }

    /** The rule as {@link #read} reads it. */
    static ObjectNode write(RuleDefinition rule) {
        var json = NODES.objectNode().put("name", rule.name()).put("enabled", rule.enabled());
        if (rule.livestreamId() != null) {
            json.put("livestream_id", rule.livestreamId().toString());
        }
        json.set("trigger", write(rule.trigger()));
        if (!rule.cooldown().equals(Cooldown.NONE)) {
            json.set(
                    "cooldown",
                    NODES.objectNode()
                            .put("global_ms", rule.cooldown().globalMs())
                            .put("per_viewer_ms", rule.cooldown().perViewerMs()));
        }
        var actions = json.putArray("actions");
        rule.actions().forEach(action -> actions.add(write(action)));
        return json;
    }

    private static ObjectNode write(Trigger trigger) {
        var json = NODES.objectNode();
        return switch (trigger) {
            case Trigger.CommentContains(var text) ->
                    json.put("type", "comment").put("contains", text);
            case Trigger.CommentEquals(var text) -> json.put("type", "comment").put("equals", text);
            case Trigger.CommentRegex(var regex) -> json.put("type", "comment").put("regex", regex);
            case Trigger.Gift(var names, var minDiamonds, var mode) -> {
                json.put("type", "gift");
                if (!names.isEmpty()) {
                    ArrayNode array = json.putArray("names");
                    names.forEach(array::add);
                }
                yield json.put("min_diamonds", minDiamonds).put("mode", mode.toString());
            }
        };
    }

    private static ObjectNode write(DeviceAction action) {
        var json =
                NODES.objectNode()
                        .put("type", "device")
                        .put("device_id", action.deviceId().toString())
                        .put("command", action.command());
        var args = json.putObject("args");
        action.args().forEach(args::put);
        return json.put("ttl_ms", action.ttlMs()).put("delay_ms", action.delayMs());
    }
}
