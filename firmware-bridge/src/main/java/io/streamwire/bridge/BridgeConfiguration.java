package io.streamwire.bridge;

import io.helidon.common.media.type.MediaTypes;
import io.helidon.config.Config;
import io.helidon.config.ConfigException;
import io.helidon.config.ConfigSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a bridge's settings come from: the environment ({@code NAME} or {@code NAME_FILE}), then a
 * YAML file, then the defaults. What is wrong is said in one line with its key.
 */
final class BridgeConfiguration {

    /** Every key with its default; pins and Firmata boards have keys of their own. */
    private static final Map<String, String> DEFAULTS =
            Map.ofEntries(
                    Map.entry("mqtt.url", "tcp://127.0.0.1:1883"),
                    Map.entry("mqtt.root", ""),
                    Map.entry("mqtt.password", ""),
                    Map.entry("mqtt.ca", ""),
                    Map.entry("bridge.status-port", "8090"),
                    Map.entry("bridge.ports", ""),
                    Map.entry("bridge.discover", "true"),
                    Map.entry(
                            "bridge.vendors",
                            String.join(",", new TreeSet<>(BridgeSettings.Serial.VENDORS))),
                    Map.entry("bridge.ignore", ""),
                    Map.entry("bridge.baud", "115200"),
                    Map.entry("bridge.scan", "1s"),
                    Map.entry("bridge.most-boards", "32"));

    private static final Set<String> PIN_FIELDS =
            Set.of("bcm", "pwm", "active-low", "max-on-ms", "min-gap-ms", "max-duty-pct", "group");

