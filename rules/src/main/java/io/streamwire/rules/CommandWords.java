package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.CommentPosted;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The words that a comment has behind its first one: the arguments of a command. */
final class CommandWords {

    /** Words that count; what comes after them is left out. */
    static final int MOST = 9;

    private static final Pattern SPACE = Pattern.compile("\\p{IsWhite_Space}+");
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]{1,15}");

    private CommandWords() {}

    /** In Unicode's form NFKC; none unless the event is a comment. */
    static List<String> of(LiveEvent event) {
        if (!(event.payload() instanceof CommentPosted(var text))) {
            return List.of();
        }
        var words = SPACE.split(CommentText.of(text).normalised().strip(), MOST + 2);
        return Stream.of(words).skip(1).limit(MOST).toList();
    }

    /** The integer at a place, from 1; null when there is none of at most 15 digits. */
    static @Nullable Long number(LiveEvent event, int place) {
        var words = of(event);
        return place <= words.size() && NUMBER.matcher(words.get(place - 1)).matches()
                ? Long.valueOf(words.get(place - 1))
                : null;
    }
}
