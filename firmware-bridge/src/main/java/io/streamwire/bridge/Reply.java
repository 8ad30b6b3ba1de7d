package io.streamwire.bridge;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a board answers to a command.
 *
 * @param sequence of the command
 * @param code 0 when it was done, else why not
 * @param words behind it
 */
record Reply(int sequence, int code, List<String> words) {

    static final int DONE = 0;
    static final int NO_SESSION = 1;
    static final int NOT_ARMED = 2;
    static final int STOPPED = 3;
    static final int UNREADABLE = 4;
    static final int UNKNOWN_CHANNEL = 5;
    static final int OUT_OF_RANGE = 6;
    static final int BUSY = 7;
    static final int TOO_SOON = 8;
    static final int INPUT_OPEN = 9;
    static final int NEVER_CAME = 10;
    static final int OTHER_UUID = 11;

    Reply {
        words = List.copyOf(words);
    }

    /** Empty when the line is none. */
    static Optional<Reply> parse(Line line) {
        var words = Arrays.asList(line.body().split(" ", -1));
        if (line.sigil() != Line.REPLY || words.size() < 2) {
            return Optional.empty();
        }
        try {
            var sequence = Integer.parseInt(words.get(0));
            return switch (words.get(1)) {
                case "OK" -> Optional.of(new Reply(sequence, DONE, words.subList(2, words.size())));
                case "ERR", "DUP" ->
                        words.size() < 3
                                ? Optional.empty()
                                : Optional.of(
                                        new Reply(
                                                sequence,
                                                Integer.parseInt(words.get(2)),
                                                words.subList(3, words.size())));
                default -> Optional.empty();
            };
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    boolean done() {
        return code == DONE;
    }

    /** A number among the words, 0 when there is none at that place. */
    long number(int at) {
        if (at >= words.size()) {
            return 0;
        }
        try {
            return Long.parseLong(words.get(at));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    String word(int at) {
        return at < words.size() ? words.get(at) : "";
    }
}
