package io.streamwire.service;

import io.helidon.common.media.type.MediaTypes;
import io.helidon.config.Config;
import io.helidon.config.ConfigException;
import io.helidon.config.ConfigSources;
import io.streamwire.bus.BusSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
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
 * Where settings come from: overrides, then the environment ({@code NAME} or {@code NAME_FILE}),
 * then a YAML file, then {@code defaults.yaml} beside this class, which lists every key of the
 * product. The typed accessors say in one line which key has which wrong value.
 */
public final class Configuration {

    private static final long SHORTEST_STREAM = 1_000;
    private static final long LONGEST_STREAM = 10_000_000;
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(KiB|MiB|GiB)?");

    private Configuration() {}

    /**
     * Reads the settings of this process.
     *
     * @param file a YAML file, or null for none
     * @throws ConfigurationException when a source cannot be read or names an unknown key
     */
    public static Config load(Map<String, String> overrides, @Nullable Path file) {
        return load(overrides, System.getenv(), file);
    }

    static Config load(
            Map<String, String> overrides, Map<String, String> environment, @Nullable Path file) {
        var defaults = yaml(defaults(), "defaults.yaml");
        var known = defaults.asMap().get().keySet();
        refuseUnknown(known, overrides.keySet(), "the overrides");
        var builder =
                plain().addSource(ConfigSources.create(overrides).build())
                        .addSource(ConfigSources.create(environment(known, environment)).build());
        if (file != null) {
            var settings = yaml(text(file), file.toString());
            refuseUnknown(known, settings.asMap().get().keySet(), file.toString());
            builder.addSource(ConfigSources.create(settings));
        }
        return builder.addSource(ConfigSources.create(defaults)).build();
    }

    /** The same settings with some replaced. */
    public static Config with(Config base, Map<String, String> overrides) {
        refuseUnknown(
                yaml(defaults(), "defaults.yaml").asMap().get().keySet(),
                overrides.keySet(),
                "the overrides");
        return plain().addSource(ConfigSources.create(overrides).build())
                .addSource(ConfigSources.create(base))
                .build();
    }

    /** Every key with its default, sorted. */
    public static Map<String, String> defaultValues() {
        return new TreeMap<>(yaml(defaults(), "defaults.yaml").asMap().get());
    }

    /**
     * The environment variable of a key: {@code auth.jwks-url} is {@code AUTH_JWKS_URL}; a key
     * without a section is too general alone, so {@code data-dir} is {@code STREAMWIRE_DATA_DIR}.
     */
    public static String environmentName(String key) {
        var name = key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
        return key.contains(".") ? name : "STREAMWIRE_" + name;
    }

    /** A text that may be left out. */
    public static Optional<String> optional(Config config, String key) {
        return config.get(key).asString().asOptional().map(String::strip).filter(s -> !s.isEmpty());
    }

    /** A text that must be there. */
    public static String text(Config config, String key) {
        return optional(config, key)
                .orElseThrow(() ->
                        new ConfigurationException(
                                "%s is not set (environment %s)"
                                        .formatted(key, environmentName(key))));
    }

    /** A secret: like a text, but no error ever shows its value. */
    public static String secret(Config config, String key, int minimumLength) {
        var secret = text(config, key);
        if (secret.length() < minimumLength) {
            throw new ConfigurationException(
                    "%s must have at least %d characters, has %d (environment %s)"
                            .formatted(key, minimumLength, secret.length(), environmentName(key)));
        }
        return secret;
    }

