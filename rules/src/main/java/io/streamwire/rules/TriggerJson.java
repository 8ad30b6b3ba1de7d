package io.streamwire.rules;

import static io.streamwire.rules.JsonReader.MAX_INTEGER;
import static io.streamwire.rules.JsonReader.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.streamwire.contract.LiveEvent.RoomState;
import io.streamwire.rules.Trigger.CommentMode;
import io.streamwire.rules.Trigger.GiftMode;
import io.streamwire.rules.Trigger.Happening;
import io.streamwire.rules.Trigger.LikesPer;
import io.streamwire.rules.Trigger.Range;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The trigger of a rule as JSON. */
final class TriggerJson {

    static final int MAX_PATTERN_LENGTH = 200;

    /** Most texts, names or ids that one trigger lists. */
    static final int MAX_LISTED = 50;

    private static final int MAX_MONTHS = 1_200;

    /** A day. */
    private static final int MAX_SECONDS = 86_400;

    private static final String AT = "/trigger";
    private static final String REGEX = "regex";
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private TriggerJson() {}

    /** The types that there are. */
    private enum Type {
        COMMENT,
        GIFT,
        FOLLOW,
        SHARE,
        JOIN,
        SUBSCRIBE,
        LIKES,
        VIEWERS,
        TIMER,
        LIVE,
        MANUAL,
        WEBHOOK;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What a live can come to; TikTok's own end of it is an end, too. */
    private enum LiveState {
        PAUSED,
        RESUMED,
        ENDED;

