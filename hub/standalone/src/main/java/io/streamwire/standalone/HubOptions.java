package io.streamwire.standalone;

import io.helidon.config.Config;
import io.streamwire.service.Configuration;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that runs the hub. */
final class HubOptions {

    private static final List<String> LISTENERS =
            List.of(
                    "gateway.port",
                    "auth.port",
                    "ingest.port",
                    "rules.port",
                    "devices.port",
                    "broker.port",
                    "broker.tls-port",
                    "broker.ws-port",
                    "broker.http-port",
                    "embedded.postgres-port",
                    "embedded.redis-port");

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
        return configuration(Map.of());
    }

    /** The settings with some that a command needs. */
    Config configuration(Map<String, String> needed) {
        Map<String, String> overrides = new HashMap<>(needed);
        if (dataDirectory != null) {
            overrides.put("data-dir", dataDirectory.toAbsolutePath().toString());
        }
        return Configuration.load(overrides, file);
    }

    /** Every listener on any port that is free, so that such a run is in nobody's way. */
    static Map<String, String> anyFreePorts() {
        return LISTENERS.stream().collect(Collectors.toMap(port -> port, _ -> "0"));
    }
}
