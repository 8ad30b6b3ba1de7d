package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.QuestionAsked;
import java.text.Normalizer;
import java.util.Locale;

/**
 * A comment as rules compare it.
 *
 * @param normalised in Unicode's form NFKC
 * @param folded the same without regard to case and accents
 */
record CommentText(String normalised, String folded) {

    /** Characters that are looked at; TikTok allows about 150. */
    static final int MAX_LENGTH = 500;

    static CommentText of(String text) {
        var normalised = cut(normalise(cut(text))); // one character may become eighteen
        return new CommentText(normalised, foldNormalised(normalised));
    }

    private static String cut(String text) {
        return text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) : text;
    }

    /** What the viewer wrote, a comment or a question; empty when the event is neither. */
    static String written(LiveEvent event) {
        if (event.payload() instanceof CommentPosted(var text)) {
            return text;
        }
        return event.payload() instanceof QuestionAsked(var text) ? text : "";
    }

    /** What two texts have in common that differ only in case, accents and Unicode form. */
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
        return Normalizer.normalize(withoutAccents(folded), Normalizer.Form.NFKC);
    }

    /**
     * Leaves out the accents of Latin, Greek and Cyrillic, and how an emoji is to be shown. The
     * marks of other scripts make other words.
     */
    private static String withoutAccents(CharSequence text) {
        var apart = Normalizer.normalize(text, Normalizer.Form.NFKD);
        var kept = new StringBuilder(apart.length());
        for (int i = 0; i < apart.length(); i++) {
            var next = apart.charAt(i);
            var isAccent = next >= 0x0300 && next <= 0x036f;
            var isVariation = next >= 0xfe00 && next <= 0xfe0f;
            if (!isAccent && !isVariation) {
                kept.append(next);
            }
        }
        return kept.toString();
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
