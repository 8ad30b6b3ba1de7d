package io.streamwire.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of docs/metrics.md. */
final class MetricsTable {

    private static final Path FILE = Path.of("..", "..", "docs", "metrics.md");
    private static final Pattern ROW =
            Pattern.compile("\\| `([a-z0-9_]+)` \\| (\\w+) \\| [^|]*\\| ([^|]+) \\| ([^|]+) \\|");
    private static final Pattern TYPE = Pattern.compile("# TYPE ([a-z0-9_]+) (\\w+)");

    private final List<Row> rows;

    private record Row(String name, String type, Set<String> services, boolean always) {
        boolean of(String service) {
            return services.contains("all") || services.contains(service);
        }
    }

    private MetricsTable(List<Row> rows) {
        this.rows = rows;
    }

    static MetricsTable read() throws IOException {
        return new MetricsTable(
                Files.readAllLines(FILE).stream()
                        .map(ROW::matcher)
                        .filter(Matcher::matches)
                        .map(row ->
                                new Row(
                                        row.group(1),
                                        row.group(2),
                                        Set.of(row.group(3).split(", ", -1)),
                                        !row.group(4).startsWith("(sometimes)")))
                        .toList());
    }

    /** What a service may tell, as {@code name type}. */
    Set<String> possible(String service) {
        return names(service, false);
    }

    /** What it always tells. */
    Set<String> always(String service) {
        return names(service, true);
    }

    private Set<String> names(String service, boolean always) {
        var names = new TreeSet<String>();
        for (var row : rows) {
            if (row.of(service) && (row.always() || !always)) {
                names.add(row.name() + " " + row.type());
            }
        }
        return names;
    }

    /** What a text for Prometheus tells; the maximum beside a timer is part of that. */
    static Set<String> names(String exposition) {
        var names = new TreeSet<String>();
        var types = TYPE.matcher(exposition);
        while (types.find()) {
            names.add(types.group(1) + " " + types.group(2));
        }
        names.removeIf(name ->
                name.endsWith("_max gauge")
                        && (names.contains(name.replace("_max gauge", " histogram"))
                                || names.contains(name.replace("_max gauge", " summary"))));
        return names;
    }
}
