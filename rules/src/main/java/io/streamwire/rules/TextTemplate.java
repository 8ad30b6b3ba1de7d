package io.streamwire.rules;

import io.streamwire.contract.LiveEvent;
import io.streamwire.contract.LiveEvent.GiftSent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A text with places for what an event says: {@code {viewer} sent {count} x {gift}}. What comes out
 * is plain text of viewers, hostile and not escaped for anything: it must never become part of a
 * topic, a command, a query or markup.
 */
final class TextTemplate {

    /** Characters of a template. */
    static final int MAX_LENGTH = 500;

    /** Characters that one place may take. */
    static final int MAX_VALUE_LENGTH = 200;

    /** Characters of what comes out. */
    static final int MAX_RESULT_LENGTH = 1_000;

    private final String source;
    private final List<Part> parts;

    private sealed interface Part {}

    private record Literal(String text) implements Part {}

    /** A text of the event. */
    private enum Words implements Part {
        /** The nickname, or the handle of a viewer who has none. */
        VIEWER,
        /** The viewer's, without the @. */
        HANDLE,
        /** Its name. */
        GIFT,
        /** Of a comment or a question. */
        TEXT;

        String of(LiveEvent event) {
            var user = event.user();
            return switch (this) {
                case VIEWER -> user.nickname().isBlank() ? user.handle() : user.nickname();
                case HANDLE -> user.handle();
                case GIFT -> event.payload() instanceof GiftSent gift ? gift.name() : "";
                case TEXT -> CommentText.written(event);
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private record Quantity(EventNumber number) implements Part {
        @Override
        public String toString() {
            return number.toString();
        }
    }

    private record CommandArgument(int place) implements Part {
        String of(LiveEvent event) {
            var words = CommandWords.of(event);
            return place <= words.size() ? words.get(place - 1) : "";
        }

        @Override
        public String toString() {
            return NumberSource.CommandWord.PREFIX + place;
        }
    }

    private static final List<Part> PLACES =
            Stream.of(
                            Stream.of(Words.values()),
                            Stream.of(EventNumber.values()).map(Quantity::new),
                            IntStream.rangeClosed(1, CommandWords.MOST)
                                    .mapToObj(CommandArgument::new))
                    .<Part>flatMap(places -> places)
                    .toList();

    private TextTemplate(String source, List<Part> parts) {
        this.source = source;
        this.parts = parts;
    }

    /**
     * Reads a template. {@code {{} is a brace, and so is {@code }}}.
     *
     * @throws InvalidTemplate when a place is not known or not closed, or it is too long
     */
    static TextTemplate of(String source) {
        if (source.codePointCount(0, source.length()) > MAX_LENGTH) {
            throw new InvalidTemplate("longer than " + MAX_LENGTH + " characters");
        }
        var parts = new ArrayList<Part>();
        var literal = new StringBuilder();
        for (int i = 0; i < source.length(); i++) {
            var next = source.charAt(i);
            var twice = i + 1 < source.length() && source.charAt(i + 1) == next;
            if (next != '{' && next != '}') {
                literal.append(next);
            } else if (twice) {
                literal.append(next);
                i++;
            } else {
                int end = source.indexOf('}', i);
                if (next == '}' || end < 0) {
                    throw new InvalidTemplate(
                            "a single %c at character %d; write it twice to mean it"
                                    .formatted(next, i + 1));
                }
                parts.add(new Literal(literal.toString()));
                literal.setLength(0);
                parts.add(place(source.substring(i + 1, end), i + 1));
                i = end;
            }
        }
        parts.add(new Literal(literal.toString()));
        return new TextTemplate(source, List.copyOf(parts));
    }

    private static Part place(String name, int character) {
        return PLACES.stream()
                .filter(place -> place.toString().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new InvalidTemplate(
                                "there is no such place at character %d, only %s"
                                        .formatted(
                                                character,
                                                PLACES.stream()
                                                        .map(Object::toString)
                                                        .collect(Collectors.joining(", ")))));
    }

    String source() {
        return source;
    }

    /** The text for an event; a place of which the event says nothing is empty. */
    String fill(LiveEvent event) {
        var filled = new StringBuilder();
        for (var part : parts) {
            filled.append(
                    switch (part) {
                        case Literal(var text) -> text;
                        case Words words -> tame(words.of(event));
                        case Quantity(var number) ->
                                Optional.ofNullable(number.of(event))
                                        .map(Object::toString)
                                        .orElse("");
                        case CommandArgument argument -> tame(argument.of(event));
                    });
        }
        return cut(filled.toString(), MAX_RESULT_LENGTH);
    }

    /** What a viewer wrote, on one line and without what makes other text unreadable. */
    private static String tame(String text) {
        var tame = new StringBuilder();
        cut(text, MAX_VALUE_LENGTH)
                .codePoints()
                .filter(character -> !isUnwanted(character))
                .map(character -> isBreak(character) ? ' ' : character)
                .forEach(tame::appendCodePoint);
        return tame.toString();
    }

    private static boolean isBreak(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }

    /** Controls that are no white space, halves of pairs, and what turns the writing around. */
    private static boolean isUnwanted(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL -> !Character.isWhitespace(character);
            case Character.SURROGATE -> true;
            case Character.FORMAT ->
                    Character.getDirectionality(character)
                            != Character.DIRECTIONALITY_BOUNDARY_NEUTRAL;
            default -> false;
        };
    }

    /** The text, or its beginning of so many characters. */
    static String cut(String text, int most) {
        return text.codePointCount(0, text.length()) <= most
                ? text
                : text.substring(0, text.offsetByCodePoints(0, most));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TextTemplate template && template.source.equals(source);
    }

    @Override
    public int hashCode() {
        return source.hashCode();
    }

    @Override
    public String toString() {
        return source;
    }

    /** Why a template is refused. */
    static final class InvalidTemplate extends RuntimeException {
        private final String reason;

        InvalidTemplate(String reason) {
            super(reason);
            this.reason = reason;
        }

        /** With the character, from 1, where there is one. */
        String reason() {
            return reason;
        }
    }
}