    /** A whole number within inclusive limits. */
    public static long number(Config config, String key, long least, long most) {
        var value = text(config, key);
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw wrong(key, "a whole number from " + least + " to " + most, value);
        }
        throw wrong(key, "a whole number from " + least + " to " + most, value);
    }

    /** A port, 0 to 65535. */
    public static int port(Config config, String key) {
        return (int) number(config, key, 0, 65_535);
    }

    /** {@code true} or {@code false}. */
    public static boolean flag(Config config, String key) {
        var value = text(config, key);
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw wrong(key, "true or false", value);
        };
    }

    /** A duration like {@code 500ms}, {@code 10s}, {@code 5m}, {@code 4h} or {@code 30d}. */
    public static Duration duration(Config config, String key) {
        return duration(config, key, Duration.ZERO, Duration.ofDays(3650));
    }

    /** A duration within inclusive limits. */
    public static Duration duration(Config config, String key, Duration least, Duration most) {
        var value = text(config, key);
        var match = DURATION.matcher(value);
        if (!match.matches()) {
            throw wrong(key, "a duration like 500ms, 10s, 5m, 4h or 30d", value);
        }
        var unit =
                switch (match.group(2)) {
                    case "ms" -> ChronoUnit.MILLIS;
                    case "s" -> ChronoUnit.SECONDS;
                    case "m" -> ChronoUnit.MINUTES;
                    case "h" -> ChronoUnit.HOURS;
                    default -> ChronoUnit.DAYS;
                };
        var duration = Duration.of(Long.parseLong(match.group(1)), unit);
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw wrong(key, "a duration from " + least + " to " + most, value);
        }
        return duration;
    }

    /** A size in bytes like {@code 512}, {@code 64KiB} or {@code 8MiB}. */
    public static long size(Config config, String key) {
        var value = text(config, key);
        var match = SIZE.matcher(value);
        if (!match.matches()) {
            throw wrong(key, "a size like 512, 64KiB or 8MiB", value);
        }
        long number = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "KiB" -> number << 10;
            case "MiB" -> number << 20;
            case "GiB" -> number << 30;
            case null, default -> number;
        };
    }

    /** A URL of one of the schemes, with a host. */
    public static URI url(Config config, String key, String... schemes) {
        return url(key, text(config, key), schemes);
    }

    /** Comma-separated URLs, at least one. */
    public static List<URI> urls(Config config, String key, String... schemes) {
        return Arrays.stream(text(config, key).split(",", -1))
                .map(String::strip)
                .map(value -> url(key, value, schemes))
                .toList();
    }

    /** One of an enum's constants, written in lower case with dashes. */
    public static <E extends Enum<E>> E choice(Config config, String key, Class<E> type) {
        var value = text(config, key);
        var names = new TreeSet<String>();
        for (var constant : type.getEnumConstants()) {
            var name = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (name.equals(value)) {
                return constant;
            }
            names.add(name);
        }
        throw wrong(key, "one of " + String.join(", ", names), value);
    }

    /** A path of the file system; a leading {@code ~} is the home directory. */
    public static Path path(Config config, String key) {
        var value = text(config, key);
        if (value.equals("~") || value.startsWith("~/")) {
            return Path.of(System.getProperty("user.home") + value.substring(1));
        }
        return Path.of(value);
    }

    /** How this service reaches Redis. */
    public static BusSettings bus(Config config) {
        var settings = BusSettings.of(url(config, "bus.url", "redis", "rediss"));
        var most = number(config, "bus.max-length", SHORTEST_STREAM, LONGEST_STREAM);
        return new BusSettings(
                settings.url(),
                (int) number(config, "bus.partitions", 1, 1024),
                settings.leaseTtl(),
                settings.commandTimeout(),
                duration(config, "bus.wait"),
                most,
                number(config, "bus.keep-length", 0, most - 1),
                size(config, "bus.keep-size"));
    }

    private static URI url(String key, String value, String... schemes) {
        var expected = "a URL that begins with " + String.join(":// or ", schemes) + "://";
        try {
            var url = new URI(value);
            if (url.getHost() != null && List.of(schemes).contains(url.getScheme())) {
                return url;
            }
        } catch (URISyntaxException e) {
            throw wrong(key, expected, withoutCredentials(value));
        }
        throw wrong(key, expected, withoutCredentials(value));
    }

    private static String withoutCredentials(String url) {
        return url.replaceFirst("//[^/]*@", "//...@");
    }

    private static ConfigurationException wrong(String key, String expected, String value) {
        return new ConfigurationException(
                "%s must be %s, is \"%s\" (environment %s)"
                        .formatted(key, expected, value, environmentName(key)));
    }

    private static Config.Builder plain() {
        return Config.builder()
                .disableEnvironmentVariablesSource()
                .disableSystemPropertiesSource()
                .disableKeyResolving()
                .disableValueResolving();
    }

    private static Map<String, String> environment(
            Set<String> keys, Map<String, String> environment) {
        var settings = new TreeMap<String, String>();
        for (var key : keys) {
            var name = environmentName(key);
            var value = environment.get(name);
            var file = environment.get(name + "_FILE");
            if (value != null && file != null) {
                throw new ConfigurationException(
                        "%s and %s_FILE are both set".formatted(name, name));
            }
            if (value != null) {
                settings.put(key, value);
            }
            if (file != null) {
                settings.put(key, text(Path.of(file)).replaceFirst("\r?\n\\z", ""));
            }
        }
        return settings;
    }

    private static void refuseUnknown(Set<String> known, Set<String> keys, String source) {
        for (var key : keys) {
            if (!known.contains(key)) {
                throw new ConfigurationException(
                        "%s is not a setting (in %s)".formatted(key, source));
            }
        }
    }

    private static Config yaml(String text, String source) {
        try {
            return plain().addSource(ConfigSources.create(text, MediaTypes.APPLICATION_YAML))
                    .build();
        } catch (ConfigException e) {
            throw new ConfigurationException("%s is not YAML: %s".formatted(source, firstLine(e)));
        }
    }

    private static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new ConfigurationException("%s cannot be read".formatted(file));
        }
    }

    private static String defaults() {
        try (InputStream in = Configuration.class.getResourceAsStream("defaults.yaml")) {
            if (in == null) {
                throw new IllegalStateException("defaults.yaml is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("defaults.yaml cannot be read", e);
        }
    }
}
