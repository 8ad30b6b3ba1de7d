package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whatever a rule may be of, as the hub itself says, has a form in the dashboard. */
@ExtendWith({SharedHub.class, Chromium.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RuleFormsTest {

    /** Each form: the names of its fields, and for those that are one of some, of which. */
    private static final String FORMS =
            """
            async () => {
              const base = document.querySelector('script[type=module]').src.replace(/app\\.js$/, '');
              const forms = await import(base + 'core/rule-forms.js');
              const {VARIABLES} = await import(base + 'core/cel.js');
              const flat = (fields) => fields.flatMap((field) => (field.kind === 'oneOf' ? flat(field.fields) : [field]));
              const named = (fields) => Object.fromEntries(flat(fields).map(({name, values}) => [name, values ?? []]));
              const all = (types) => Object.fromEntries(Object.entries(types).map(([type, fields]) => [type, named(fields)]));
              return JSON.stringify({
                trigger: all(forms.TRIGGERS),
                crowd: all(forms.CROWDS),
                action: all(forms.ACTIONS),
                conditions: named(forms.CONDITIONS),
                cooldown: named(forms.COOLDOWN),
                limit: named(forms.LIMIT),
                queue: {mode: ['queue', 'replace'], ...named(forms.QUEUE)},
                rule: named(forms.FILING),
                roles: forms.ROLES,
                sources: forms.SOURCES,
                curves: forms.CURVES,
                variables: Object.values(VARIABLES).flat().map(({name}) => name),
              });
            }
            """;

    /** What of a rule is no form of its own, but part of the page. */
    private static final List<String> PARTS =
            List.of(
                    "name",
                    "enabled",
                    "trigger",
                    "conditions",
                    "condition",
                    "crowd",
                    "cooldown",
                    "limits",
                    "queue",
                    "actions");

    private @Nullable JsonNode forms;
    private @Nullable JsonNode schemas;
    private @Nullable ApiClient api;

    @BeforeAll
    void theFormsAndWhatTheHubKnows() {
        var account = Viewer.Account.made();
        api = account.api();
        schemas = whole(account.api()).at("/components/schemas");
        try (var viewer = Viewer.onDesk()) {
            viewer.page().navigate("/sign-in");
            viewer.heading().waitFor();
            forms = Json.read((String) viewer.page().evaluate(FORMS), JsonNode.class);
        }
    }

    /** The description of all services; one that has not answered in time is named in it. */
    private static JsonNode whole(ApiClient api) {
        Wait.until(
                Duration.ofSeconds(60),
                "every service describes itself",
                () -> !api.get("/openapi").has("x-missing"));
        return api.get("/openapi");
    }

    @Test
    void everyTypeThatTheHubTakesHasAForm() {
        assertThat(names(forms().path("trigger"))).isEqualTo(known("trigger", rule("trigger")));
        assertThat(names(forms().path("crowd"))).isEqualTo(known("crowd", rule("crowd")));
        assertThat(names(forms().path("action"))).isEqualTo(known("action", rule("actions")));
    }

    @Test
    void everyNumberCurveAndRoleCanBeChosen() {
        assertThat(texts(forms().path("sources"))).isEqualTo(known("number", argument("from")));
        var curves = known("curve", argument("curve"));
        curves.add("steps");
        assertThat(texts(forms().path("curves"))).isEqualTo(curves);
        assertThat(texts(forms().path("roles"))).isEqualTo(known("role", rule("conditions")));
    }

    @Test
    void theHelpOfExpressionsHasEveryVariable() {
        var told = new TreeSet<String>();
        for (var of : List.of("event", "viewer", "counters")) {
            var body = new HashMap<String, Object>(usual());
            body.put("condition", of + ".nothing == 1");
            told.addAll(
                    List.of(after(of + " has no such field, only ", refused(body)).split(", ")));
        }

        assertThat(texts(forms().path("variables"))).isEqualTo(told);
    }

    @Test
    void everyFieldHasAPlaceInItsForm() {
        var triggers = new TreeMap<String, Map<String, Set<String>>>();
        for (var of : schema("NewRule").at("/properties/trigger/oneOf")) {
            var described = schema(of.path("$ref").asText().replaceFirst(".*\\.", ""));
            types(described).forEach(type -> triggers.put(type, fields(described)));
        }
        var actions = new TreeMap<String, Map<String, Set<String>>>();
        for (var name : List.of("Device", "Sequence", "Choice", "Winner", "Webhook", "Overlay")) {
            var described = schema(name + "Action");
            types(described).forEach(type -> actions.put(type, fields(described)));
        }
        actions.put("wait", fields(schema("Wait")));
        var crowd = fields(schema("Crowd"));
        var rule = fields(schema("NewRule"));
        PARTS.forEach(rule::remove);

        assertThat(all(forms().path("trigger"))).isEqualTo(triggers);
        assertThat(all(forms().path("action"))).isEqualTo(actions);
        assertThat(one(forms().path("conditions"))).isEqualTo(fields(schema("Conditions")));
        assertThat(one(forms().path("cooldown"))).isEqualTo(fields(part("cooldown")));
        assertThat(one(forms().path("queue"))).isEqualTo(fields(part("queue")));
        assertThat(one(forms().path("limit"))).isEqualTo(fields(part("limits").path("items")));
        assertThat(one(forms().path("rule"))).isEqualTo(rule);
        var shown = new TreeMap<String, Set<String>>();
        forms().path("crowd").forEach(form -> shown.putAll(one(form)));
        assertThat(shown).isEqualTo(crowd);
    }

    private JsonNode forms() {
        return Objects.requireNonNull(forms);
    }

    private JsonNode schema(String name) {
        return Objects.requireNonNull(schemas).required("rules." + name);
    }

    private JsonNode part(String name) {
        return schema("NewRule").at("/properties/" + name);
    }

    private static Set<String> types(JsonNode described) {
        var type = described.at("/properties/type");
        return type.has("const")
                ? new TreeSet<>(List.of(type.path("const").asText()))
                : texts(type.path("enum"));
    }

    /** The fields of a schema besides its type, with what each may be if it is one of some. */
    private Map<String, Set<String>> fields(JsonNode described) {
        var fields = new TreeMap<String, Set<String>>();
        for (var field : described.path("properties").properties()) {
            if (!field.getKey().equals("type")) {
                fields.put(field.getKey(), values(field.getValue()));
            }
        }
        return fields;
    }

    private Set<String> values(JsonNode described) {
        if (described.path("$ref").asText().endsWith("ViewerRoles")) {
            return values(schema("ViewerRoles"));
        }
        return texts(described.has("enum") ? described.path("enum") : described.at("/items/enum"));
    }

    private static Map<String, Map<String, Set<String>>> all(JsonNode forms) {
        var all = new TreeMap<String, Map<String, Set<String>>>();
        forms.properties().forEach(form -> all.put(form.getKey(), one(form.getValue())));
        return all;
    }

    private static Map<String, Set<String>> one(JsonNode form) {
        var fields = new TreeMap<String, Set<String>>();
        form.properties().forEach(field -> fields.put(field.getKey(), texts(field.getValue())));
        return fields;
    }

    private static Set<String> names(JsonNode object) {
        var names = new TreeSet<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Set<String> texts(JsonNode array) {
        var texts = new TreeSet<String>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /** What there is, as the hub says to somebody who asks for something that there is not. */
    private Set<String> known(String what, Map<String, ?> rule) {
        var only = after("there is no such %s, only ".formatted(what), refused(rule));
        return new TreeSet<>(List.of(only.split(", ")));
    }

    private String refused(Map<String, ?> rule) {
        var refused = catchThrowable(() -> Objects.requireNonNull(api).post("/api/v1/rules", rule));
        assertThat(refused).hasMessageContaining(" 422:");
        return Objects.requireNonNull(refused.getMessage());
    }

    private static String after(String beginning, String message) {
        var found = Pattern.compile(Pattern.quote(beginning) + "([^\"]+)\"").matcher(message);
        assertThat(found.find()).as(message).isTrue();
        return found.group(1);
    }

    private static Map<String, ?> usual() {
        return Map.of(
                "name",
                "Unknown",
                "trigger",
                Map.of("type", "follow"),
                "actions",
                List.of(Map.of("type", "overlay", "text", "Hi")));
    }

    /** A rule of which this part is of a type that there is not. */
    private static Map<String, ?> rule(String part) {
        var rule = new HashMap<String, Object>(usual());
        var unknown = Map.of("type", "unheard-of", "within_ms", 1_000);
        rule.put(
                part,
                switch (part) {
                    case "actions" -> List.of(unknown);
                    case "conditions" -> Map.of("roles", List.of("unheard-of"));
                    default -> unknown;
                });
        return rule;
    }

    private static Map<String, ?> argument(String field) {
        var argument = new HashMap<String, Object>(Map.of("from", "diamonds"));
        argument.put(field, "unheard-of");
        var rule = new HashMap<String, Object>(usual());
        rule.put(
                "actions",
                List.of(
                        Map.of(
                                "type",
                                "device",
                                "tag",
                                "any",
                                "command",
                                "spin",
                                "args",
                                Map.of("level", argument))));
        return rule;
    }
}