        Set<RoomState> rooms() {
            return switch (this) {
                case PAUSED -> Set.of(RoomState.PAUSED);
                case RESUMED -> Set.of(RoomState.RESUMED);
                case ENDED -> Set.of(RoomState.ENDED, RoomState.SUSPENDED);
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static @Nullable Trigger read(JsonNode json, JsonReader in) {
        if (!in.object(json, AT)) {
            return null;
        }
        var type = in.choice(json.path("type"), AT + "/type", "trigger", Type.values());
        if (type.isEmpty()) {
            return null;
        }
        return switch (type.get()) {
            case COMMENT -> comment(json, in);
            case GIFT -> gift(json, in);
            case FOLLOW -> happened(json, in, Happening.FOLLOW);
            case SHARE -> happened(json, in, Happening.SHARE);
            case JOIN -> happened(json, in, Happening.JOIN);
            case SUBSCRIBE -> {
                in.known(json, AT, "type", "min_months");
                yield new Trigger.Subscribe(in.integer(json, AT, "min_months", 0, MAX_MONTHS, 0));
            }
            case LIKES -> likes(json, in);
            case VIEWERS -> viewers(json, in);
            case TIMER -> {
                in.known(json, AT, "type", "every_s");
                in.needed(json, AT, "every_s");
                yield new Trigger.Timer(
                        in.integer(
                                json,
                                AT,
                                "every_s",
                                Trigger.Timer.MIN_SECONDS,
                                MAX_SECONDS,
                                Trigger.Timer.MIN_SECONDS));
            }
            case LIVE -> live(json, in);
            case MANUAL -> {
                in.known(json, AT, "type", "label");
                yield new Trigger.Manual(
                        json.hasNonNull("label")
                                ? in.text(json, AT, "label", RuleJson.MAX_NAME_LENGTH)
                                : null);
            }
            case WEBHOOK -> {
                in.known(json, AT, "type");
                yield new Trigger.Webhook();
            }
        };
    }

    private static @Nullable Trigger comment(JsonNode json, JsonReader in) {
        var modes = Stream.of(CommentMode.values()).map(CommentMode::toString).toList();
        in.known(
                json,
                AT,
                Stream.concat(Stream.of("type", REGEX), modes.stream()).toArray(String[]::new));
        var given =
                Stream.concat(modes.stream(), Stream.of(REGEX)).filter(json::hasNonNull).toList();
        if (given.size() != 1) {
            in.fault(AT, "must have exactly one of " + String.join(", ", modes) + " and regex");
            return null;
        }
        var field = given.getFirst();
        if (field.equals(REGEX)) {
            return regex(json, in);
        }
        var mode =
                Stream.of(CommentMode.values())
                        .filter(one -> one.toString().equals(field))
                        .findFirst()
                        .orElseThrow();
        var texts = texts(json.path(field), AT + '/' + field, in);
        return texts.isEmpty()
                ? null
                : mode == CommentMode.COMMAND
                        ? command(texts, in)
                        : new Trigger.Comment(mode, texts);
    }

    /** One text, or an array of them. */
    private static List<String> texts(JsonNode json, String pointer, JsonReader in) {
        if (!json.isArray()) {
            return Stream.ofNullable(in.text(json, pointer, MAX_PATTERN_LENGTH)).toList();
        }
        if (json.isEmpty()) {
            in.fault(pointer, "must have a text");
        }
        return in.texts(json, pointer, MAX_LISTED, MAX_PATTERN_LENGTH);
    }

    private static @Nullable Trigger command(List<String> texts, JsonReader in) {
        var names =
                texts.stream()
                        .map(text -> text.startsWith("!") ? text.substring(1) : text)
                        .toList();
        if (!names.stream().allMatch(TriggerJson::isOneWord)) {
            in.fault(AT + "/command", "must be one word, with or without an exclamation mark");
            return null;
        }
        return new Trigger.Comment(CommentMode.COMMAND, names);
    }

    private static boolean isOneWord(String name) {
        return !CommentText.fold(name).isBlank()
                && name.codePoints().noneMatch(Character::isWhitespace);
    }

    private static @Nullable Trigger regex(JsonNode json, JsonReader in) {
        var regex = in.text(json, AT, REGEX, MAX_PATTERN_LENGTH);
        if (regex == null) {
            return null;
        }
        try {
            CommentPattern.compile(regex);
            return new Trigger.CommentRegex(regex);
        } catch (CommentPattern.InvalidPattern e) {
            in.fault(AT + "/regex", e.reason());
            return null;
        }
    }

    private static Trigger gift(JsonNode json, JsonReader in) {
        in.known(
                json,
                AT,
                "type",
                "names",
                "ids",
                "min_diamonds",
                "max_diamonds",
                "min_price",
                "max_price",
                "mode",
                "cap");
        var names =
                in.texts(field(json, "names"), AT + "/names", MAX_LISTED, RuleJson.MAX_NAME_LENGTH);
        var ids =
                in.list(
                        field(json, "ids"),
                        AT + "/ids",
                        MAX_LISTED,
                        "ids",
                        (id, at) -> in.integer(id, at, 1, Long.MAX_VALUE, 1));
        var given = field(json, "mode");
        var mode =
                given.isMissingNode()
                        ? GiftMode.STREAK_END
                        : in.choice(given, AT + "/mode", "mode", GiftMode.values())
                                .orElse(GiftMode.STREAK_END);
        var cap = field(json, "cap");
        if (!cap.isMissingNode() && mode != GiftMode.PER_INCREMENT) {
            in.fault(AT + "/cap", "is for the mode per_increment only");
        }
        return new Trigger.Gift(
                names,
                ids,
                range(json, "diamonds", in),
                range(json, "price", in),
                mode,
                (int) in.integer(cap, AT + "/cap", 1, 1_000_000, Trigger.Gift.NO_CAP));
    }

    private static Range range(JsonNode json, String of, JsonReader in) {
        var least = in.integer(json, AT, "min_" + of, 0, MAX_INTEGER, 0);
        var most = in.integer(json, AT, "max_" + of, 0, MAX_INTEGER, Long.MAX_VALUE);
        if (most < least) {
            in.fault(AT + "/max_" + of, "must not be less than min_" + of);
        }
        return new Range(least, most);
    }

    private static Trigger happened(JsonNode json, JsonReader in, Happening what) {
        in.known(json, AT, "type");
        return new Trigger.Happened(what);
    }

    private static Trigger likes(JsonNode json, JsonReader in) {
        in.known(json, AT, "type", "every", "per");
        var per = field(json, "per");
        return new Trigger.Likes(
                in.integer(json, AT, "every", 1, MAX_INTEGER, 0),
                per.isMissingNode()
                        ? LikesPer.ROOM
                        : in.choice(per, AT + "/per", "way to count", LikesPer.values())
                                .orElse(LikesPer.ROOM));
    }

    private static Trigger viewers(JsonNode json, JsonReader in) {
        in.known(json, AT, "type", "above", "below");
        var above = field(json, "above");
        var below = field(json, "below");
        if (above.isMissingNode() == below.isMissingNode()) {
            in.fault(AT, "must have exactly one of above and below");
        }
        return above.isMissingNode()
                ? new Trigger.ViewerCount(
                        false, in.integer(below, AT + "/below", 1, MAX_INTEGER, 1))
                : new Trigger.ViewerCount(
                        true, in.integer(above, AT + "/above", 1, MAX_INTEGER, 1));
    }

    private static @Nullable Trigger live(JsonNode json, JsonReader in) {
        in.known(json, AT, "type", "is");
        var given = field(json, "is");
        var states =
                in.list(
                        given,
                        AT + "/is",
                        LiveState.values().length,
                        "states",
                        (state, at) ->
                                in.choice(state, at, "state", LiveState.values()).orElse(null));
        if (states.isEmpty()) {
            if (given.isMissingNode() || (given.isArray() && given.isEmpty())) {
                in.fault(AT + "/is", "must be an array of paused, resumed or ended");
            }
            return null;
        }
        var rooms = new HashSet<RoomState>();
        states.forEach(state -> rooms.addAll(state.rooms()));
        return new Trigger.Live(rooms);
    }

    static ObjectNode write(Trigger trigger) {
        var json = NODES.objectNode();
        return switch (trigger) {
            case Trigger.Comment(var mode, var texts) -> {
                json.put("type", "comment");
                if (texts.size() == 1) {
                    yield json.put(mode.toString(), texts.getFirst());
                }
                texts.forEach(json.putArray(mode.toString())::add);
                yield json;
            }
            case Trigger.CommentRegex(var regex) -> json.put("type", "comment").put(REGEX, regex);
            case Trigger.Gift gift -> write(gift, json.put("type", "gift"));
            case Trigger.Happened(var what) -> json.put("type", what.toString());
            case Trigger.Subscribe(var minMonths) ->
                    json.put("type", "subscribe").put("min_months", minMonths);
            case Trigger.Likes(var every, var per) -> {
                if (every > 0) {
                    json.put("every", every);
                }
                yield json.put("type", "likes").put("per", per.toString());
            }
            case Trigger.ViewerCount(var rising, var count) ->
                    json.put("type", "viewers").put(rising ? "above" : "below", count);
            case Trigger.Timer(var seconds) -> json.put("type", "timer").put("every_s", seconds);
            case Trigger.Live(var states) -> {
                var is = json.put("type", "live").putArray("is");
                Stream.of(LiveState.values())
                        .filter(state -> states.containsAll(state.rooms()))
                        .map(LiveState::toString)
                        .forEach(is::add);
                yield json;
            }
            case Trigger.Manual(var label) -> {
                json.put("type", "manual");
                yield label == null ? json : json.put("label", label);
            }
            case Trigger.Webhook _ -> json.put("type", "webhook");
        };
    }

    private static ObjectNode write(Trigger.Gift gift, ObjectNode json) {
        if (!gift.names().isEmpty()) {
            gift.names().forEach(json.putArray("names")::add);
        }
        if (!gift.ids().isEmpty()) {
            gift.ids().forEach(json.putArray("ids")::add);
        }
        json.put("min_diamonds", gift.diamonds().least());
        if (gift.diamonds().most() < Long.MAX_VALUE) {
            json.put("max_diamonds", gift.diamonds().most());
        }
        if (gift.price().least() > 0) {
            json.put("min_price", gift.price().least());
        }
        if (gift.price().most() < Long.MAX_VALUE) {
            json.put("max_price", gift.price().most());
        }
        json.put("mode", gift.mode().toString());
        if (gift.cap() < Trigger.Gift.NO_CAP) {
            json.put("cap", gift.cap());
        }
        return json;
    }
}