    private static final Pattern GPIO = Pattern.compile("gpio\\.([a-z][a-z0-9_]*)\\.([a-z-]+)");
    private static final Pattern FIRMATA =
            Pattern.compile("firmata\\.([a-z][a-z0-9_]*)\\.(port|([a-z][a-z0-9_]*)\\.([a-z-]+))");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,6})(ms|s|m)");

    private final Map<String, String> values;

    private BridgeConfiguration(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Reads the settings of this process.
     *
     * @param file a YAML file, or null for none
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    static BridgeSettings load(Map<String, String> environment, @Nullable Path file) {
        var values = new HashMap<>(DEFAULTS);
        if (file != null) {
            values.putAll(yaml(file));
        }
        for (var key : DEFAULTS.keySet()) {
            fromEnvironment(environment, key).ifPresent(value -> values.put(key, value));
        }
        return new BridgeConfiguration(values).settings();
    }

    private static Map<String, String> yaml(Path file) {
        Map<String, String> values;
        try {
            values =
                    Config.builder()
                            .disableEnvironmentVariablesSource()
                            .disableSystemPropertiesSource()
                            .disableKeyResolving()
                            .disableValueResolving()
                            .addSource(
                                    ConfigSources.create(
                                            Files.readString(file), MediaTypes.APPLICATION_YAML))
                            .build()
                            .asMap()
                            .orElse(Map.of());
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read", e);
        } catch (ConfigException e) {
            throw new IllegalArgumentException(
                    "%s is not YAML: %s".formatted(file, firstLine(e)), e);
        }
        for (var key : values.keySet()) {
            if (!isKnown(key)) {
                throw new IllegalArgumentException(
                        "%s is not a setting of the bridge (in %s)".formatted(key, file));
            }
        }
        return values;
    }

    private static boolean isKnown(String key) {
        if (DEFAULTS.containsKey(key)) {
            return true;
        }
        var pin = GPIO.matcher(key);
        if (pin.matches()) {
            return PIN_FIELDS.contains(pin.group(2));
        }
        var board = FIRMATA.matcher(key);
        return board.matches()
                && (board.group(2).equals("port") || PIN_FIELDS.contains(board.group(4)));
    }

    private static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }

    private static Optional<String> fromEnvironment(Map<String, String> environment, String key) {
        var name = key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
        var value = environment.get(name);
        var file = environment.get(name + "_FILE");
        if (value != null && file != null) {
            throw new IllegalArgumentException("%s and %s_FILE are both set".formatted(name, name));
        }
        if (file == null) {
            return Optional.ofNullable(value);
        }
        try {
            return Optional.of(Files.readString(Path.of(file)).strip());
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read (" + name + "_FILE)", e);
        }
    }

    private BridgeSettings settings() {
        return new BridgeSettings(
                BridgeSettings.Hub.of(
                        text("mqtt.url"),
                        text("mqtt.root"),
                        text("mqtt.password"),
                        text("mqtt.ca").isEmpty() ? null : Path.of(text("mqtt.ca"))),
                Math.toIntExact(number("bridge.status-port")),
                new BridgeSettings.Serial(
                        list("bridge.ports"),
                        flag("bridge.discover"),
                        new HashSet<>(list("bridge.vendors")),
                        new HashSet<>(list("bridge.ignore")),
                        Math.toIntExact(number("bridge.baud")),
                        duration("bridge.scan"),
                        Math.toIntExact(number("bridge.most-boards"))),
                gpio(),
                firmata());
    }

    private List<BridgeSettings.Pin> gpio() {
        var names = new TreeSet<String>();
        for (var key : values.keySet()) {
            var pin = GPIO.matcher(key);
            if (pin.matches()) {
                names.add(pin.group(1));
            }
        }
        return names.stream().map(name -> pin("gpio." + name, name)).toList();
    }

    private List<BridgeSettings.Firmata> firmata() {
        var boards = new TreeMap<String, TreeSet<String>>();
        for (var key : values.keySet()) {
            var board = FIRMATA.matcher(key);
            if (board.matches()) {
                var pins = boards.computeIfAbsent(board.group(1), _ -> new TreeSet<>());
                if (board.group(3) != null) {
                    pins.add(board.group(3));
                }
            }
        }
        var configured = new ArrayList<BridgeSettings.Firmata>();
        boards.forEach((name, pins) -> {
            var prefix = "firmata." + name;
            configured.add(
                    new BridgeSettings.Firmata(
                            text(prefix + ".port"),
                            pins.stream().map(pin -> pin(prefix + "." + pin, pin)).toList()));
        });
        return configured;
    }

    /** Whoever leaves limits out gets careful ones. */
    private BridgeSettings.Pin pin(String prefix, String name) {
        var group = optional(prefix + ".group");
        return new BridgeSettings.Pin(
                name,
                Math.toIntExact(number(prefix + ".bcm")),
                values.containsKey(prefix + ".pwm") && flag(prefix + ".pwm"),
                values.containsKey(prefix + ".active-low") && flag(prefix + ".active-low"),
                optional(prefix + ".max-on-ms")
                        .map(_ -> number(prefix + ".max-on-ms"))
                        .orElse(1_000L),
                optional(prefix + ".min-gap-ms")
                        .map(_ -> number(prefix + ".min-gap-ms"))
                        .orElse(500L),
                optional(prefix + ".max-duty-pct")
                        .map(_ -> Math.toIntExact(number(prefix + ".max-duty-pct")))
                        .orElse(20),
                group.orElse(null));
    }

    private Optional<String> optional(String key) {
        return Optional.ofNullable(values.get(key))
                .map(String::strip)
                .filter(value -> !value.isEmpty());
    }

    private String text(String key) {
        return optional(key).orElse("");
    }

    private List<String> list(String key) {
        return Arrays.stream(text(key).split(",", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    private long number(String key) {
        try {
            return Long.parseLong(text(key));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%s must be a whole number, is \"%s\"".formatted(key, text(key)), e);
        }
    }

    private boolean flag(String key) {
        return switch (text(key)) {
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw new IllegalArgumentException(
                            "%s must be true or false, is \"%s\"".formatted(key, text(key)));
        };
    }

    private Duration duration(String key) {
        var match = DURATION.matcher(text(key));
        if (!match.matches()) {
            throw new IllegalArgumentException(
                    "%s must be a duration like 500ms or 2s, is \"%s\"".formatted(key, text(key)));
        }
        var number = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            default -> Duration.ofMinutes(number);
        };
    }
}
