package io.streamwire.rules;

import io.streamwire.rules.Trigger.CommentMode;
import java.util.ArrayList;
import java.util.BitSet;
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
    private final Map<String, List<Integer>> whole;
    private final Map<String, List<Integer>> commands;
    private final List<PatternRule> patterns;

    /** A text that a rule looks for. */
    private record Keyword(int rule, CommentMode mode) {}

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
        private final Map<String, List<Integer>> whole = new HashMap<>();
        private final Map<String, List<Integer>> commands = new HashMap<>();
        private final List<PatternRule> patterns = new ArrayList<>();

        void add(int rule, Trigger.Comment trigger) {
            for (var given : trigger.texts()) {
                var text = CommentText.fold(given);
                switch (trigger.mode()) {
                    case CONTAINS, WORD, STARTS_WITH ->
                            keywords.computeIfAbsent(text, _ -> new ArrayList<>())
                                    .add(new Keyword(rule, trigger.mode()));
                    case EQUALS -> add(whole, text.strip(), rule);
                    case COMMAND -> add(commands, text.strip(), rule);
                }
            }
        }

        void add(int rule, Trigger.CommentRegex trigger) {
            patterns.add(new PatternRule(rule, CommentPattern.compile(trigger.regex())));
        }

        private static void add(Map<String, List<Integer>> index, String text, int rule) {
            index.computeIfAbsent(text, _ -> new ArrayList<>()).add(rule);
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

    /** Adds the numbers of the rules that a comment sets off. */
    void match(CommentText comment, BitSet rules) {
        var folded = comment.folded();
        if (keywords != null) {
            keywords.parseText(folded, emit -> found(emit, folded, rules));
        }
        if (!whole.isEmpty()) {
            whole.getOrDefault(folded.strip(), List.of()).forEach(rules::set);
        }
        if (!commands.isEmpty()) {
            commands.getOrDefault(command(folded), List.of()).forEach(rules::set);
        }
        for (var candidate : patterns) {
            if (candidate.pattern().finds(comment)) {
                rules.set(candidate.rule());
            }
        }
    }

    private static boolean found(PayloadEmit<List<Keyword>> emit, String comment, BitSet rules) {
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
                rules.set(keyword.rule());
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
