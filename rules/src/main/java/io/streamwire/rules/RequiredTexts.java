package io.streamwire.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The texts of which a comment must have one for a pattern to find anything in it, so that a
 * pattern need not be tried on every comment. Only what is certain counts: ASCII characters that
 * stand for themselves, as {@link CommentText#folded()} has them. What a pattern means is known to
 * RE2/J, which does not say what it requires.
 */
final class RequiredTexts {

    /** Shorter ones are in too many comments to be worth looking for. */
    private static final int SHORTEST = 2;

    private static final int MOST = 16;
    private static final List<String> NONE = List.of();
    private static final String REPETITION = "*+?{";
    private static final Pattern COUNT = Pattern.compile("(\\d{1,4})(,\\d*)?}");
    private static final String OWN_SYNTAX = "pPxQE0123456789";

    private final String regex;
    private int at;

    private RequiredTexts(String regex) {
        this.regex = regex;
    }

    /**
     * What a valid pattern requires.
     *
     * @return at most {@value #MOST} texts; empty when it requires nothing, or nothing simple
     */
    static List<String> of(String regex) {
        try {
            var texts = new RequiredTexts(regex);
            var required = texts.alternatives();
            return texts.at == regex.length() ? required : NONE;
        } catch (NotSimple e) {
            return NONE;
        }
    }

    /** A pattern that uses what is not understood here. */
    private static final class NotSimple extends RuntimeException {
        NotSimple() {
            super("not simple", null, false, false);
        }
    }

    /** One of {@code a|b|c} will do: what each of them requires, if all require something. */
    private List<String> alternatives() {
        var all = new ArrayList<String>();
        boolean every = true;
        do {
            var one = sequence();
            every &= !one.isEmpty();
            all.addAll(one);
        } while (skip('|'));
        return every && all.size() <= MOST ? List.copyOf(all) : NONE;
    }

    /** Of what follows each other all is required: the longest is the rarest. */
    private List<String> sequence() {
        var best = NONE;
        var run = new StringBuilder();
        while (at < regex.length() && regex.charAt(at) != '|' && regex.charAt(at) != ')') {
            int begin = at;
            var group = NONE;
            var literal = literal();
            if (literal == null && skip('(')) {
                group = group();
            } else if (literal == null) {
                skipClassOrSign();
            }
            var repetition = repetition();
            if (literal != null && repetition != Repetition.OPTIONAL) {
                run.append(literal.charValue());
            }
            if (literal == null || repetition != Repetition.ONCE) {
                best = better(best, run);
                run.setLength(0);
            }
            if (repetition != Repetition.OPTIONAL) {
                best = better(best, group);
            }
            if (at == begin) {
                throw new NotSimple();
            }
        }
        return better(best, run);
    }

    private static List<String> better(List<String> best, StringBuilder run) {
        return run.length() < SHORTEST ? best : better(best, List.of(run.toString()));
    }

    private static List<String> better(List<String> one, List<String> other) {
        return shortest(other) > shortest(one) ? other : one;
    }

    private static int shortest(List<String> texts) {
        return texts.stream().mapToInt(String::length).min().orElse(0);
    }

    /** A character that stands for itself; null when what comes is something else. */
    private @Nullable Character literal() {
        char next = regex.charAt(at);
        if (next == '\\') {
            if (at + 1 == regex.length() || OWN_SYNTAX.indexOf(regex.charAt(at + 1)) >= 0) {
                throw new NotSimple();
            }
            char escaped = regex.charAt(at + 1);
            boolean itself = isAscii(escaped) && !Character.isLetterOrDigit(escaped);
            at += itself ? 2 : 0;
            return itself ? Character.valueOf(escaped) : null;
        }
        if (!isAscii(next) || "[(.^$".indexOf(next) >= 0 || REPETITION.indexOf(next) >= 0) {
            return null;
        }
        at++;
        return Character.toLowerCase(next);
    }

    private static boolean isAscii(char character) {
        return character >= ' ' && character < 0x7f;
    }

    /** The inside of a group and its end; its beginning is behind. */
    private List<String> group() {
        if (skip('?')) {
            if (skip('P') || regex.startsWith("<", at)) {
                at = indexOf('>') + 1;
            } else {
                while (!skip(':')) {
                    if (skip(')')) {
                        requireNoRepetition(); // it would be of what is before these flags
                        return NONE;
                    }
                    next();
                }
            }
        }
        var required = alternatives();
        if (!skip(')')) {
            throw new NotSimple();
        }
        return required;
    }

    private void requireNoRepetition() {
        if (at < regex.length() && REPETITION.indexOf(regex.charAt(at)) >= 0) {
            throw new NotSimple();
        }
    }

    /** What is not a character: a class of them, a sign, or a letter of another script. */
    private void skipClassOrSign() {
        if (skip('\\')) {
            next();
            return;
        }
        if (!skip('[')) {
            at += REPETITION.indexOf(regex.charAt(at)) < 0 ? 1 : 0;
            return;
        }
        skip('^');
        skip(']');
        while (!skip(']')) {
            if (regex.startsWith("[:", at)) {
                throw new NotSimple();
            } else if (next() == '\\') {
                next();
            }
        }
    }

    private enum Repetition {
        ONCE,
        SEVERAL,
        OPTIONAL
    }

    private Repetition repetition() {
        var repetition = Repetition.ONCE;
        while (at < regex.length() && REPETITION.indexOf(regex.charAt(at)) >= 0) {
            if (skip('+')) {
                repetition = repetition == Repetition.ONCE ? Repetition.SEVERAL : repetition;
            } else if (skip('{')) {
                boolean sure = count() > 0 && repetition != Repetition.OPTIONAL;
                repetition = sure ? Repetition.SEVERAL : Repetition.OPTIONAL;
            } else {
                at++; // also the sign that makes a repetition short
                repetition = repetition == Repetition.SEVERAL ? repetition : Repetition.OPTIONAL;
            }
        }
        return repetition;
    }

    /** The least of {@code {n}}, {@code {n,}} or {@code {n,m}}; anything else is no repetition. */
    private int count() {
        var matcher = COUNT.matcher(regex).region(at, regex.length());
        if (!matcher.lookingAt()) {
            throw new NotSimple();
        }
        at = matcher.end();
        return Integer.parseInt(matcher.group(1));
    }

    private boolean skip(char expected) {
        boolean is = at < regex.length() && regex.charAt(at) == expected;
        at += is ? 1 : 0;
        return is;
    }

    private char next() {
        if (at >= regex.length()) {
            throw new NotSimple();
        }
        return regex.charAt(at++);
    }

    private int indexOf(char end) {
        int found = regex.indexOf(end, at);
        if (found < 0) {
            throw new NotSimple();
        }
        return found;
    }
}
