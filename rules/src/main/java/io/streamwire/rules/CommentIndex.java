package io.streamwire.rules;

import io.streamwire.rules.Trigger.CommentMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ahocorasick.trie.PayloadEmit;
import org.ahocorasick.trie.PayloadTrie;
import org.jspecify.annotations.Nullable;

/**
 * Which rules does a comment set off? All texts are looked for in one pass over the comment,
 * however many rules there are, and so are those that a pattern requires: it is tried only where
 * one of them is. Only patterns that require nothing are tried on every comment. Immutable.
 */
final class CommentIndex {

    private static final char COMMAND_MARK = '!';

    private final @Nullable PayloadTrie<List<Wanted>> texts;
    private final Map<String, List<Keyword>> whole;
    private final Map<String, List<Keyword>> commands;
    private final List<PatternRule> patterns;

    /** Who is told when a text is in a comment. */
    private sealed interface Wanted {}

    /**
     * A text that a rule looks for.
     *
     * @param choice which of the rule's texts it is, from 1
     */
    private record Keyword(int rule, CommentMode mode, int choice) implements Wanted {}

    private record PatternRule(int rule, CommentPattern pattern) implements Wanted {
        void match(CommentText comment, Hits hits) {
            if (pattern.finds(comment)) {
                hits.add(rule, 1, 0);
            }
        }
    }

    private CommentIndex(Builder from) {
        this.texts = from.trie();
        this.whole = Map.copyOf(from.whole);
        this.commands = Map.copyOf(from.commands);
        this.patterns = List.copyOf(from.patterns);
    }

    /** Collects the rules that listen to comments; each has a number. */
    static final class Builder {
        private final Map<String, List<Wanted>> texts = new HashMap<>();
        private final Map<String, List<Keyword>> whole = new HashMap<>();
        private final Map<String, List<Keyword>> commands = new HashMap<>();
        private final List<PatternRule> patterns = new ArrayList<>();

        void add(int rule, Trigger.Comment trigger) {
            for (int i = 0; i < trigger.texts().size(); i++) {
                var text = CommentText.fold(trigger.texts().get(i));
                var keyword = new Keyword(rule, trigger.mode(), i + 1);
                switch (trigger.mode()) {
                    case CONTAINS, WORD, STARTS_WITH -> add(texts, text, keyword);
                    case EQUALS -> add(whole, text.strip(), keyword);
                    case COMMAND -> add(commands, text.strip(), keyword);
                }
            }
        }

        void add(int rule, Trigger.CommentRegex trigger) {
            var pattern = new PatternRule(rule, CommentPattern.compile(trigger.regex()));
            var required = RequiredTexts.of(trigger.regex());
            if (required.isEmpty()) {
                patterns.add(pattern);
            }
            for (var text : required) {
                add(texts, text, pattern);
            }
        }

        private static <T> void add(Map<String, List<T>> index, String text, T what) {
            index.computeIfAbsent(text, _ -> new ArrayList<>()).add(what);
        }

        private @Nullable PayloadTrie<List<Wanted>> trie() {
            if (texts.isEmpty()) {
                return null;
            }
            var trie = PayloadTrie.<List<Wanted>>builder();
            texts.forEach(trie::addKeyword);
            return trie.build();
        }

        CommentIndex build() {
            return new CommentIndex(this);
        }
    }

    boolean isEmpty() {
        return texts == null && whole.isEmpty() && commands.isEmpty() && patterns.isEmpty();
    }

    /** Adds the rules that a comment sets off. */
    void match(CommentText comment, Hits hits) {
        var folded = comment.folded();
        if (texts != null) {
            var search = new Search(comment, hits);
            texts.parseText(folded, search::found);
        }
        if (!whole.isEmpty()) {
            add(whole.get(folded.strip()), hits);
        }
        if (!commands.isEmpty()) {
            add(commands.get(command(folded)), hits);
        }
        for (var pattern : patterns) {
            pattern.match(comment, hits);
        }
    }

    private static void add(@Nullable List<Keyword> keywords, Hits hits) {
        if (keywords != null) {
            for (var keyword : keywords) {
                hits.add(keyword.rule(), 1, keyword.choice());
            }
        }
    }

    /** One pass over a comment. */
    private static final class Search {
        private final CommentText comment;
        private final Hits hits;

        /** A comment may have what a pattern requires many times, and yet not match it. */
        private final Set<PatternRule> tried = new HashSet<>(0);

        Search(CommentText comment, Hits hits) {
            this.comment = comment;
            this.hits = hits;
        }

        /** Whether to go on: always. */
        boolean found(PayloadEmit<List<Wanted>> emit) {
            for (var wanted : emit.getPayload()) {
                switch (wanted) {
                    case Keyword keyword -> found(keyword, emit.getStart(), emit.getEnd() + 1);
                    case PatternRule pattern -> {
                        if (tried.add(pattern)) {
                            pattern.match(comment, hits);
                        }
                    }
                }
            }
            return true;
        }

        private void found(Keyword keyword, int begin, int end) {
            var text = comment.folded();
            var matches =
                    switch (keyword.mode()) {
                        case WORD -> isWord(text, begin, end);
                        case STARTS_WITH -> text.substring(0, begin).isBlank();
                        case CONTAINS -> true;
                        case EQUALS, COMMAND ->
                                throw new IllegalStateException("is not looked for by parts");
                    };
            if (matches) {
                hits.add(keyword.rule(), 1, keyword.choice());
            }
        }
    }

    private static boolean isWord(String text, int begin, int end) {
        return (begin == 0 || !Character.isLetterOrDigit(text.codePointBefore(begin)))
                && (end == text.length() || !Character.isLetterOrDigit(text.codePointAt(end)));
    }

    /** The word behind the mark that a comment begins with; empty when it is no command. */
    private static String command(String comment) {
        var text = comment.strip();
        if (text.isEmpty() || text.charAt(0) != COMMAND_MARK) {
            return "";
        }
        int end = 1;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return text.substring(1, end);
    }
}
