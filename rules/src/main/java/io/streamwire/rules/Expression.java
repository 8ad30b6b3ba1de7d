package io.streamwire.rules;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.cel.checker.CelStandardDeclarations;
import dev.cel.checker.CelStandardDeclarations.StandardFunction;
import dev.cel.checker.CelStandardDeclarations.StandardFunction.Overload.Arithmetic;
import dev.cel.checker.CelStandardDeclarations.StandardOverload;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.Program;
import io.streamwire.contract.LiveEvent;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A CEL expression over {@link ExpressionVariables}, compiled and checked; it cannot take long,
 * whatever it is and whatever the event is. Two of the same kind and text are equal. Thread-safe.
 */
final class Expression {

    static final int MAX_LENGTH = 1_000;

    /** Parts that an expression may have: names, numbers, operators, calls. */
    static final int MAX_PARTS = 200;

    /** Deepest nesting. */
    static final int MAX_DEPTH = 24;

    /** Items that {@code exists}, {@code all}, {@code map} and {@code filter} look at in all. */
    static final int MAX_ITERATIONS = 100;

    /** What an expression that goes through a list counts as, compared with one that does not. */
    static final int WORK_OF_LOOP = 10;

    private static final Pattern LOOP = Pattern.compile("\\b(all|exists|exists_one|map|filter)\\b");

    private static final CelOptions OPTIONS =
            CelOptions.current()
                    .maxExpressionCodePointSize(MAX_LENGTH)
                    .maxParseExpressionNodeCount(MAX_PARTS)
                    .maxParseRecursionDepth(MAX_DEPTH)
                    .enableHeterogeneousNumericComparisons(true)
                    .comprehensionMaxIterations(MAX_ITERATIONS)
                    .build();

    /** A pattern may unroll to gigabytes, and what has no type is not checked. */
    private static final Set<StandardFunction> BARRED =
            Set.of(StandardFunction.MATCHES, StandardFunction.DYN);

    /** Texts that grow would take memory. */
    private static final Set<StandardOverload> BARRED_OF_PLUS =
            Set.of(Arithmetic.ADD_STRING, Arithmetic.ADD_BYTES);

    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.plannerRuntimeBuilder().setOptions(OPTIONS).build();

    private static final int MAX_DESCRIPTION = 200;
    private static final int MAX_COMPILED = 10_000;

    /** Rules are read again with each change of their workspace, and compiling costs most. */
    private static final Cache<Text, Program> COMPILED =
            Caffeine.newBuilder().maximumSize(MAX_COMPILED).build();

    private final Text text;
    private final Program program;

    private record Text(Kind kind, String source) {}

    /** What an expression must come to. */
    enum Kind {
        CONDITION(SimpleType.BOOL),
        INTEGER(SimpleType.INT);

        private final CelCompiler compiler;

        Kind(CelType result) {
            var builder =
                    CelCompilerFactory.standardCelCompilerBuilder()
                            .setOptions(OPTIONS)
                            .setStandardEnvironmentEnabled(false)
                            .setStandardDeclarations(
                                    CelStandardDeclarations.newBuilder()
                                            .filterFunctions((function, overload) ->
                                                    !BARRED.contains(function)
                                                            && !BARRED_OF_PLUS.contains(overload))
                                            .build())
                            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                            .setResultType(result);
            ExpressionVariables.ALL.forEach((name, known) -> builder.addVar(name, known.type()));
            compiler = builder.build();
        }
    }

    private Expression(Text text) {
        this.text = text;
        this.program = COMPILED.get(text, Expression::compile);
    }

    /**
     * Compiles.
     *
     * @throws InvalidExpression when it is not CEL, not of its kind, or too large
     */
    static Expression of(Kind kind, String source) {
        return new Expression(new Text(kind, source));
    }

    private static Program compile(Text text) {
        if (text.source().codePointCount(0, text.source().length()) > MAX_LENGTH) {
            throw new InvalidExpression("longer than " + MAX_LENGTH + " characters");
        }
        try {
            return RUNTIME.createProgram(text.kind().compiler.compile(text.source()).getAst());
        } catch (CelValidationException e) {
            throw new InvalidExpression(
                    e.getErrors().stream()
                            .findFirst()
                            .map(Expression::describe)
                            .orElse("not an expression"));
        } catch (CelEvaluationException e) {
            throw new InvalidExpression("cannot be compiled");
        }
    }

    private static String describe(CelIssue issue) {
        var at = issue.getSourceLocation();
        return "line %d, column %d: %s"
                .formatted(at.getLine(), at.getColumn() + 1, described(issue.getMessage()));
    }

    /** CEL knows no event without a field, and says so. */
    private static String described(String message) {
        for (var of : List.of("event", "viewer", "counters")) {
            if (message.startsWith("undeclared reference to '%s'".formatted(of))) {
                return "%s has no such field, only %s"
                        .formatted(
                                of,
                                ExpressionVariables.ALL.keySet().stream()
                                        .filter(name -> name.startsWith(of + '.'))
                                        .sorted()
                                        .collect(Collectors.joining(", ")));
            }
        }
        return message.length() > MAX_DESCRIPTION ? message.substring(0, MAX_DESCRIPTION) : message;
    }

    String source() {
        return text.source();
    }

    /** How much it may take to evaluate, 1 or more; a guess that is never too low. */
    int work() {
        return LOOP.matcher(text.source()).find() ? WORK_OF_LOOP : 1;
    }

    /** Whether a condition holds; null when it has no answer, as after a division by zero. */
    @Nullable Boolean holds(LiveEvent event) {
        return value(event) instanceof Boolean holds ? holds : null;
    }

    /** What an integer comes to; null when it has no value, as after a division by zero. */
    @Nullable Long number(LiveEvent event) {
        return value(event) instanceof Long number ? number : null;
    }

    private @Nullable Object value(LiveEvent event) {
        try {
            return program.eval(ExpressionVariables.of(event));
        } catch (CelEvaluationException e) {
            return null;
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Expression expression && expression.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text.source();
    }

    /** Why an expression is refused. */
    static final class InvalidExpression extends RuntimeException {
        private final String reason;

        InvalidExpression(String reason) {
            super(reason);
            this.reason = reason;
        }

        /** With the line and the column, both from 1, where there are any. */
        String reason() {
            return reason;
        }
    }
}
