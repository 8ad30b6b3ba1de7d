package io.streamwire.bridge;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A board on a real pty that answers what a test wants, sensible or not. */
final class ScriptedBoard implements AutoCloseable {

    /** Nobody has the port open, and reading does not wait. */
    private static final long WHILE_CLOSED_NS = 1_000_000;

    private final Pty pty = Pty.open();
    private final List<String> lines;
    private final List<String> heard = new CopyOnWriteArrayList<>();

    /** What it answers to a verb and its words; null for what a good board would say. */
    private volatile Function<String, @Nullable String> answers = _ -> null;

    private volatile boolean closed;

    /**
     * @param lines its capability lines
     */
    ScriptedBoard(List<String> lines) {
        this.lines = List.copyOf(lines);
        Thread.ofPlatform().name("scripted board").daemon().start(this::listen);
    }

    /** One relay. */
    static List<String> relay(String uuid) {
        return List.of(
                "fw 1.0.0 uno Scripted",
                "uuid " + uuid,
                "ch 0 relay_pulse relay -",
                "lim 0 5000 0 100",
                "arg 0 0 ms 50 5000 ms");
    }

    /** From now on it answers that; "" is silence, null what a good board would say. */
    void answer(Function<String, @Nullable String> how) {
        answers = how;
    }

    Path port() {
        return pty.path();
    }

    /** What the host has said, without numbers. */
    List<String> heard() {
        return List.copyOf(heard);
    }

    long count(String verb) {
        return heard.stream().filter(command -> command.startsWith(verb)).count();
    }

    /** Says something by itself. */
    void say(String event) {
        pty.write(new Line(Line.EVENT, event).bytes());
    }

    private void listen() {
        var reader = new LineReader("" + Line.COMMAND, this::hear);
        while (!closed) {
            if (read(reader) == 0) {
                LockSupport.parkNanos(WHILE_CLOSED_NS);
            }
        }
    }

    private int read(LineReader reader) {
        var bytes = pty.read();
        reader.read(bytes, bytes.length);
        return bytes.length;
    }

    private void hear(Line line) {
        var command = line.body().substring(line.body().indexOf(' ') + 1);
        heard.add(command);
        var answer = answers.apply(command);
        if (answer == null) {
            answer = answerOf(command.split(" ", -1));
        }
        if (!answer.isEmpty()) {
            var number = line.body().substring(0, line.body().indexOf(' '));
            pty.write(new Line(Line.REPLY, number + " " + answer).bytes());
        }
    }

    private String answerOf(String[] words) {
        return switch (words[0]) {
            case "HELLO" -> "OK 1 " + words[1] + " 1 power SAFE " + lines.size();
            case "CAPS" -> "OK " + lines.get(Integer.parseInt(words[1]));
            case "PING" -> "OK 20 ARMED 0";
            default -> "OK 20";
        };
    }

    @Override
    public void close() {
        closed = true;
        pty.close();
    }
}
