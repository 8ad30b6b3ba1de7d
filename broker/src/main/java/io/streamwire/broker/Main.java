package io.streamwire.broker;

import io.streamwire.broker.BrokerSettings.Limits;
import io.streamwire.contract.Instances;
import io.streamwire.telemetry.Logging;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;

/** Runs the broker alone; the devices service says which tokens are good. */
final class Main {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private static final Pattern COMMAS = Pattern.compile(" *, *");

    private Main() {}

    public static void main(String[] args) throws InterruptedException {
        Instances.followNames();
        Logging.configure();
        var stopping = new CountDownLatch(1);
        var main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitStop(stopping, main)));
        try {
            var environment = System.getenv();
            Logging.configure(
                    choice(environment, "LOG_FORMAT", Logging.Format.class, Logging.Format.TEXT),
                    choice(environment, "LOG_LEVEL", Logging.Detail.class, Logging.Detail.INFO));
            try (var _ = start(environment)) {
                stopping.await();
            }
        } catch (Broker.StartException | IllegalArgumentException e) {
            System.err.println("streamwire broker: " + e.getMessage());
            System.err.flush();
            Runtime.getRuntime().halt(1);
        }
    }

    static Broker start(Map<String, String> environment) {
        var settings =
                new BrokerSettings(
                        value(environment, "BROKER_BIND").orElse(BrokerSettings.LOOPBACK),
                        number(environment, "BROKER_PORT", 1883),
                        new BrokerSettings.Tls(
                                number(environment, "BROKER_TLS_PORT", 8883),
                                dataDir(environment).resolve("tls"),
                                value(environment, "BROKER_TLS_NAMES").stream()
                                        .flatMap(names -> COMMAS.splitAsStream(names))
                                        .toList(),
                                value(environment, "BROKER_TLS_CERT").map(Path::of).orElse(null),
                                value(environment, "BROKER_TLS_KEY").map(Path::of).orElse(null)),
                        number(environment, "BROKER_WS_PORT", 8083),
                        number(environment, "BROKER_HTTP_PORT", 8005),
                        dataDir(environment).resolve("broker"),
                        required(environment, "MQTT_PASSWORD"),
                        required(environment, "SERVICE_SECRET"),
                        limits(environment),
                        value(environment, "METRICS_TOKEN").orElse(null));
        var devicesUrls = value(environment, "BROKER_AUTH_URL").orElse("http://127.0.0.1:8004");
        return Broker.start(
                settings,
                Authenticator.http(
                        COMMAS.splitAsStream(devicesUrls).map(URI::create).toList(),
                        settings.serviceSecret(),
                        new Authenticator.Memory(
                                duration(
                                        environment,
                                        "BROKER_AUTH_CACHE",
                                        Authenticator.Memory.STANDARD.cache()),
                                duration(
                                        environment,
                                        "BROKER_AUTH_GRACE",
                                        Authenticator.Memory.STANDARD.grace()))));
    }

    private static Limits limits(Map<String, String> environment) {
        var standard = Limits.STANDARD;
        return new Limits(
                number(environment, "BROKER_LIMITS_CONNECTIONS", standard.connections()),
                number(environment, "BROKER_LIMITS_PACKET_BYTES", standard.packetBytes()),
                number(
                        environment,
                        "BROKER_LIMITS_KEEP_ALIVE_SECONDS",
                        standard.keepAliveSeconds()),
                number(
                        environment,
                        "BROKER_LIMITS_WORKSPACE_MESSAGES_PER_SECOND",
                        standard.workspaceMessagesPerSecond()),
                new Limits.PerClient(
                        number(
                                environment,
                                "BROKER_LIMITS_MESSAGES_PER_SECOND",
                                standard.client().messagesPerSecond()),
                        number(
                                environment,
                                "BROKER_LIMITS_SUBSCRIPTIONS",
                                standard.client().subscriptions()),
                        number(
                                environment,
                                "BROKER_LIMITS_LOGINS_PER_SECOND",
                                standard.client().loginsPerSecond())),
                new Limits.PerAddress(
                        number(
                                environment,
                                "BROKER_LIMITS_ADDRESS_CONNECTIONS",
                                standard.address().connections()),
                        number(
                                environment,
                                "BROKER_LIMITS_ADDRESS_CONNECTS_PER_SECOND",
                                standard.address().connectsPerSecond()),
                        number(
                                environment,
                                "BROKER_LIMITS_ADDRESS_FAILED_LOGINS_PER_SECOND",
                                standard.address().failedLoginsPerSecond()),
                        value(environment, "BROKER_LIMITS_TRUSTED_ADDRESSES")
                                .map(text -> COMMAS.splitAsStream(text).toList())
                                .orElse(standard.address().trusted())));
    }

    private static <E extends Enum<E>> E choice(
            Map<String, String> environment, String name, Class<E> type, E standard) {
        var text = value(environment, name).orElse(null);
        if (text == null) {
            return standard;
        }
        try {
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            var names = Arrays.toString(type.getEnumConstants()).toLowerCase(Locale.ROOT);
            throw new IllegalArgumentException(
                    "%s must be one of %s, is %s".formatted(name, names, text), e);
        }
    }

    private static Path dataDir(Map<String, String> environment) {
        return value(environment, "STREAMWIRE_DATA_DIR")
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("user.home"), ".streamwire"));
    }

    /** The variable, or the content of the file that {@code NAME_FILE} names. */
    private static Optional<String> value(Map<String, String> environment, String name) {
        var file = environment.get(name + "_FILE");
        if (file == null) {
            return Optional.ofNullable(environment.get(name)).filter(text -> !text.isBlank());
        }
        try {
            return Optional.of(Files.readString(Path.of(file)).strip());
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + name + "_FILE " + file, e);
        }
    }

    private static String required(Map<String, String> environment, String name) {
        return value(environment, name)
                .orElseThrow(() ->
                        new IllegalArgumentException("set " + name + " or " + name + "_FILE"));
    }

    private static int number(Map<String, String> environment, String name, int standard) {
        try {
            return value(environment, name).map(Integer::valueOf).orElse(standard);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be a number", e);
        }
    }

    /** {@code 500ms}, {@code 10s}, {@code 5m}, {@code 4h} or {@code 30d}. */
    private static Duration duration(
            Map<String, String> environment, String name, Duration standard) {
        var text = value(environment, name).orElse(null);
        if (text == null) {
            return standard;
        }
        var parts = DURATION.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(name + " must be a duration like 10s: " + text);
        }
        var number = Long.parseLong(parts.group(1));
        return switch (parts.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /** Keeps the process alive until the broker has stopped. */
    private static void awaitStop(CountDownLatch stopping, Thread main) {
        stopping.countDown();
        try {
            main.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
