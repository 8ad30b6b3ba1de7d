package io.streamwire.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One service as a process of its own, as on a cluster, that can be killed and started again.
 * Guarded by its own lock.
 */
public final class ServiceProcess implements AutoCloseable {

    private static final Duration END_WITHIN = Duration.ofSeconds(10);

    private final String mainClass;
    private final List<String> options;
    private final Map<String, String> environment;
    private final Path log;
    private Process process;

    private ServiceProcess(
            String mainClass, List<String> options, Map<String, String> environment, Path log) {
        this.mainClass = mainClass;
        this.options = List.copyOf(options);
        this.environment = Map.copyOf(environment);
        this.log = log;
        this.process = launch();
    }

    /**
     * Starts it; what it says goes to the end of a file.
     *
     * @param heap as behind {@code -Xmx}
     */
    public static ServiceProcess start(
            String mainClass, String heap, Map<String, String> environment, Path log) {
        // It does not live long enough for a better compiler.
        return start(
                mainClass, List.of("-Xmx" + heap, "-XX:TieredStopAtLevel=1"), environment, log);
    }

    /**
     * Starts it as it would run for long.
     *
     * @param options of the JVM
     */
    public static ServiceProcess start(
            String mainClass, List<String> options, Map<String, String> environment, Path log) {
        return new ServiceProcess(mainClass, options, environment, log);
    }

    private Process launch() {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(
                List.of(
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dio.netty.leakDetection.level=disabled",
                        "-cp",
                        System.getProperty("java.class.path"),
                        mainClass));
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + mainClass, e);
        }
    }

    public synchronized boolean alive() {
        return process.isAlive();
    }

    public synchronized long pid() {
        return process.pid();
    }

    /** Sends SIGKILL and waits for the end. */
    public synchronized void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Starts it again after its end. */
    public synchronized void restart() {
        process = launch();
    }

    @Override
    public synchronized void close() {
        process.destroy();
        try {
            if (process.waitFor(END_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
