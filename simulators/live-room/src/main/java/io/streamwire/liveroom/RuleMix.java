package io.streamwire.liveroom;

import io.streamwire.contract.LiveEvent.CommentPosted;
import io.streamwire.contract.LiveEvent.GiftSent;
import io.streamwire.contract.LiveEvent.Liked;
import io.streamwire.contract.LiveEvent.Payload;
import io.streamwire.contract.LiveEvent.Streak;
import java.util.List;
import java.util.Map;

/**
 * Many rules as one workspace may have them, for measurements: 80 % listen for a text in comments,
 * 9 % for a gift, 9 % count likes, and 2 % have a pattern. Each is set off by something of its own
 * and by nothing that an {@link Audience} does besides.
 *
 * @param size how many, 1 to {@value #MOST}
 */
public record RuleMix(int size) {

    public static final int MOST = 100_000;

    /** More likes than an audience ever has. */
    static final int LIKES = 1_000_003;

    private static final int FIRST_GIFT = 1_000_000;
    private static final int DIAMONDS = 100;
    private static final String CONSONANTS = "bdfgklmnprstvz";
    private static final String VOWELS = "aeiou";
    private static final int SYLLABLES = 3;

    /** What there is to listen to. */
    public enum Kind {
        TEXT,
        GIFT,
        LIKES,
        PATTERN
    }

    public RuleMix {
        if (size < 1 || size > MOST) {
            throw new IllegalArgumentException("a mix of 1 to " + MOST + " rules: " + size);
        }
    }

    /**
     * What a rule listens to.
     *
     * @param rule 0 to size - 1
     */
    public Kind kind(int rule) {
        var texts = Math.round(size * 0.8f);
        var gifts = Math.round(size * 0.09f);
        if (rule < texts) {
            return Kind.TEXT;
        }
        if (rule < texts + gifts) {
            return Kind.GIFT;
        }
        return rule < texts + 2 * gifts ? Kind.LIKES : Kind.PATTERN;
    }

    /** The trigger of a rule as the rules' API takes it. */
    public Map<String, Object> trigger(int rule) {
        var word = word(rule);
        return switch (kind(rule)) {
            case TEXT ->
                    switch (rule % 10) {
                        case 0, 1, 2 -> Map.of("type", "comment", "contains", word);
                        case 3, 4, 5 -> Map.of("type", "comment", "command", word);
                        case 6, 7 -> Map.of("type", "comment", "word", word);
                        case 8 -> Map.of("type", "comment", "starts_with", word);
                        default -> Map.of("type", "comment", "equals", word);
                    };
            case GIFT ->
                    switch (rule % 3) {
                        case 0 -> Map.of("type", "gift", "names", List.of(word));
                        case 1 ->
                                Map.of(
                                        "type",
                                        "gift",
                                        "ids",
                                        List.of(FIRST_GIFT + rule),
                                        "mode",
                                        "first");
                        default ->
                                Map.of(
                                        "type",
                                        "gift",
                                        "names",
                                        List.of(word),
                                        "min_diamonds",
                                        DIAMONDS,
                                        "mode",
                                        "per_increment");
                    };
            case LIKES -> Map.of("type", "likes", "every", LIKES + rule);
            case PATTERN ->
                    Map.of(
                            "type",
                            "comment",
                            "regex",
                            switch (rule % 4) {
                                case 0 -> "\\b" + word + " (fast|slow)\\b";
                                case 1 -> "^(start|begin) " + word + "$";
                                case 2 -> word + "!{2,}";
                                default -> "(give|bring|take) .*" + word;
                            });
        };
    }

    /** What sets off this rule once and no other. */
    public Payload match(int rule) {
        var word = word(rule);
        return switch (kind(rule)) {
            case TEXT ->
                    new CommentPosted(
                            switch (rule % 10) {
                                case 3, 4, 5 -> "!" + word + " 3";
                                case 8 -> word + " please";
                                case 9 -> word;
                                default -> "we want " + word + " now";
                            });
            case GIFT ->
                    new GiftSent(FIRST_GIFT + (long) rule, word, DIAMONDS, 1, 1, Streak.SINGLE);
            case LIKES -> new Liked(1, LIKES + (long) rule, 1, null, LIKES + rule - 1L);
            case PATTERN ->
                    new CommentPosted(
                            switch (rule % 4) {
                                case 0 -> word + " fast";
                                case 1 -> "start " + word;
                                case 2 -> word + "!!";
                                default -> "bring me the " + word;
                            });
        };
    }

    /** A word like {@code bakedo}: all are equally long, so that none is part of another. */
    private static String word(int number) {
        var word = new StringBuilder();
        for (int i = 0, left = number; i < SYLLABLES; i++) {
            word.append(CONSONANTS.charAt(left % CONSONANTS.length()));
            left /= CONSONANTS.length();
            word.append(VOWELS.charAt(left % VOWELS.length()));
            left /= VOWELS.length();
        }
        return word.toString();
    }
}
