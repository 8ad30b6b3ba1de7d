package io.streamwire.rules;

import static io.streamwire.rules.JsonReader.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.rules.Conditions.TimeOfDay;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The conditions of a rule as JSON. */
final class ConditionsJson {

    /** Most viewers in a list. */
    static final int MAX_VIEWERS = 200;

    private static final int MAX_HANDLE_LENGTH = 100;
    private static final String AT = "/conditions";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ConditionsJson() {}

    /**
     * Reads them.
     *
     * @param condition an expression in CEL that stands next to them
     */
    static Conditions read(JsonNode json, JsonNode condition, JsonReader in) {
        var expression =
                condition.isMissingNode()
                        ? null
                        : in.expression(condition, "/condition", Expression.Kind.CONDITION);
        if (json.isMissingNode() || !in.object(json, AT)) {
            return new Conditions(
                    Set.of(), Set.of(), Set.of(), Set.of(), 0, null, expression, Set.of());
        }
        in.known(
                json,
                AT,
                "roles",
                "except_roles",
                "viewers",
                "except_viewers",
                "min_team_level",
                "between",
                "device_online");
        return new Conditions(
                roles(json, "roles", in),
                roles(json, "except_roles", in),
                viewers(json, "viewers", in),
                viewers(json, "except_viewers", in),
                (int) in.integer(json, AT, "min_team_level", 0, Conditions.MAX_TEAM_LEVEL, 0),
                between(field(json, "between"), in),
                expression,
                devices(field(json, "device_online"), AT + "/device_online", in));
    }

    /** One, or an array of some. */
    private static Set<UUID> devices(JsonNode json, String at, JsonReader in) {
        if (json.isTextual()) {
            var id = in.id(json, at);
            return id == null ? Set.of() : Set.of(id);
        }
        return Set.copyOf(in.list(json, at, Conditions.MAX_DEVICES, "devices", in::id));
    }

    private static Set<String> roles(JsonNode json, String field, JsonReader in) {
        var known = Conditions.ROLES.toArray(String[]::new);
        return Set.copyOf(
                in.list(
                        field(json, field),
                        AT + '/' + field,
                        known.length,
                        "roles",
                        (role, at) -> in.choice(role, at, "role", known).orElse(null)));
    }

    private static Set<String> viewers(JsonNode json, String field, JsonReader in) {
        return in
                .texts(field(json, field), AT + '/' + field, MAX_VIEWERS, MAX_HANDLE_LENGTH)
                .stream()
                .map(Conditions::key)
                .filter(viewer -> !viewer.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static @Nullable TimeOfDay between(JsonNode json, JsonReader in) {
        var at = AT + "/between";
        if (json.isMissingNode() || !in.object(json, at)) {
            return null;
        }
        in.known(json, at, "from", "to", "zone");
        var from =
                in.parsed(json.path("from"), at + "/from", "a time like 18:00", LocalTime::parse);
        var to = in.parsed(json.path("to"), at + "/to", "a time like 23:30", LocalTime::parse);
        var zone =
                field(json, "zone").isMissingNode()
                        ? ZoneOffset.UTC
                        : in.parsed(
                                json.path("zone"),
                                at + "/zone",
                                "a time zone like Europe/Berlin",
                                ZoneId::of);
        if (from == null || to == null || zone == null) {
            return null;
        }
        if (from.equals(to)) {
            in.fault(at + "/to", "must not be the same as from");
        }
        return new TimeOfDay(from, to, zone);
    }

    /** Without the expression, which stands next to them; empty when there are no others. */
    static ObjectNode write(Conditions conditions) {
        var json = NODES.objectNode();
        put(json, "roles", conditions.roles());
        put(json, "except_roles", conditions.exceptRoles());
        put(json, "viewers", conditions.viewers());
        put(json, "except_viewers", conditions.exceptViewers());
        if (conditions.minTeamLevel() > 0) {
            json.put("min_team_level", conditions.minTeamLevel());
        }
        var between = conditions.between();
        if (between != null) {
            json.putObject("between")
                    .put("from", between.from().toString())
                    .put("to", between.to().toString())
                    .put("zone", between.zone().toString());
        }
        put(
                json,
                "device_online",
                conditions.devicesOnline().stream().map(UUID::toString).toList());
        return json;
    }

    private static void put(ObjectNode json, String field, Collection<String> texts) {
        if (!texts.isEmpty()) {
            new TreeSet<>(texts).forEach(json.putArray(field)::add);
        }
    }
}
