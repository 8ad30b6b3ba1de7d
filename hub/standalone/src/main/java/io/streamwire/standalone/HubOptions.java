package io.streamwire.standalone;

import io.helidon.config.Config;
import io.streamwire.service.Configuration;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that runs the hub. */
final class HubOptions {

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "where PostgreSQL, Redis and the generated secrets live (~/.streamwire)")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "a YAML file with settings; the environment goes before it")
    private @Nullable Path file;

    Config configuration() {
        Map<String, String> overrides = new HashMap<>();
        if (dataDirectory != null) {
            overrides.put("data-dir", dataDirectory.toAbsolutePath().toString());
        }
        return Configuration.load(overrides, file);
    }
}
