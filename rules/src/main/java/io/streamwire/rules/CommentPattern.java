package io.streamwire.rules;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/** An RE2 pattern that cannot take long, whatever it is and whatever the comment is. */
final class CommentPattern {

    /** Most that the counts of its repetitions may multiply to: RE2/J unrolls them. */
    static final long MAX_REPETITION = 1_000;

    /** Most instructions of the compiled pattern; a 500-character comment then takes below 1 ms. */
    static final int MAX_PROGRAM_SIZE = 500;

    private static final String FLAGS = "(?i)";

    private final Pattern pattern;

    private CommentPattern(Pattern pattern) {
        this.pattern = pattern;
    }

    /**
     * Compiles a pattern.
     *
     * @throws InvalidPattern when it is not RE2 or too large
     */
    static CommentPattern compile(String regex) {
        if (repetition(regex) > MAX_REPETITION) {
            throw new InvalidPattern(
                    "its counted repetitions multiply to more than " + MAX_REPETITION);
        }
        try {
            var pattern = Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
            if (pattern.programSize() > MAX_PROGRAM_SIZE) {
                throw new InvalidPattern(
                        "too large: %d steps of at most %d"
                                .formatted(pattern.programSize(), MAX_PROGRAM_SIZE));
            }
            return new CommentPattern(pattern);
        } catch (PatternSyntaxException e) {
            throw new InvalidPattern(describe(e, regex));
        }
    }

    /** How large it is: what it may cost for each character of a comment. */
    int steps() {
        return pattern.programSize();
    }

    boolean finds(CommentText text) {
        return pattern.matcher(text.normalised()).find();
    }

    private static String describe(PatternSyntaxException e, String regex) {
        var fragment = e.getPattern() == null ? "" : e.getPattern();
        var position = fragment.isEmpty() ? -1 : regex.indexOf(fragment);
        if (position < 0 || fragment.equals(FLAGS + regex)) {
            return e.getDescription();
        }
        return "%s at character %d: %s".formatted(e.getDescription(), position, fragment);
    }

    /** The product of all {@code {n}} and {@code {n,m}}; an upper bound of what nesting makes. */
    private static long repetition(String regex) {
        var product = 1L;
        for (int i = 0; i < regex.length() && product <= MAX_REPETITION; i++) {
            if (regex.charAt(i) == '{') {
                var count = 0L;
                var largest = 1L;
                for (i++; i < regex.length() && isCount(regex.charAt(i)); i++) {
                    var next = regex.charAt(i);
                    count = next == ',' ? 0 : Math.min(count * 10 + next - '0', MAX_REPETITION + 1);
                    largest = Math.max(largest, count);
                }
                product *= largest;
            }
        }
        return product;
    }

    private static boolean isCount(char character) {
        return character == ',' || (character >= '0' && character <= '9');
    }

    /** Why a pattern is refused. */
    static final class InvalidPattern extends RuntimeException {
        private final String reason;

        InvalidPattern(String reason) {
            super(reason);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }
}
