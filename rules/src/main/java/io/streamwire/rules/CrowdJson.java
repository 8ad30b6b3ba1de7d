package io.streamwire.rules;

import static io.streamwire.rules.JsonReader.MAX_INTEGER;
import static io.streamwire.rules.JsonReader.child;
import static io.streamwire.rules.JsonReader.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.rules.Crowd.Quantity;
import io.streamwire.rules.Crowd.Tie;
import io.streamwire.rules.Crowd.Weight;
import io.streamwire.rules.Crowd.Window;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The crowd of a rule as JSON. */
final class CrowdJson {

    private static final String AT = "/crowd";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private CrowdJson() {}

    /** The types that there are. */
    private enum Type {
        VIEWERS,
        SUM,
        VOTE,
        TUG;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What a vote weighs. */
    private enum Weigh {
        VIEWERS,
        DIAMONDS;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Null when the rule needs none, and after a fault. */
    static @Nullable Crowd read(JsonNode json, @Nullable Trigger trigger, JsonReader in) {
        if (json.isMissingNode() || !in.object(json, AT)) {
            return null;
        }
        var type = in.choice(json.path("type"), AT + "/type", "crowd", Type.values());
        if (type.isEmpty()) {
            return null;
        }
        in.needed(json, AT, "within_ms");
        var ms = in.integer(json, AT, "within_ms", Crowd.MIN_MS, Crowd.MAX_MS, Crowd.MIN_MS);
        var crowd =
                switch (type.get()) {
                    case VIEWERS -> viewers(json, ms, in);
                    case SUM -> sum(json, ms, in);
                    case VOTE -> vote(json, ms, in);
                    case TUG -> tug(json, ms, in);
                };
        if (trigger != null) {
            check(crowd, trigger, in);
        }
        return crowd;
    }

    private static Crowd viewers(JsonNode json, long ms, JsonReader in) {
        in.known(json, AT, "type", "within_ms", "window", "count");
        in.needed(json, AT, "count");
        var count = in.integer(json, AT, "count", 2, Crowd.Viewers.MOST, 2);
        return new Crowd.Viewers(count, ms, window(json, in));
    }

    private static Crowd sum(JsonNode json, long ms, JsonReader in) {
        in.known(json, AT, "type", "within_ms", "window", "of", "reaches");
        in.needed(json, AT, "reaches");
        return new Crowd.Sum(
                in.choice(json.path("of"), AT + "/of", "quantity", Quantity.values())
                        .orElse(Quantity.EVENTS),
                in.integer(json, AT, "reaches", 1, MAX_INTEGER, 1),
                ms,
                window(json, in));
    }

    private static Crowd vote(JsonNode json, long ms, JsonReader in) {
        in.known(json, AT, "type", "within_ms", "min_voters", "tie", "weigh", "role_weights");
        var tie = field(json, "tie");
        return new Crowd.Vote(
                ms,
                in.integer(json, AT, "min_voters", 1, Crowd.Viewers.MOST, 1),
                tie.isMissingNode()
                        ? Tie.FIRST
                        : in.choice(tie, AT + "/tie", "way to end a tie", Tie.values())
                                .orElse(Tie.FIRST),
                weight(json, in));
    }

    private static Crowd tug(JsonNode json, long ms, JsonReader in) {
        in.known(json, AT, "type", "within_ms", "lead", "weigh", "role_weights");
        in.needed(json, AT, "lead");
        return new Crowd.Tug(in.integer(json, AT, "lead", 1, MAX_INTEGER, 1), ms, weight(json, in));
    }

    private static Window window(JsonNode json, JsonReader in) {
        var window = field(json, "window");
        return window.isMissingNode()
                ? Window.SLIDING
                : in.choice(window, AT + "/window", "window", Window.values())
                        .orElse(Window.SLIDING);
    }

    private static Weight weight(JsonNode json, JsonReader in) {
        var weigh = field(json, "weigh");
        var of =
                weigh.isMissingNode()
                        ? Weigh.VIEWERS
                        : in.choice(weigh, AT + "/weigh", "weight", Weigh.values())
                                .orElse(Weigh.VIEWERS);
        return new Weight(of == Weigh.DIAMONDS, roles(field(json, "role_weights"), in));
    }

    private static Map<String, Long> roles(JsonNode json, JsonReader in) {
        var at = AT + "/role_weights";
        var roles = new HashMap<String, Long>();
        if (json.isMissingNode() || !in.object(json, at)) {
            return roles;
        }
        in.known(json, at, Conditions.ROLES.toArray(String[]::new));
        for (var role : json.properties()) {
            roles.put(
                    role.getKey(),
                    in.integer(role.getValue(), child(at, role.getKey()), 1, Weight.MOST, 1));
        }
        return roles;
    }

    /** What a crowd does cannot be done by every event. */
    private static void check(Crowd crowd, Trigger trigger, JsonReader in) {
        switch (trigger) {
            case Trigger.Likes(var every, var per)
                    when every > 0 && per == Trigger.LikesPer.VIEWER ->
                    in.fault(AT, "must not be there when the likes of each viewer are counted");
            case Trigger.Timer _, Trigger.ViewerCount _, Trigger.Live _ ->
                    in.fault(AT, "needs a trigger that viewers set off");
            default -> {}
        }
        var gifts = trigger instanceof Trigger.Gift;
        int choices = trigger.choices().size();
        switch (crowd) {
            case Crowd.Sum(var of, _, _, _) when of == Quantity.DIAMONDS && !gifts ->
                    in.fault(AT + "/of", "diamonds needs a trigger of gifts");
            case Crowd.Sum(var of, _, _, _)
                    when of == Quantity.LIKES && !(trigger instanceof Trigger.Likes) ->
                    in.fault(AT + "/of", "likes needs a trigger of likes");
            case Crowd.Vote vote -> choices(choices >= 2, vote.weight(), gifts, in);
            case Crowd.Tug tug -> choices(choices == 2, tug.weight(), gifts, in);
            default -> {}
        }
    }

    private static void choices(boolean enough, Weight weight, boolean gifts, JsonReader in) {
        if (!enough) {
            in.fault(
                    AT + "/type",
                    "needs a trigger with choices: two texts or gifts for a tug-of-war, two or"
                            + " more for a vote");
        }
        if (weight.diamonds() && !gifts) {
            in.fault(AT + "/weigh", "diamonds needs a trigger of gifts");
        }
    }

    static ObjectNode write(Crowd crowd) {
        var json = NODES.objectNode();
        switch (crowd) {
            case Crowd.Viewers(var count, _, var window) ->
                    json.put("type", "viewers")
                            .put("count", count)
                            .put("window", window.toString());
            case Crowd.Sum(var of, var reaches, _, var window) ->
                    json.put("type", "sum")
                            .put("of", of.toString())
                            .put("reaches", reaches)
                            .put("window", window.toString());
            case Crowd.Vote(_, var minVoters, var tie, var weight) -> {
                json.put("type", "vote").put("min_voters", minVoters).put("tie", tie.toString());
                write(weight, json);
            }
            case Crowd.Tug(var lead, _, var weight) -> {
                json.put("type", "tug").put("lead", lead);
                write(weight, json);
            }
        }
        return json.put("within_ms", crowd.withinMs());
    }

    private static void write(Weight weight, ObjectNode json) {
        json.put("weigh", (weight.diamonds() ? Weigh.DIAMONDS : Weigh.VIEWERS).toString());
        if (!weight.roles().isEmpty()) {
            new TreeMap<>(weight.roles()).forEach(json.putObject("role_weights")::put);
        }
    }
}
