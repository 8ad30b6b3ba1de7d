package io.streamwire.embedded;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A server run as a child process in a session of its own, so that Ctrl-C in the terminal reaches
 * only us and we stop it in order.
 *
 * <p>It outlives a killed JVM; the next start finds it by its pid file and stops it.
 */
final class ServerProcess {

    private static final System.Logger LOG = System.getLogger(ServerProcess.class.getName());

    /** Recovery of a large log after a crash may take this long. */
    private static final Duration START_WITHIN = Duration.ofMinutes(2);

    private static final Duration STOP_WITHIN = Duration.ofSeconds(4);
    private static final Duration STOP_ORPHAN_WITHIN = Duration.ofSeconds(20);
    private static final int POLL_MILLIS = 10;
    private static final long LONGEST_LOG = 8L << 20; // 8 MiB, then it begins anew
    private static final int LOG_TAIL = 8 << 10; // 8 KiB

    private final String name;
    private final Process process;
    private final Path log;
    private final long logStart;

    private ServerProcess(String name, Process process, Path log, long logStart) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.logStart = logStart;
    }

    static ServerProcess spawn(String name, List<String> command, Path log) {
        try {
            if (Files.exists(log) && Files.size(log) > LONGEST_LOG) {
                Files.delete(log);
            }
            long logStart = Files.exists(log) ? Files.size(log) : 0;
            List<String> detached = new ArrayList<>();
            if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
                detached.add("/usr/bin/setsid");
            }
            detached.addAll(command);
            Process process =
                    new ProcessBuilder(detached)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start();
            process.getOutputStream().close();
            return new ServerProcess(name, process, log, logStart);
        } catch (IOException e) {
            throw new EmbeddedException("cannot run " + name + ": " + e.getMessage(), e);
        }
    }

    /** Runs a program to its end; its output goes to the log. */
    static void run(String name, List<String> command, Path log) {
        ServerProcess program = spawn(name, command, log);
        if (!program.ended(START_WITHIN)) {
            program.process.destroyForcibly();
            throw new EmbeddedException(name + " did not end within " + START_WITHIN);
        }
        if (program.process.exitValue() != 0) {
            throw new EmbeddedException(name + " failed: " + program.lastWords());
        }
    }

    /**
     * Waits until the server answers.
     *
     * @return null when it is ready, else its last words: it has ended
     */
    @Nullable String awaitReady(BooleanSupplier ready) {
        long deadline = System.nanoTime() + START_WITHIN.toNanos();
        while (System.nanoTime() < deadline) {
            if (exits(process.toHandle(), Duration.ofMillis(POLL_MILLIS))) {
                return lastWords();
            }
            if (Thread.currentThread().isInterrupted()) {
                break;
            }
            if (ready.getAsBoolean()) {
                return null;
            }
        }
        process.destroyForcibly();
        throw new EmbeddedException(
                "%s is not ready after %d s, see %s"
                        .formatted(name, START_WITHIN.toSeconds(), log));
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Waits for our own child, whose exit value is known only then; false when it still runs. */
    private boolean ended(Duration within) {
        try {
            return process.waitFor(within);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Asks by the first signal, then insists by the second, then kills. */
    void stop(String signal, String strongerSignal) {
        stop(name, process.toHandle(), signal, strongerSignal, STOP_WITHIN);
    }

    /**
     * Stops what a killed run has left behind, if the process of this pid file is the program it
     * should be and runs on our directory.
     */
    static void stopOrphan(
            String name,
            Path pidFile,
            String program,
            Path argument,
            String signal,
            String stronger) {
        Optional<ProcessHandle> alive = readPid(pidFile).flatMap(ProcessHandle::of);
        if (alive.isEmpty()) {
            return;
        }
        ProcessHandle process = alive.get();
        if (!runs(process, program, argument)) {
            deleteStale(pidFile); // the number belongs to somebody else by now
            return;
        }
        LOG.log(
                Level.WARNING,
                "embedded.orphan_stopped server={0} pid={1,number,#}",
                name,
                process.pid());
        stop(name, process, signal, stronger, STOP_ORPHAN_WITHIN);
    }

    private static boolean runs(ProcessHandle process, String program, Path argument) {
        ProcessHandle.Info info = process.info();
        boolean sameProgram =
                info.command().map(Path::of).map(Path::getFileName).stream()
                        .anyMatch(file -> file.toString().startsWith(program));
        boolean sameArgument =
                info.arguments().map(List::of).orElse(List.of()).contains(argument.toString());
        return sameProgram && sameArgument;
    }

    private static Optional<Long> readPid(Path pidFile) {
        try {
            return Files.readAllLines(pidFile).stream()
                    .findFirst()
                    .map(String::strip)
                    .filter(line -> line.matches("\\d{1,18}"))
                    .map(Long::valueOf);
        } catch (IOException e) {
            return Optional.empty(); // none: nothing was running
        }
    }

    private static void deleteStale(Path pidFile) {
        try {
            Files.deleteIfExists(pidFile);
        } catch (IOException e) {
            throw new EmbeddedException("cannot delete " + pidFile, e);
        }
    }

    private static void stop(
            String name, ProcessHandle process, String signal, String stronger, Duration patience) {
        send(signal, process);
        if (exits(process, patience)) {
            return;
        }
        LOG.log(
                Level.WARNING,
                "embedded.slow_stop server={0} pid={1,number,#}",
                name,
                process.pid());
        send(stronger, process);
        if (exits(process, patience)) {
            return;
        }
        process.destroyForcibly();
        exits(process, patience);
    }

    /** Process.destroy knows only TERM, which lets PostgreSQL wait for its clients for ever. */
    private static void send(String signal, ProcessHandle process) {
        try {
            Process kill =
                    new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            exits(kill.toHandle(), STOP_WITHIN);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "embedded.signal_failed signal=" + signal, e);
        }
    }

    /**
     * Asks again and again, because ProcessHandle.onExit is slow to notice what is not our child.
     */
    private static boolean exits(ProcessHandle process, Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        try {
            while (process.isAlive() && System.nanoTime() < deadline) {
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !process.isAlive();
    }

    /** What this process wrote last: the line that says why, if one does. */
    private String lastWords() {
        List<String> lines = logTail().lines().filter(line -> !line.isBlank()).toList();
        if (lines.isEmpty()) {
            return "it ended without a word";
        }
        return lines.stream()
                .filter(line -> line.matches(".*(FATAL|ERROR|error|bind|libssl|Address already).*"))
                .findFirst()
                .orElseGet(lines::getLast)
                .strip();
    }

    private String logTail() {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(logStart, file.length() - LOG_TAIL);
            file.seek(from);
            byte[] tail = new byte[(int) (file.length() - from)];
            file.readFully(tail);
            return new String(tail, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "see " + log;
        }
    }
}
