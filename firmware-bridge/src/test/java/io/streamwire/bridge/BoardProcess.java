package io.streamwire.bridge;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A board that really runs, at the other end of a pty: compiled AVR firmware in a simulator, or the
 * same firmware compiled for this machine. Its pins are watched from outside.
 */
final class BoardProcess implements AutoCloseable {

    private static final Path SKETCHES = Repository.ROOT.resolve("arduino-sketches");
    private static final long BUILD_MINUTES = 5;

    private final Process process;
    private final BufferedWriter commands;
    private final Path port;
    private final Path eeprom;
    private final List<PinChange> changes = new CopyOnWriteArrayList<>();
    private final List<String> said = new CopyOnWriteArrayList<>();

    /**
     * What a pin did.
     *
     * @param atUs on the monotonic clock, which is also {@link System#nanoTime}'s
     * @param kind PIN, PWM or SERVO
     */
    record PinChange(long atUs, String kind, int pin, int level) {}

    private BoardProcess(Process process, Path port, Path eeprom) {
        this.process = process;
        this.port = port;
        this.eeprom = eeprom;
        this.commands =
                new BufferedWriter(
                        new OutputStreamWriter(
                                process.getOutputStream(), StandardCharsets.US_ASCII));
        Thread.ofPlatform().name("board " + port).daemon().start(this::listen);
    }

    /** Builds what the boards are; up to date costs nothing. */
    static void build() {
        try {
            var make =
                    new ProcessBuilder("make", "-s", "-C", SKETCHES.toString(), "tools")
                            .redirectErrorStream(true)
                            .start();
            var output = new String(make.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!make.waitFor(BUILD_MINUTES, TimeUnit.MINUTES) || make.exitValue() != 0) {
                throw new IllegalStateException(
                        "the boards cannot be built, see arduino-sketches/Makefile for what it"
                                + " needs: "
                                + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("make is needed to build the boards", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The firmware of UnoActuators, compiled for this machine. */
    static BoardProcess host(Path directory, String name, String... options) {
        return start(directory, name, List.of("host-board"), options);
    }

    /** The firmware of UnoActuators on a simulated ATmega328P. */
    static BoardProcess uno(Path directory, String name, String... options) {
        return start(
                directory,
                name,
                List.of(
                        "avr-board",
                        SKETCHES.resolve("target/UnoActuators.elf").toString(),
                        "--mcu",
                        "atmega328p"),
                options);
    }

    /** The firmware of MegaEight on a simulated ATmega2560. */
    static BoardProcess mega(Path directory, String name, String... options) {
        return start(
                directory,
                name,
                List.of(
                        "avr-board",
                        SKETCHES.resolve("target/MegaEight.elf").toString(),
                        "--mcu",
                        "atmega2560"),
                options);
    }

    private static BoardProcess start(
            Path directory, String name, List<String> program, String... options) {
        var command = new ArrayList<>(program);
        command.set(0, SKETCHES.resolve("target").resolve(program.getFirst()).toString());
        var port = directory.resolve(name);
        var eeprom = directory.resolve(name + ".eeprom");
        command.addAll(List.of("--link", port.toString(), "--eeprom", eeprom.toString()));
        command.addAll(List.of(options));
        try {
            var process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            var board = new BoardProcess(process, port, eeprom);
            Await.until("the port of " + name, () -> Files.exists(port));
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
                heard(line.split(" ", -1));
            }
        } catch (IOException e) {
            said.add("ended");
        }
    }

    private void heard(String[] words) {
        switch (words[2]) {
            case "PIN", "PWM", "SERVO" ->
                    changes.add(
                            new PinChange(
                                    Long.parseLong(words[0]),
                                    words[2],
                                    Integer.parseInt(words[3]),
                                    Integer.parseInt(words[4])));
            default -> said.add(words[2]);
        }
    }

    /** Where it is plugged in. */
    Path port() {
        return port;
    }

    Path eeprom() {
        return eeprom;
    }

    long pid() {
        return process.pid();
    }

    List<PinChange> changes() {
        return List.copyOf(changes);
    }

    /** How often a pin went on. */
    long switchedOn(int pin) {
        return onEdgesUs(pin).size();
    }

    /** When a pin went on, us, in order. */
    List<Long> onEdgesUs(int pin) {
        var on = false;
        var edges = new ArrayList<Long>();
        for (var change : changes) {
            if (change.pin() == pin) {
                if (!on && change.level() > 0) {
                    edges.add(change.atUs());
                }
                on = change.level() > 0;
            }
        }
        return edges;
    }

    /** How long a pin was off before it went on for the last time, us. */
    long lastGapUs(int pin) {
        var on = onEdgesUs(pin).getLast();
        return on
                - changes.reversed().stream()
                        .filter(change -> change.pin() == pin && change.level() == 0)
                        .mapToLong(PinChange::atUs)
                        .filter(off -> off <= on)
                        .findFirst()
                        .orElseThrow();
    }

    boolean isOn(int pin) {
        return changes.reversed().stream()
                .filter(change -> change.pin() == pin)
                .findFirst()
                .filter(change -> change.level() > 0)
                .isPresent();
    }

    /** When a pin changed last, us. */
    long lastChangeUs(int pin) {
        return changes.reversed().stream()
                .filter(change -> change.pin() == pin)
                .findFirst()
                .orElseThrow()
                .atUs();
    }

    /** The pins that ever went on. */
    List<Integer> used() {
        return changes.stream()
                .filter(change -> change.level() > 0)
                .map(PinChange::pin)
                .distinct()
                .sorted()
                .toList();
    }

    long count(String what) {
        return said.stream().filter(Predicate.isEqual(what)).count();
    }

    void tell(String command) {
        try {
            commands.write(command + "\n");
            commands.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
