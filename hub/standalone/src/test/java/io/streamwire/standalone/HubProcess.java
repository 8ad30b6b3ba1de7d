package io.streamwire.standalone;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real {@code streamwire up} in a process of its own, on free ports. */
final class HubProcess implements AutoCloseable {

    private static final Duration READY_WITHIN = Duration.ofMinutes(2);
    private static final Duration END_WITHIN = Duration.ofSeconds(30);
    private static final Pattern READY = Pattern.compile("Streamwire is ready: (\\S+) .*");

    private final Process process;
    private final Path output;
    private final Path errors;

    private HubProcess(Process process, Path output, Path errors) {
        this.process = process;
        this.output = output;
        this.errors = errors;
    }

    /**
     * @param settings as environment variables, over free ports
     */
    static HubProcess start(Path dataDirectory, Map<String, String> settings) throws IOException {
        Path output = Files.createTempFile("streamwire", ".out");
        Path errors = Files.createTempFile("streamwire", ".err");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-XX:TieredStopAtLevel=1",
                                "--sun-misc-unsafe-memory-access=allow",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "up",
                                "--data-dir",
                                dataDirectory.toString()));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile());
        for (String service : List.of("GATEWAY", "AUTH", "INGEST", "RULES", "DEVICES", "BROKER")) {
            builder.environment().put(service + "_PORT", "0");
        }
        builder.environment().put("BROKER_WS_PORT", "0");
        builder.environment().put("BROKER_TLS_PORT", "0");
        builder.environment().put("BROKER_HTTP_PORT", "0");
        builder.environment().putAll(settings);
        return new HubProcess(builder.start(), output, errors);
    }

    /** Waits until it says that it is ready and where. */
    URI awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (System.nanoTime() < deadline) {
            boolean ended = process.waitFor(50, TimeUnit.MILLISECONDS);
            Matcher ready = READY.matcher(Files.readString(output).strip());
            if (ready.matches()) {
                return URI.create(ready.group(1));
            }
            if (ended) {
                throw new AssertionError("ended: " + Files.readString(errors));
            }
        }
        throw new AssertionError("not ready: " + Files.readString(errors));
    }

    /** Waits for its end by itself. */
    int awaitExit() throws IOException, InterruptedException {
        if (!process.waitFor(READY_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still running: " + threads() + Files.readString(errors));
        }
        return process.exitValue();
    }

    /** Sends SIGTERM and waits for the end. */
    Duration terminate() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        process.destroy();
        awaitExit();
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    /** Sends SIGKILL. */
    void kill() throws IOException, InterruptedException {
        process.destroyForcibly();
        awaitExit();
    }

    /** Where its threads are, virtual ones too. */
    private String threads() throws IOException, InterruptedException {
        Path dump = Files.createTempFile("streamwire", ".threads");
        Files.delete(dump); // it is never written over
        try {
            new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                            Long.toString(process.pid()),
                            "Thread.dump_to_file",
                            dump.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(END_WITHIN.toSeconds(), TimeUnit.SECONDS);
            return Files.exists(dump) ? Files.readString(dump) : "";
        } finally {
            Files.deleteIfExists(dump);
        }
    }

    List<String> errorLines() throws IOException {
        return Files.readAllLines(errors);
    }

    @Override
    public void close() throws IOException {
        if (process.isAlive()) {
            process.destroy();
            try {
                if (!process.waitFor(END_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
        Files.deleteIfExists(output);
        Files.deleteIfExists(errors);
    }
}
