package io.streamwire.ingest;

/** Makes text that a viewer chose harmless to show, log and store. */
final class CleanText {

    private CleanText() {}

    /**
     * Without control characters, direction overrides and broken surrogates; line breaks and tabs
     * become spaces.
     *
     * @param most longest result, code points
     */
    static String of(String text, int most) {
        if (text.length() <= most && text.chars().allMatch(CleanText::isPlain)) {
            return text.strip();
        }
        var clean = new StringBuilder(Math.min(text.length(), most + 1));
        text.codePoints()
                .map(CleanText::visible)
                .filter(point -> point >= 0)
                .limit(most)
                .forEach(clean::appendCodePoint);
        return clean.toString().strip();
    }

    /** Most of what is written needs no second look. */
    private static boolean isPlain(int character) {
        return character >= ' ' && character < 0x7f;
    }

    /** The code point to show instead, negative for none. */
    private static int visible(int point) {
        if (point == '\n' || point == '\r' || point == '\t') {
            return ' ';
        }
        boolean direction =
                (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
        boolean nothing = (point & 0xfffe) == 0xfffe || point == 0xfeff;
        if (direction || nothing) {
            return -1;
        }
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.SURROGATE -> -1;
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> ' ';
            default -> point;
        };
    }
}
