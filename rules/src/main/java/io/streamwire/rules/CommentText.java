package io.streamwire.rules;

import java.text.Normalizer;
import java.util.Locale;

/**
 * A comment as rules compare it.
 *
 * @param normalised in Unicode's form NFKC
 * @param folded the same without regard to case
 */
record CommentText(String normalised, String folded) {

    /** Characters that are looked at; TikTok allows about 150. */
    static final int MAX_LENGTH = 500;

    static CommentText of(String text) {
        var normalised =
                normalise(text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) : text);
        return new CommentText(normalised, foldNormalised(normalised));
    }

    /** What two texts have in common when they differ only in case and Unicode form. */
    static String fold(String text) {
        return foldNormalised(normalise(text));
    }

    private static String normalise(String text) {
        return isAscii(text) ? text : Normalizer.normalize(text, Normalizer.Form.NFKC);
    }

    private static String foldNormalised(String text) {
        if (isAscii(text)) {
            return text.toLowerCase(Locale.ROOT);
        }
        // Upper case first, since only that turns ß into SS; then by character, since only that
        // makes a sigma at the end of a word equal to any other.
        var upper = text.toUpperCase(Locale.ROOT);
        var folded = new StringBuilder(upper.length());
        upper.codePoints().map(Character::toLowerCase).forEach(folded::appendCodePoint);
        return Normalizer.normalize(folded, Normalizer.Form.NFKC);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
