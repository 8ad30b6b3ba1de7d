package io.streamwire.rules;

import static io.streamwire.rules.JsonReader.MAX_INTEGER;
import static io.streamwire.rules.JsonReader.child;
import static io.streamwire.rules.JsonReader.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.rules.Argument.Calculated;
import io.streamwire.rules.Argument.Constant;
import io.streamwire.rules.Argument.Measured;
import io.streamwire.rules.Curve.Ends;
import io.streamwire.rules.Curve.Limited;
import io.streamwire.rules.Curve.Scaled;
import io.streamwire.rules.Curve.Shape;
import io.streamwire.rules.Curve.Step;
import io.streamwire.rules.Curve.Steps;
import io.streamwire.rules.NumberSource.CommandWord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The arguments of a device action as JSON. */
final class ArgumentJson {

    static final int MAX_ARGS = 16;

    private static final String STEPS = "steps";

    private static final NumberSource[] SOURCES =
            Stream.concat(
                            Stream.of(EventNumber.values()),
                            IntStream.rangeClosed(1, CommandWords.MOST).mapToObj(CommandWord::new))
                    .toArray(NumberSource[]::new);

    private ArgumentJson() {}

    static Map<String, Argument> read(JsonNode json, String pointer, JsonReader in) {
        var args = new LinkedHashMap<String, Argument>();
        if (json.isMissingNode()) {
            return args;
        }
        if (!json.isObject() || json.size() > MAX_ARGS) {
            in.fault(pointer, "must be an object of at most " + MAX_ARGS + " arguments");
            return args;
        }
        for (var arg : json.properties()) {
            var at = child(pointer, arg.getKey());
            if (!JsonReader.isWord(arg.getKey())) {
                in.fault(at, "the name of an argument must be 1 to 64 of A-Z a-z 0-9 _ . -");
            }
            var argument = argument(arg.getValue(), at, in);
            if (argument != null) {
                args.put(arg.getKey(), argument);
            }
        }
        return args;
    }

    private static @Nullable Argument argument(JsonNode json, String pointer, JsonReader in) {
        if (!json.isObject()) {
            return new Constant(in.integer(json, pointer, -MAX_INTEGER, MAX_INTEGER, 0));
        }
        if (json.has("cel")) {
            in.known(json, pointer, "cel", "default");
            var cel = in.expression(json.path("cel"), pointer + "/cel", Expression.Kind.INTEGER);
            return cel == null ? null : new Calculated(cel, otherwise(json, pointer, in));
        }
        in.known(json, pointer, "from", "curve", "in", "out", STEPS, "default");
        var from = source(json.path("from"), pointer + "/from", in);
        var curve = curve(json, pointer, in);
        return from == null || curve == null
                ? null
                : new Measured(from, curve, otherwise(json, pointer, in));
    }

    private static @Nullable Long otherwise(JsonNode json, String pointer, JsonReader in) {
        return field(json, "default").isMissingNode()
                ? null
                : Long.valueOf(in.integer(json, pointer, "default", -MAX_INTEGER, MAX_INTEGER, 0));
    }

    private static @Nullable NumberSource source(JsonNode json, String pointer, JsonReader in) {
        return in.choice(json, pointer, "number", SOURCES).orElse(null);
    }

    private static @Nullable Curve curve(JsonNode json, String pointer, JsonReader in) {
        var name = field(json, "curve");
        var isSteps = name.asText().equals(STEPS);
        if (!isSteps && json.has(STEPS)) {
            in.fault(pointer + '/' + STEPS, "is for the curve steps only");
        }
        if (isSteps) {
            for (var range : new String[] {"in", "out"}) {
                if (json.has(range)) {
                    in.fault(pointer + '/' + range, "is not for the curve steps");
                }
            }
            return steps(json.path(STEPS), pointer + '/' + STEPS, in);
        }
        if (name.isMissingNode()) {
            return limited(json, pointer, in);
        }
        var shape = in.choice(name, pointer + "/curve", "curve", Shape.values());
        var from = ends(json.path("in"), pointer + "/in", in);
        var to = ends(json.path("out"), pointer + "/out", in);
        if (shape.isEmpty() || from == null || to == null) {
            return null;
        }
        if (from.from() >= from.to()) {
            in.fault(pointer + "/in", "must rise");
        }
        return new Scaled(shape.get(), from, to);
    }

    private static @Nullable Curve limited(JsonNode json, String pointer, JsonReader in) {
        if (json.has("in")) {
            in.fault(pointer + "/in", "is for a curve only");
        }
        var out = field(json, "out");
        if (out.isMissingNode()) {
            return Limited.ANY;
        }
        var ends = ends(out, pointer + "/out", in);
        if (ends == null) {
            return null;
        }
        if (ends.from() > ends.to()) {
            in.fault(pointer + "/out", "must not fall without a curve");
        }
        return new Limited(ends.from(), ends.to());
    }

    private static @Nullable Ends ends(JsonNode json, String pointer, JsonReader in) {
        if (!json.isArray() || json.size() != 2) {
            in.fault(pointer, "must be an array of two integers");
            return null;
        }
        return new Ends(
                in.integer(json.get(0), pointer + "/0", -MAX_INTEGER, MAX_INTEGER, 0),
                in.integer(json.get(1), pointer + "/1", -MAX_INTEGER, MAX_INTEGER, 0));
    }

    private static @Nullable Steps steps(JsonNode json, String pointer, JsonReader in) {
        if (!json.isArray() || json.isEmpty() || json.size() > Steps.MAX_STEPS) {
            in.fault(pointer, "must be an array of 1 to " + Steps.MAX_STEPS + " steps");
            return null;
        }
        var steps = new ArrayList<Step>();
        for (int i = 0; i < json.size(); i++) {
            var step = ends(json.get(i), pointer + '/' + i, in);
            if (step == null) {
                return null;
            }
            if (!steps.isEmpty() && step.from() <= steps.getLast().from()) {
                in.fault(pointer + '/' + i + "/0", "must be more than in the step before");
            }
            steps.add(new Step(step.from(), step.to()));
        }
        return new Steps(steps);
    }

    static ObjectNode write(Map<String, Argument> args) {
        var json = JsonNodeFactory.instance.objectNode();
        args.forEach((name, argument) -> {
            switch (argument) {
                case Constant(var value) -> json.put(name, value);
                case Measured measured -> write(measured, json.putObject(name));
                case Calculated(var cel, var otherwise) -> {
                    var object = json.putObject(name).put("cel", cel.source());
                    putDefault(object, otherwise);
                }
            }
        });
        return json;
    }

    private static void write(Measured measured, ObjectNode json) {
        json.put("from", measured.from().toString());
        switch (measured.curve()) {
            case Limited limited -> {
                if (!limited.equals(Limited.ANY)) {
                    put(json.putArray("out"), limited.least(), limited.most());
                }
            }
            case Scaled(var shape, var in, var out) -> {
                json.put("curve", shape.toString());
                put(json.putArray("in"), in.from(), in.to());
                put(json.putArray("out"), out.from(), out.to());
            }
            case Steps(var steps) -> {
                var array = json.put("curve", STEPS).putArray(STEPS);
                steps.forEach(step -> put(array.addArray(), step.from(), step.result()));
            }
        }
        putDefault(json, measured.otherwise());
    }

    private static void put(ArrayNode json, long first, long second) {
        json.add(first).add(second);
    }

    private static void putDefault(ObjectNode json, @Nullable Long otherwise) {
        if (otherwise != null) {
            json.put("default", otherwise);
        }
    }
}
