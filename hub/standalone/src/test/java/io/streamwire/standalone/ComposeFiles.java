package io.streamwire.standalone;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What an operator's folder says. */
final class ComposeFiles {

    static final Path DIRECTORY = Path.of("../../compose").toAbsolutePath().normalize();

    static final String BASE = "compose.yaml";

    /** Those that run our image. */
    static final Set<String> OURS =
            Set.of("gateway", "auth", "ingest", "rules", "devices", "broker");

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z0-9_]+)");

    private ComposeFiles() {}

    static List<String> all() throws IOException {
        try (var files = Files.list(DIRECTORY)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("compose.") && name.endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    static String text(String file) throws IOException {
        return Files.readString(DIRECTORY.resolve(file));
    }

    static Map<String, Object> parsed(Path file) throws IOException {
        var yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
        return object(yaml.load(Files.readString(file)));
    }

    /** Each service's own part of a file. */
    static Map<String, Map<String, Object>> services(String file) throws IOException {
        var services = new LinkedHashMap<String, Map<String, Object>>();
        object(parsed(DIRECTORY.resolve(file)).get("services"))
                .forEach((name, service) -> services.put(name, object(service)));
        return services;
    }

    /** What a file says of each network that it names. */
    static Map<String, Map<String, Object>> networks(String file) throws IOException {
        var networks = new LinkedHashMap<String, Map<String, Object>>();
        object(parsed(DIRECTORY.resolve(file)).get("networks"))
                .forEach((name, network) -> networks.put(name, object(network)));
        return networks;
    }

    /** The environment of each of our services, of all files together. */
    static Map<String, Map<String, String>> environments() throws IOException {
        var environments = new TreeMap<String, Map<String, String>>();
        for (var file : all()) {
            services(file)
                    .forEach((name, service) -> {
                        if (OURS.contains(name) && service.containsKey("environment")) {
                            object(service.get("environment"))
                                    .forEach((variable, value) ->
                                            environments
                                                    .computeIfAbsent(name, _ -> new TreeMap<>())
                                                    .put(variable, String.valueOf(value)));
                        }
                    });
        }
        return environments;
    }

    /** What the files take from .env. */
    static Set<String> variables() throws IOException {
        var variables = new TreeSet<String>();
        for (var file : all()) {
            VARIABLE.matcher(text(file)).results().forEach(match -> variables.add(match.group(1)));
        }
        return variables;
    }

    static List<String> strings(@Nullable Object list) {
        var strings = new ArrayList<String>();
        ((List<?>) requireNonNull(list)).forEach(item -> strings.add(String.valueOf(item)));
        return strings;
    }

    @SuppressWarnings("unchecked") // a YAML mapping has text for keys in these files
    private static Map<String, Object> object(@Nullable Object mapping) {
        return (Map<String, Object>) requireNonNull(mapping);
    }
}
