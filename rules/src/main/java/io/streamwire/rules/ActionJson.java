package io.streamwire.rules;

import static io.streamwire.rules.JsonReader.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.rules.DeviceAction.Target;
import io.streamwire.rules.RuleAction.Choice;
import io.streamwire.rules.RuleAction.Option;
import io.streamwire.rules.RuleAction.Sequence;
import io.streamwire.rules.RuleAction.Wait;
import io.streamwire.rules.RuleAction.Winner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The actions of a rule as JSON. */
final class ActionJson {

    private static final String AT = "/actions";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final List<String> winners;
    private final JsonReader in;
    private int listed;
    private int parts;

    private ActionJson(List<String> winners, JsonReader in) {
        this.winners = winners;
        this.in = in;
    }

    /** The types that there are. */
    private enum Type {
        DEVICE,
        SEQUENCE,
        CHOICE,
        WINNER,
        WAIT,
        WEBHOOK,
        OVERLAY;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Reads the actions of a rule.
     *
     * @param winners what can win its vote or tug-of-war; empty when there is none
     */
    static List<RuleAction> read(JsonNode json, List<String> winners, JsonReader in) {
        if (!json.isArray() || json.isEmpty() || json.size() > RuleAction.MAX_PLANNED) {
            in.fault(AT, "must be an array of 1 to " + RuleAction.MAX_PLANNED + " actions");
            return List.of();
        }
        var reader = new ActionJson(winners, in);
        var actions = reader.actions(json, AT, 0);
        if (reader.full()) {
            in.fault(
                    AT,
                    "must not list more than %d actions in all, and %d with waits and choices"
                            .formatted(RuleAction.MAX_LISTED, RuleAction.MAX_PARTS));
            return List.of();
        }
        var together = new Sequence(actions);
        if (together.most() > RuleAction.MAX_PLANNED) {
            in.fault(
                    AT,
                    "must not do more than %d things each time, but can do %d"
                            .formatted(RuleAction.MAX_PLANNED, together.most()));
        }
        for (int i = 0; i < actions.size(); i++) {
            if (actions.get(i).latest() > RuleAction.MAX_DELAY_MS) {
                in.fault(
                        AT + '/' + i,
                        "must be over after %d ms, but can take %d"
                                .formatted(RuleAction.MAX_DELAY_MS, actions.get(i).latest()));
            }
        }
        return actions;
    }

    /** Whether there is more than a rule may have; what comes then is not even looked at. */
    private boolean full() {
        return listed > RuleAction.MAX_LISTED || parts > RuleAction.MAX_PARTS;
    }

    private List<RuleAction> actions(JsonNode json, String pointer, int depth) {
        var actions = new ArrayList<RuleAction>();
        for (int i = 0; i < json.size() && !full(); i++) {
            var action = action(json.get(i), pointer + '/' + i, depth);
            if (action != null) {
                actions.add(action);
            }
        }
        return actions;
    }

    /**
     * Reads an action.
     *
     * @param depth how many sequences and choices it is in
     */
    private @Nullable RuleAction action(JsonNode json, String pointer, int depth) {
        parts++;
        if (!in.object(json, pointer)) {
            return null;
        }
        var type = in.choice(json.path("type"), pointer + "/type", "action", Type.values());
        if (type.isEmpty()) {
            return null;
        }
        return switch (type.get()) {
            case DEVICE -> device(json, pointer);
            case SEQUENCE -> inside(pointer, depth) ? sequence(json, pointer, depth + 1) : null;
            case CHOICE -> inside(pointer, depth) ? choice(json, pointer, depth + 1) : null;
            case WINNER -> inside(pointer, depth) ? winner(json, pointer, depth + 1) : null;
            case WEBHOOK -> webhook(json, pointer);
            case OVERLAY -> overlay(json, pointer);
            case WAIT -> {
                in.fault(pointer + "/type", "can be wait in the steps of a sequence only");
                yield null;
            }
        };
    }

    private boolean inside(String pointer, int depth) {
        if (depth >= RuleAction.MAX_DEPTH) {
            in.fault(pointer, "must not be nested deeper than " + RuleAction.MAX_DEPTH);
        }
        return depth < RuleAction.MAX_DEPTH;
    }

