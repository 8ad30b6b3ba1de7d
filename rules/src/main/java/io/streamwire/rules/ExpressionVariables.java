package io.streamwire.rules;

import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelVariableResolver;
import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.RoomChanged;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an {@link Expression} may ask about an event. Everything has a value: a number that the
 * event does not have is 0, a text is empty. Only counters have none when nobody counted. Looked up
 * only when an expression asks.
 */
final class ExpressionVariables {

    /**
     * One variable.
     *
     * @param of a String, a Long, a Boolean, a list of texts or a map of numbers, as its type says
     */
    record Variable(CelType type, Function<LiveEvent, @Nullable Object> of) {}

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
                    number.variable(),
                    number(event -> {
                        var value = number.of(event);
                        return value == null && !number.isCounter() ? Long.valueOf(0) : value;
                    }));
        }
        all.put(
                "event.numbers",
                new Variable(MapType.create(SimpleType.STRING, SimpleType.INT), CallNumbers::of));
        all.put("viewer.id", text(event -> event.user().id()));
        all.put("viewer.handle", text(event -> event.user().handle()));
        all.put("viewer.nickname", text(event -> event.user().nickname()));
        all.put("viewer.roles", texts(event -> event.user().roles()));
        return Map.copyOf(all);
    }

    private static Variable text(Function<LiveEvent, Object> of) {
        return new Variable(SimpleType.STRING, of);
    }

    private static Variable number(Function<LiveEvent, @Nullable Object> of) {
        return new Variable(SimpleType.INT, of);
    }

    private static Variable texts(Function<LiveEvent, Object> of) {
        return new Variable(ListType.create(SimpleType.STRING), of);
    }

    /** As far as rules read it. */
    private static String text(LiveEvent event) {
        return CommentText.of(CommentText.written(event)).normalised();
    }

    /** The values for an event, each made once; for one thread. */
    static CelVariableResolver of(LiveEvent event) {
        var values = new HashMap<String, Optional<Object>>();
        return name ->
                values.computeIfAbsent(
                        name,
                        _ ->
                                Optional.ofNullable(ALL.get(name))
                                        .map(known -> known.of().apply(event)));
    }
}
