package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import org.jspecify.annotations.Nullable;

/** Where in an event a number is; its text is as it is in the JSON of a rule. */
sealed interface NumberSource permits EventNumber, NumberSource.CommandWord {

    /** The number; null when the event has none. */
    @Nullable Long of(LiveEvent event);

    /**
     * A word behind the first one of a comment: the 80 of {@code !spin 80}.
     *
     * @param place 1 to {@value CommandWords#MOST}
     */
    record CommandWord(int place) implements NumberSource {
        static final String PREFIX = "argument:";

        @Override
        public @Nullable Long of(LiveEvent event) {
            return CommandWords.number(event, place);
        }

        @Override
        public String toString() {
            return PREFIX + place;
        }
    }
}