    private @Nullable Sequence sequence(JsonNode json, String pointer, int depth) {
        in.known(json, pointer, "type", "steps");
        var given = json.path("steps");
        var at = pointer + "/steps";
        if (!isList(given, at, Sequence.MAX_STEPS, "steps")) {
            return null;
        }
        var steps = new ArrayList<RuleAction>();
        for (int i = 0; i < given.size() && !full(); i++) {
            var step = step(given.get(i), at + '/' + i, depth);
            if (step != null) {
                steps.add(step);
            }
        }
        return new Sequence(steps);
    }

    private @Nullable RuleAction step(JsonNode json, String pointer, int depth) {
        if (!json.path("type").asText().equals(Type.WAIT.toString())) {
            return action(json, pointer, depth);
        }
        parts++;
        in.known(json, pointer, "type", "ms");
        var ms = in.integer(json.path("ms"), pointer + "/ms", 1, RuleAction.MAX_DELAY_MS, 0);
        if (json.path("ms").isMissingNode()) {
            in.fault(pointer + "/ms", "is missing");
        }
        return new Wait(ms);
    }

    private @Nullable Choice choice(JsonNode json, String pointer, int depth) {
        in.known(json, pointer, "type", "of");
        var given = json.path("of");
        var at = pointer + "/of";
        if (!isList(given, at, Choice.MAX_OPTIONS, "options")) {
            return null;
        }
        var options = new ArrayList<Option>();
        for (int i = 0; i < given.size() && !full(); i++) {
            parts++;
            var option = given.get(i);
            var here = at + '/' + i;
            if (!in.object(option, here)) {
                continue;
            }
            in.known(option, here, "weight", "action");
            var action = field(option, "action");
            options.add(
                    new Option(
                            (int) in.integer(option, here, "weight", 1, Option.MAX_WEIGHT, 1),
                            action.isMissingNode()
                                    ? null
                                    : action(action, here + "/action", depth)));
        }
        return new Choice(options);
    }

    private @Nullable Winner winner(JsonNode json, String pointer, int depth) {
        in.known(json, pointer, "type", "of");
        if (winners.isEmpty()) {
            in.fault(pointer + "/type", "needs a crowd of type vote or tug");
        }
        var given = json.path("of");
        var at = pointer + "/of";
        if (!isList(given, at, TriggerJson.MAX_LISTED, "choices")) {
            return null;
        }
        var of = new LinkedHashMap<String, RuleAction>();
        for (int i = 0; i < given.size() && !full(); i++) {
            parts++;
            var one = given.get(i);
            var here = at + '/' + i;
            if (!in.object(one, here)) {
                continue;
            }
            in.known(one, here, "choice", "action");
            var choice = one.path("choice").asText();
            if (!winners.contains(choice) || of.containsKey(choice)) {
                in.fault(here + "/choice", "must be one of the trigger's choices, each once");
            }
            var action = action(one.path("action"), here + "/action", depth);
            if (action != null) {
                of.put(choice, action);
            }
        }
        return new Winner(of);
    }

    private boolean isList(JsonNode json, String pointer, int most, String what) {
        var is = json.isArray() && !json.isEmpty() && json.size() <= most;
        if (!is) {
            in.fault(pointer, "must be an array of 1 to %d %s".formatted(most, what));
        }
        return is;
    }

    private @Nullable DeviceAction device(JsonNode json, String pointer) {
        listed++;
        in.known(
                json, pointer, "type", "device_id", "tag", "command", "args", "ttl_ms", "delay_ms");
        var target = target(json, pointer);
        var command = in.word(json.path("command"), pointer + "/command");
        var args = ArgumentJson.read(field(json, "args"), pointer + "/args", in);
        var ttl =
                in.integer(
                        json,
                        pointer,
                        "ttl_ms",
                        1,
                        DeviceAction.MAX_TTL_MS,
                        DeviceAction.DEFAULT_TTL_MS);
        var delay = in.integer(json, pointer, "delay_ms", 0, RuleAction.MAX_DELAY_MS, 0);
        return target == null || command == null
                ? null
                : new DeviceAction(target, command, args, ttl, delay);
    }

