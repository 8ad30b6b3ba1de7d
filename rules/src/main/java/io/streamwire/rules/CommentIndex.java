package io.streamwire.rules;

import io.streamwire.rules.Trigger.CommentMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ahocorasick.trie.PayloadEmit;
import org.ahocorasick.trie.PayloadTrie;
import org.jspecify.annotations.Nullable;

/**
 * Which rules does a comment set off? All texts are looked for in one pass over the comment,
 * however many rules there are; only patterns are tried one by one. Immutable.
 */
final class CommentIndex {

    private static final char COMMAND_MARK = '!';

    private final @Nullable PayloadTrie<List<Keyword>> keywords;
    private final Map<String, List<Keyword>> whole;
    private final Map<String, List<Keyword>> commands;
    private final List<PatternRule> patterns;

    /**
     * A text that a rule looks for.
     *
     * @param choice which of the rule's texts it is, from 1
     */
    private record Keyword(int rule, CommentMode mode, int choice) {}

    private record PatternRule(int rule, CommentPattern pattern) {}

    private CommentIndex(Builder from) {
        this.keywords = from.trie();
        this.whole = Map.copyOf(from.whole);
        this.commands = Map.copyOf(from.commands);
        this.patterns = List.copyOf(from.patterns);
    }

    /** Collects the rules that listen to comments; each has a number. */
    static final class Builder {
        private final Map<String, List<Keyword>> keywords = new HashMap<>();
        private final Map<String, List<Keyword>> whole = new HashMap<>();
        private final Map<String, List<Keyword>> commands = new HashMap<>();
        private final List<PatternRule> patterns = new ArrayList<>();

        void add(int rule, Trigger.Comment trigger) {
            for (int i = 0; i < trigger.texts().size(); i++) {
                var text = CommentText.fold(trigger.texts().get(i));
                var keyword = new Keyword(rule, trigger.mode(), i + 1);
                switch (trigger.mode()) {
                    case CONTAINS, WORD, STARTS_WITH -> add(keywords, text, keyword);
                    case EQUALS -> add(whole, text.strip(), keyword);
                    case COMMAND -> add(commands, text.strip(), keyword);
                }
            }
        }

        void add(int rule, Trigger.CommentRegex trigger) {
            patterns.add(new PatternRule(rule, CommentPattern.compile(trigger.regex())));
        }

        private static void add(Map<String, List<Keyword>> index, String text, Keyword keyword) {
            index.computeIfAbsent(text, _ -> new ArrayList<>()).add(keyword);
        }

        private @Nullable PayloadTrie<List<Keyword>> trie() {
            if (keywords.isEmpty()) {
                return null;
            }
            var trie = PayloadTrie.<List<Keyword>>builder();
            keywords.forEach(trie::addKeyword);
            return trie.build();
        }

        CommentIndex build() {
            return new CommentIndex(this);
        }
    }

    boolean isEmpty() {
        return keywords == null && whole.isEmpty() && commands.isEmpty() && patterns.isEmpty();
    }

    /** Adds the rules that a comment sets off. */
    void match(CommentText comment, Hits hits) {
        var folded = comment.folded();
        if (keywords != null) {
            keywords.parseText(folded, emit -> found(emit, folded, hits));
        }
        if (!whole.isEmpty()) {
            add(whole.get(folded.strip()), hits);
        }
        if (!commands.isEmpty()) {
            add(commands.get(command(folded)), hits);
        }
        for (var candidate : patterns) {
            if (candidate.pattern().finds(comment)) {
                hits.add(candidate.rule(), 1, 0);
            }
        }
    }

    private static void add(@Nullable List<Keyword> keywords, Hits hits) {
        if (keywords != null) {
            for (var keyword : keywords) {
                hits.add(keyword.rule(), 1, keyword.choice());
            }
        }
    }

    private static boolean found(PayloadEmit<List<Keyword>> emit, String comment, Hits hits) {
        for (var keyword : emit.getPayload()) {
            var matches =
                    switch (keyword.mode()) {
                        case WORD -> isWord(comment, emit.getStart(), emit.getEnd() + 1);
                        case STARTS_WITH -> comment.substring(0, emit.getStart()).isBlank();
                        case CONTAINS -> true;
                        case EQUALS, COMMAND ->
                                throw new IllegalStateException("is not looked for by parts");
                    };
            if (matches) {
                hits.add(keyword.rule(), 1, keyword.choice());
            }
        }
        return true;
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
