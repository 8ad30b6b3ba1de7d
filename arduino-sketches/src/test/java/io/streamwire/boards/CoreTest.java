package io.streamwire.boards;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The tests of the firmware in C++, built with the address and undefined-behaviour sanitizers. */
class CoreTest {

    /** As long as the suite of one change may take; CI can run it longer with another seed. */
    private static final String FUZZ_SECONDS = System.getProperty("fuzz.seconds", "4");

    private static final String FUZZ_SEED = System.getProperty("fuzz.seed", "1");

    private static final Pattern CASE = Pattern.compile("(ok|FAILED) (.+)");
    private static final Pattern FUZZ =
            Pattern.compile("seed=\\d+ bytes=(\\d+) replies=(\\d+) moves=(\\d+) texts=(\\d+)");

    @TestFactory
    Stream<DynamicTest> core() {
        return cases("unit", 30);
    }

    @TestFactory
    Stream<DynamicTest> goldenVectors() {
        return cases("golden", 30);
    }

    @Test
    void fuzzFindsNothing() {
        var lines = Sketches.make("fuzz", "SEED=" + FUZZ_SEED, "FUZZ_SECONDS=" + FUZZ_SECONDS);

        var result = FUZZ.matcher(lines.getLast());
        assertThat(result.matches()).as(lines.getLast()).isTrue();
        assertThat(Long.parseLong(result.group(1))).as("bytes").isGreaterThan(100_000);
        assertThat(Long.parseLong(result.group(3))).as("moves").isGreaterThan(100);
    }

    /** One test for each case of a program; the program's own total says that none is missing. */
    private static Stream<DynamicTest> cases(String target, int atLeast) {
        var made = Sketches.tryMake(target);
        var tests =
                made.lines().stream()
                        .map(CASE::matcher)
                        .filter(found -> found.matches())
                        .map(found -> one(found.group(2), found.group(1), made.lines()))
                        .toList();
        var all =
                DynamicTest.dynamicTest(
                        target + " ran to its end",
                        () -> {
                            assertThat(made.exit())
                                    .as(() -> String.join("\n", made.lines()))
                                    .isZero();
                            assertThat(tests).hasSizeGreaterThanOrEqualTo(atLeast);
                            assertThat(total(made.lines())).isEqualTo(tests.size());
                        });
        return Stream.concat(tests.stream(), Stream.of(all));
    }

    private static DynamicTest one(String name, String result, List<String> output) {
        return DynamicTest.dynamicTest(
                name,
                () ->
                        assertThat(result)
                                .as(() ->
                                        String.join(
                                                "\n",
                                                output.stream()
                                                        .filter(line -> line.contains(name))
                                                        .toList()))
                                .isEqualTo("ok"));
    }

    private static int total(List<String> lines) {
        var total = Pattern.compile("cases=(\\d+) failed=\\d+");
        return lines.stream()
                .map(total::matcher)
                .filter(found -> found.matches())
                .mapToInt(found -> Integer.parseInt(found.group(1)))
                .sum();
    }
}
