package io.streamwire.rules;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelVariableResolver;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.RoomChanged;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What an {@link Expression} may ask about an event. Everything has a value: a number that the
 * event does not have is 0, a text is empty. Looked up only when an expression asks.
 */
final class ExpressionVariables {

    /**
     * One variable.
     *
     * @param of a String, a Long, a Boolean or a list of String, as its type says
     */
    record Variable(CelType type, Function<LiveEvent, Object> of) {}

    static final Map<String, Variable> ALL = all();

    private ExpressionVariables() {}

    private static Map<String, Variable> all() {
        var all = new HashMap<String, Variable>();
        all.put("event.type", text(LiveEvent::type));
        all.put("event.simulated", new Variable(SimpleType.BOOL, LiveEvent::simulated));
        all.put("event.text", text(ExpressionVariables::text));
        all.put("event.arguments", texts(CommandWords::of));
        all.put(
                "event.gift",
                text(event -> event.payload() instanceof GiftSent gift ? gift.name() : ""));
        all.put(
                "event.gift_id",
                number(event -> event.payload() instanceof GiftSent gift ? gift.giftId() : 0L));
        all.put(
                "event.streak",
                text(event ->
                        event.payload() instanceof GiftSent gift ? gift.streak().toString() : ""));
        all.put(
                "event.state",
                text(event ->
                        event.payload() instanceof RoomChanged(var state) ? state.toString() : ""));
        for (var number : EventNumber.values()) {
            all.put(
                    number == EventNumber.TEAM_LEVEL ? "viewer.team_level" : "event." + number,
                    number(event -> {
                        var value = number.of(event);
                        return value == null ? 0L : value;
                    }));
        }
        all.put("viewer.id", text(event -> event.user().id()));
        all.put("viewer.handle", text(event -> event.user().handle()));
        all.put("viewer.nickname", text(event -> event.user().nickname()));
        all.put("viewer.roles", texts(event -> event.user().roles()));
        return Map.copyOf(all);
    }

    private static Variable text(Function<LiveEvent, Object> of) {
        return new Variable(SimpleType.STRING, of);
    }

    private static Variable number(Function<LiveEvent, Object> of) {
        return new Variable(SimpleType.INT, of);
    }

    private static Variable texts(Function<LiveEvent, Object> of) {
        return new Variable(ListType.create(SimpleType.STRING), of);
    }

    /** As far as rules read it. */
    private static String text(LiveEvent event) {
        return CommentText.of(CommentText.written(event)).normalised();
    }

    /** The values for an event. */
    static CelVariableResolver of(LiveEvent event) {
        return name -> Optional.ofNullable(ALL.get(name)).map(known -> known.of().apply(event));
    }
}
