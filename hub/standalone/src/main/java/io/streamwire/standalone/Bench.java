package io.streamwire.standalone;

import io.helidon.config.Config;
import io.streamwire.embedded.Embedded;
import io.streamwire.service.Configuration;
import io.streamwire.telemetry.Logging;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * What all measurements have in common: a hub of their own on free ports, words on standard error
 * about what they do, and an orderly end on Ctrl-C.
 */
final class Bench {

    private final CommandSpec spec;
    private final HubOptions options;
    private @Nullable Path directory;

    Bench(CommandSpec spec, HubOptions options) {
        this.spec = spec;
        this.options = options;
    }

    /** Measures and says whether what it saw was sound. */
    interface Measurement {
        boolean measure() throws Exception;
    }

    /** The exit code of a measurement. */
    int run(Measurement measurement) throws Exception {
        var parent = spec.parent();
        if (parent != null && parent.commandLine().getParseResult().matchedOptions().size() > 0) {
            throw wrong("options go behind " + spec.qualifiedName());
        }
        Logging.onlyWarnings();
        try (var end = new OrderlyEnd()) {
            try {
                var sound = measurement.measure();
                if (sound && directory != null) {
                    Embedded.empty(directory); // the next measurement shall not have to load it
                }
                return sound ? 0 : 1;
            } catch (Exception e) {
                if (end.asked()) {
                    throw new InterruptedStartException();
                }
                throw e;
            }
        }
    }

    /** Stops the command with one line when an option is less than it may be. */
    void require(String option, int value, int least) {
        if (value < least) {
            throw wrong("%s must be at least %d: %d".formatted(option, least, value));
        }
    }

    ParameterException wrong(String why) {
        return new ParameterException(spec.commandLine(), why);
    }

    /** Settings of a hub that is in nobody's way and does not limit who measures it. */
    Config settings(Map<String, String> more) {
        var overrides = new HashMap<>(HubOptions.anyFreePorts());
        // Everybody is set up in one go, as no owner's browser would.
        overrides.put("gateway.rate-limit", "100000");
        overrides.put("gateway.rate-burst", "100000");
        overrides.put("devices.commands-per-second-per-device", "100000");
        overrides.put("devices.command-burst-per-device", "100000");
        overrides.put("devices.commands-per-second-per-workspace", "100000");
        overrides.put("devices.commands-per-minute-per-viewer", "1000000");
        overrides.put("auth.login-attempts", "100000");
        overrides.put("auth.login-attempts-per-address", "100000");
        overrides.put("auth.access-token-life", "1h");
        overrides.putAll(more);
        var settings = options.configuration(overrides);
        directory = Configuration.path(settings, "data-dir").resolve("bench");
        return Configuration.with(settings, Map.of("data-dir", directory.toString()));
    }

    void progress(String doing) {
        spec.commandLine().getErr().println("bench: " + doing);
        spec.commandLine().getErr().flush();
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /**
     * @param nanos of {@link System#nanoTime()}
     */
    static void sleepUntil(long nanos) throws InterruptedException {
        Thread.sleep(Duration.ofNanos(Math.max(0, nanos - System.nanoTime())));
    }

    static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
