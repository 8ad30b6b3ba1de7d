package io.streamwire.standalone;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The firmware of a board at the other end of a pty, in a process of its own: compiled for an AVR
 * and run by a simulator, or compiled for this machine. Its pins are watched from outside.
 */
final class CabledBoard implements AutoCloseable {

    private static final Duration PLUGGED_IN = Duration.ofSeconds(10);
    private static final long BUILD_MINUTES = 5;
    private static final long END_SECONDS = 2;

    private final Process process;
    private final Path port;
    private final List<Consumer<Edge>> listeners = new CopyOnWriteArrayList<>();
    private final List<Edge> edges = new CopyOnWriteArrayList<>();

    /**
     * A pin went on or off.
     *
     * @param atNanos of {@link System#nanoTime()}
     * @param boardMicros since the board's start, by its own clock
     */
    record Edge(long atNanos, long boardMicros, int pin, boolean on) {}

    private CabledBoard(Process process, Path port) {
        this.process = process;
        this.port = port;
        Thread.ofPlatform().name("board " + port).daemon().start(this::listen);
    }

    /**
     * Builds the boards when they are not up to date.
     *
     * @param repository where arduino-sketches is
     * @throws IllegalStateException in one line when the tools for that are missing
     */
    static void build(Path repository) {
        try {
            var make =
                    new ProcessBuilder(
                                    "make",
                                    "-s",
                                    "-C",
                                    repository.resolve("arduino-sketches").toString(),
                                    "tools")
                            .redirectErrorStream(true)
                            .start();
            var output = new String(make.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!make.waitFor(BUILD_MINUTES, TimeUnit.MINUTES) || make.exitValue() != 0) {
                throw new IllegalStateException(
                        "the boards cannot be built; arduino-sketches/Makefile says what it needs: "
                                + output.lines().findFirst().orElse(""));
            }
        } catch (IOException e) {
            throw new IllegalStateException("make is needed to build the boards", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** UnoActuators on a simulated ATmega328P. */
    static CabledBoard uno(Path repository, Path directory, String name) {
        return start(
                repository,
                directory,
                name,
                List.of("avr-board", "UnoActuators.elf", "--mcu", "atmega328p"));
    }

    /** UnoActuators compiled for this machine: a fraction of the cost. */
    static CabledBoard host(Path repository, Path directory, String name) {
        return start(repository, directory, name, List.of("host-board"));
    }

    private static CabledBoard start(
            Path repository, Path directory, String name, List<String> program) {
        var built = repository.resolve("arduino-sketches/target");
        var port = directory.resolve(name);
        var command = new ArrayList<String>();
        for (var word : program) {
            command.add(Files.exists(built.resolve(word)) ? built.resolve(word).toString() : word);
        }
        command.addAll(
                List.of(
                        "--link",
                        port.toString(),
                        "--eeprom",
                        directory.resolve(name) + ".eeprom"));
        try {
            var board =
                    new CabledBoard(
                            new ProcessBuilder(command)
                                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                                    .start(),
                            port);
            Wait.until(PLUGGED_IN, name + " is plugged in", () -> Files.exists(port));
            return board;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void listen() {
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                process.getInputStream(), StandardCharsets.US_ASCII))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var words = line.split(" ", -1);
                if (words.length == 5 && words[2].equals("PIN")) {
                    var edge =
                            new Edge(
                                    TimeUnit.MICROSECONDS.toNanos(Long.parseLong(words[0])),
                                    Long.parseLong(words[1]),
                                    Integer.parseInt(words[3]),
                                    !words[4].equals("0"));
                    edges.add(edge);
                    listeners.forEach(listener -> listener.accept(edge));
                }
            }
        } catch (IOException _) {
            // The board has ended.
        }
    }

    Path port() {
        return port;
    }

    /** Tells of every change of a pin, on the board's own thread. */
    void onEdge(Consumer<Edge> listener) {
        listeners.add(listener);
    }

    List<Edge> edges() {
        return List.copyOf(edges);
    }

    /** Cuts the power. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
