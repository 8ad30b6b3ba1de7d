package io.streamwire.boards;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A board that runs on this machine: the compiled firmware of an AVR in a simulator, or a sketch
 * that was compiled for this machine. Its events may be read from any thread.
 */
public final class BoardProcess implements AutoCloseable {

    private static final int STOP_SECONDS = 5;
    private static final Duration START = Duration.ofSeconds(10);

    private final Process process;
    private final BufferedWriter input;
    private final List<Event> events = new ArrayList<>();
    private final Path port;
    private boolean ended;

    private BoardProcess(List<String> command, Map<String, String> environment, Path port) {
        this.port = port;
        try {
            var builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
            builder.environment().putAll(environment);
            this.process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.input = process.outputWriter();
        Thread.ofVirtual().name("board-events").start(this::read);
    }

    /** A sketch for an AVR board. */
    public enum Sketch {
        UNO_ACTUATORS("UnoActuators", "atmega328p"),
        NANO_RELAY("NanoRelay", "atmega328p"),
        MEGA_EIGHT("MegaEight", "atmega2560");

        private final String file;
        private final String mcu;

        Sketch(String file, String mcu) {
            this.file = file;
            this.mcu = mcu;
        }

        /** The compiled firmware. */
        public Path elf() {
            return Sketches.built(file + ".elf");
        }
    }

    /**
     * Starts the firmware of an AVR board in the simulator.
     *
     * @param port the serial port that it makes, a link
     * @param options of avr-board: {@code --eeprom file}, {@code --reset-on-open}, {@code --boot-ms
     *     n}, {@code --corrupt rate}, {@code --seed n}
     */
    public static BoardProcess simulated(Sketch sketch, Path port, String... options) {
        Sketches.make("tools");
        var command =
                new ArrayList<>(
                        List.of(
                                Sketches.built("avr-board").toString(),
                                sketch.elf().toString(),
                                "--mcu",
                                sketch.mcu,
                                "--link",
                                port.toString()));
        command.addAll(List.of(options));
        return started(command, port);
    }

    /**
     * Starts the board of UnoActuators, compiled for this machine: for many boards at once.
     *
     * @param port the serial port that it makes, a link
     * @param options as of {@link #simulated}
     */
    public static BoardProcess compiled(Path port, String... options) {
        Sketches.make("tools");
        var command =
                new ArrayList<>(
                        List.of(
                                Sketches.built("host-board").toString(),
                                "--link",
                                port.toString()));
        command.addAll(List.of(options));
        return started(command, port);
    }

    /**
     * Starts the sketch Esp32Actuators, compiled for this machine. It knows nothing of its network
     * until it is told by {@code serial ...}, and keeps it in its flash.
     *
     * @param flash a directory
     */
    public static BoardProcess esp32(Path flash) {
        Sketches.make("tools");
        return started(
                List.of(Sketches.built("esp32-board").toString()),
                Map.of("STREAMWIRE_FLASH", flash.toString()),
                flash);
    }

    /**
     * Starts the example Esp32Minimal, compiled for this machine.
     *
     * @param flash a directory
     * @param settings {@code STREAMWIRE_PORT}, {@code _DEVICE}, {@code _TOKEN} and {@code _ROOT}
     */
    public static BoardProcess esp32Minimal(Path flash, Map<String, String> settings) {
        Sketches.make("tools");
        var environment = new HashMap<>(settings);
        environment.put("STREAMWIRE_FLASH", flash.toString());
        return started(List.of(Sketches.built("esp32-minimal").toString()), environment, flash);
    }

    private static BoardProcess started(List<String> command, Path port) {
        return started(command, Map.of(), port);
    }

    private static BoardProcess started(
            List<String> command, Map<String, String> environment, Path port) {
        var board = new BoardProcess(command, environment, port);
        board.await(event -> event.what().startsWith("READY"), START);
        return board;
    }

    /**
     * What a board did.
     *
     * @param wallMicros the monotonic clock of this machine, as {@link System#nanoTime()} / 1000
     * @param boardMicros since the board was last reset, by its own clock
     * @param what {@code PIN 7 1}, {@code PWM 5 153}, {@code SERVO 9 1500}, {@code RESET}, {@code
     *     OPEN}, {@code CLOSE}, {@code READY path}, {@code SERIAL text}, {@code FLASH name}
     */
    public record Event(long wallMicros, long boardMicros, String what) {

        static Event parse(String line) {
            var words = line.split(" ", 3);
            return new Event(Long.parseLong(words[0]), Long.parseLong(words[1]), words[2]);
        }
    }

    /** The serial port; of an ESP32 its flash. */
    public Path port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    /** What it did so far. */
    public List<Event> events() {
        synchronized (events) {
            return List.copyOf(events);
        }
    }

    /** How often it did that. */
    public long count(String what) {
        return events().stream().filter(event -> event.what().equals(what)).count();
    }

    /** The first event of that kind, as soon as it is there. */
    public Event await(String what, Duration within) {
        return await(event -> event.what().equals(what), within);
    }

    /** The first event that fits, as soon as it is there. */
    public Event await(Predicate<Event> fits, Duration within) {
        return awaitBehind(0, fits, within);
    }

    /**
     * The first event that fits and is behind others, as soon as it is there.
     *
     * @param behind how many events come before
     */
    public Event awaitBehind(int behind, Predicate<Event> fits, Duration within) {
        var end = System.nanoTime() + within.toNanos();
        synchronized (events) {
            for (int at = behind; ; at++) {
                while (at >= events.size()) {
                    var left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                    if (left <= 0 || ended) {
                        throw new AssertionError(
                                (ended ? "the board has ended: " : "not within " + within + ": ")
                                        + events);
                    }
                    waitForEvents(left);
                }
                if (fits.test(events.get(at))) {
                    return events.get(at);
                }
            }
        }
    }

    private void waitForEvents(long ms) {
        try {
            events.wait(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a board runs", e);
        }
    }

    /**
     * Does something to it.
     *
     * @param command {@code in 2 1} (the stop input opens), {@code reset}, {@code hang}, {@code
     *     corrupt 0.01}, {@code unplug}, {@code plug}, {@code serial show}; of an ESP32 also {@code
     *     panic}, {@code hang-next 1000}, {@code lose-power}
     */
    public void tell(String command) {
        try {
            input.write(command + "\n");
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets it keep what is in its EEPROM, and ends it. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try (var output = process.inputReader()) {
            output.lines()
                    .filter(line -> Character.isDigit(line.charAt(0)))
                    .forEach(this::happened);
        } catch (IOException | UncheckedIOException e) {
            // It has ended.
        } finally {
            synchronized (events) {
                ended = true;
                events.notifyAll();
            }
        }
    }

    private void happened(String line) {
        synchronized (events) {
            events.add(Event.parse(line));
            events.notifyAll();
        }
    }
}