    private @Nullable Target target(JsonNode json, String pointer) {
        var tag = field(json, "tag");
        if (tag.isMissingNode()) {
            var id = in.id(json, pointer, "device_id");
            return id == null ? null : new Target.Device(id);
        }
        if (json.hasNonNull("device_id")) {
            in.fault(pointer + "/tag", "cannot be combined with device_id");
        }
        var name = RuleJson.tag(tag, pointer + "/tag", in);
        return name == null ? null : new Target.Tag(name);
    }

    private @Nullable WebhookAction webhook(JsonNode json, String pointer) {
        listed++;
        in.known(json, pointer, "type", "url", "body", "delay_ms");
        var url =
                in.parsed(
                        json.path("url"),
                        pointer + "/url",
                        "an http or https URL of at most %d ASCII characters, without user and #"
                                .formatted(WebhookAction.MAX_URL_LENGTH),
                        WebhookAction::url);
        var given = field(json, "body");
        var body = given.isMissingNode() ? null : JsonTemplate.read(given, pointer + "/body", in);
        var delay = in.integer(json, pointer, "delay_ms", 0, RuleAction.MAX_DELAY_MS, 0);
        return url == null ? null : new WebhookAction(url, body, delay);
    }

    private @Nullable OverlayAction overlay(JsonNode json, String pointer) {
        listed++;
        in.known(json, pointer, "type", "text", "for_ms", "delay_ms");
        var text = in.text(json, pointer, "text", TextTemplate.MAX_LENGTH);
        var forMs =
                in.integer(
                        json,
                        pointer,
                        "for_ms",
                        1,
                        OverlayAction.MAX_FOR_MS,
                        OverlayAction.DEFAULT_FOR_MS);
        var delay = in.integer(json, pointer, "delay_ms", 0, RuleAction.MAX_DELAY_MS, 0);
        if (text == null) {
            return null;
        }
        try {
            return new OverlayAction(TextTemplate.of(text), forMs, delay);
        } catch (TextTemplate.InvalidTemplate e) {
            in.fault(pointer + "/text", e.reason());
            return null;
        }
    }

    static ArrayNode write(List<RuleAction> actions) {
        var json = NODES.arrayNode();
        actions.forEach(action -> json.add(write(action)));
        return json;
    }

    private static ObjectNode write(RuleAction action) {
        return switch (action) {
            case DeviceAction device -> write(device);
            case WebhookAction(var url, var body, var delayMs) -> {
                var json = of(Type.WEBHOOK).put("url", url.toString());
                if (body != null) {
                    json.set("body", body.source());
                }
                yield json.put("delay_ms", delayMs);
            }
            case OverlayAction(var text, var forMs, var delayMs) ->
                    of(Type.OVERLAY)
                            .put("text", text.source())
                            .put("for_ms", forMs)
                            .put("delay_ms", delayMs);
            case Wait(var ms) -> of(Type.WAIT).put("ms", ms);
            case Sequence(var steps) -> {
                var json = of(Type.SEQUENCE);
                json.set("steps", write(steps));
                yield json;
            }
            case Winner(var winners) -> {
                var json = of(Type.WINNER);
                var of = json.putArray("of");
                winners.forEach((choice, one) ->
                        of.addObject().put("choice", choice).set("action", write(one)));
                yield json;
            }
            case Choice(var options) -> {
                var json = of(Type.CHOICE);
                var of = json.putArray("of");
                for (var option : options) {
                    var one = of.addObject().put("weight", option.weight());
                    if (option.action() != null) {
                        one.set("action", write(option.action()));
                    }
                }
                yield json;
            }
        };
    }

    private static ObjectNode write(DeviceAction action) {
        var json = of(Type.DEVICE);
        switch (action.target()) {
            case Target.Device(var id) -> json.put("device_id", id.toString());
            case Target.Tag(var name) -> json.put("tag", name);
        }
        json.put("command", action.command());
        json.set("args", ArgumentJson.write(action.args()));
        return json.put("ttl_ms", action.ttlMs()).put("delay_ms", action.delayMs());
    }

    private static ObjectNode of(Type type) {
        return NODES.objectNode().put("type", type.toString());
    }
}
