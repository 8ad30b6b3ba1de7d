package io.streamwire.bridge;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The host's side of the serial protocol: one command in flight, repeated until it is answered; see
 * docs/serial-protocol.md. Confined to the bridge's thread.
 *
 * <pre>
 *   closed --open--> greeting --HELLO answered--> describing --CAPS answered--> ready
 *      ^                |                            |                           |
 *      +---- 4 s -------+------ 1.5 s of silence, BOOT, LINKLOST, ERR 1 ---------+
 * </pre>
 */
final class SerialSession {

    /** Without a reply for that long a command is sent again, ms; the board needs 5 ms. */
    static final long RETRY_MS = 60;

    /** A command that moves something is sent so many times at most. */
    static final int MOST_TRIES = 8;

    /** Says that the host is there, ms. */
    static final long PING_MS = 500;

    /** Nothing heard for that long: the board has switched off by itself, ms. */
    static final long SILENCE_MS = 1_500;

    /** A board that was reset by opening its port needs up to 2 s for its boot loader, ms. */
    static final long GREETING_MS = 4_000;

    private static final long GREETING_RETRY_MS = 100;
    private static final long TICK_MS = 100;
    private static final int SEQUENCES = 65_536;
    private static final int MOST_LINES = 256;
    private static final int MOST_QUEUED = 256;
    private static final String PROTOCOL = "1";

    private final Loop loop;
    private final Wire wire;
    private final Owner owner;
    private final LongSupplier sessions;
    private final Deque<Request> queue = new ArrayDeque<>();
    private final List<String> lines = new ArrayList<>();

    /** What a board has said about itself before. */
    private @Nullable Known known;

    private final BoardTime time = new BoardTime();

    private State state = State.CLOSED;
    private @Nullable Request inFlight;
    private Loop.@Nullable Timer retry;
    private Loop.@Nullable Timer ticks;
    private int sequence;
    private long session;
    private long greetingEnds;
    private long heardAt;
    private long saidAt;
    private boolean pinging;
    private long retries;

    private enum State {
        CLOSED,
        GREETING,
        DESCRIBING,
        READY
    }

    /** Where lines go. */
    interface Wire {
        void write(byte[] line);
    }

    /** Who is told what happens. */
    interface Owner {
        /**
         * The board has said what it is.
         *
         * @param greeting its answer to HELLO
         * @param lines its capability lines
         */
        void ready(long session, Greeting greeting, List<String> lines);

        /** The session is over: everything is off, and the board has forgotten it. */
        void lost(String why);

        void event(List<String> words);

        /** What state the board says it is in. */
        void state(String state);
    }

    /** A board's answer to HELLO. */
    record Greeting(long boots, String cause, String state) {}

    /** Capability lines do not change until a board starts again. */
    private record Known(long boots, List<String> lines) {

        private static final int FIRST = 2;

        /** Whether it is the same board since the same start: version and UUID come first. */
        boolean isSame(long now, int count, List<String> begun) {
            return boots == now
                    && count == lines.size()
                    && begun.size() == FIRST
                    && begun.get(0).startsWith("fw ")
                    && begun.get(1).startsWith("uuid ")
                    && begun.equals(lines.subList(0, FIRST));
        }
    }

    /** What a request does to outputs. */
    enum Kind {
        PLAIN,
        ARM,
        MOVE
    }

    /** A command on its way, and who waits for its answer. */
    static final class Request {
        private final Kind kind;
        private final String body;
        private final int mostTries;
        private final BooleanSupplier wanted;
        private final Consumer<Reply> answered;
        private final Runnable unanswered;
        private final Runnable unsent;
        private int sequence = -1;
        private int tries;
        private long firstSentAt;

        private Request(
                Kind kind,
                String body,
                int mostTries,
                BooleanSupplier wanted,
                Consumer<Reply> answered,
                Runnable unanswered,
                Runnable unsent) {
            this.kind = kind;
            this.body = body;
            this.mostTries = mostTries;
            this.wanted = wanted;
            this.answered = answered;
            this.unanswered = unanswered;
            this.unsent = unsent;
        }

        /** Repeated until it is answered or the link is lost. */
        static Request endless(String body, Consumer<Reply> answered) {
            return new Request(
                    Kind.PLAIN, body, Integer.MAX_VALUE, () -> true, answered, () -> {}, () -> {});
        }

        /** Repeated a few times. */
        static Request of(Kind kind, String body, Consumer<Reply> answered, Runnable unanswered) {
            return new Request(kind, body, MOST_TRIES, () -> true, answered, unanswered, () -> {});
        }

        /**
         * Switches something on.
         *
         * @param wanted whether it may still be sent, asked before each time
         * @param unanswered it may have arrived, or not
         * @param unsent it was never sent, and will not be
         */
        static Request move(
                String body,
                BooleanSupplier wanted,
                Consumer<Reply> answered,
                Runnable unanswered,
                Runnable unsent) {
            return new Request(Kind.MOVE, body, MOST_TRIES, wanted, answered, unanswered, unsent);
        }

        /** Its number, once it was sent. */
        int sequence() {
            return sequence;
        }

        long firstSentAt() {
            return firstSentAt;
        }
    }

    /**
     * @param sessions gives each session a number that was not used before, 1 to 2^48 - 1
     */
    SerialSession(Loop loop, Wire wire, Owner owner, LongSupplier sessions) {
        this.loop = loop;
        this.wire = wire;
        this.owner = owner;
        this.sessions = sessions;
    }

    /** Begins anew. */
    void open() {
        forget();
        session = sessions.getAsLong();
        state = State.GREETING;
        greetingEnds = loop.millis() + GREETING_MS;
        ticks = loop.every(TICK_MS, this::tick);
        enqueue(Request.endless("HELLO " + Long.toHexString(session), this::greeted));
    }

    /** Says nothing any more; the board switches off by itself. */
    void close() {
        forget();
    }

    boolean ready() {
        return state == State.READY;
    }

    /** How often something was sent again. */
    long retries() {
        return retries;
    }

    BoardTime time() {
        return time;
    }

    private void forget() {
        state = State.CLOSED;
        cancelRetry();
        if (ticks != null) {
            ticks.cancel();
            ticks = null;
        }
        queue.clear();
        inFlight = null;
        pinging = false;
        lines.clear();
        time.forget();
    }

    private void lose(String why) {
        if (state != State.CLOSED) {
            forget();
            owner.lost(why);
        }
    }

    /** Sends it when its turn comes. */
    void send(Request request) {
        if (state == State.READY) {
            enqueue(request);
        }
    }

    /**
     * Switches everything off before anything else is said. What is on its way and would move
     * something is not repeated any more.
     */
    void stop(Consumer<Reply> answered) {
        if (state != State.READY) {
            return;
        }
        for (var waiting : List.copyOf(queue)) {
            if (waiting.kind != Kind.PLAIN) {
                queue.remove(waiting);
                waiting.unsent.run();
            }
        }
        var interrupted = inFlight;
        cancelRetry();
        inFlight = null;
        queue.addFirst(
                Request.endless(
                        "STOP",
                        reply -> {
                            answered.accept(reply);
                            if (interrupted != null && interrupted.kind == Kind.MOVE) {
                                interrupted.unanswered.run();
                            }
                        }));
        pump();
        if (interrupted != null && interrupted.kind == Kind.PLAIN) {
            queue.addFirst(interrupted);
        }
    }

    private void enqueue(Request request) {
        if (queue.size() >= MOST_QUEUED) {
            lose("queue_full"); // at one command in flight something is badly wrong
            return;
        }
        queue.addLast(request);
        pump();
    }

    private void pump() {
        while (inFlight == null && !queue.isEmpty()) {
            var next = queue.removeFirst();
            if (!next.wanted.getAsBoolean()) {
                next.unsent.run();
                continue;
            }
            if (next.sequence < 0) {
                next.sequence = sequence;
                sequence = (sequence + 1) % SEQUENCES;
                next.firstSentAt = loop.millis();
            }
            inFlight = next;
            transmit(next);
        }
    }

    private void transmit(Request request) {
        request.tries++;
        saidAt = loop.millis();
        wire.write(new Line(Line.COMMAND, request.sequence + " " + request.body).bytes());
        retry =
                loop.after(
                        state == State.GREETING ? GREETING_RETRY_MS : RETRY_MS,
                        () -> again(request));
    }

    private void again(Request request) {
        if (request != inFlight) {
            return;
        }
        if (request.tries < request.mostTries && request.wanted.getAsBoolean()) {
            retries++;
            transmit(request);
            return;
        }
        inFlight = null;
        request.unanswered.run();
        pump();
    }

    private void cancelRetry() {
        if (retry != null) {
            retry.cancel();
            retry = null;
        }
    }

    private void tick() {
        var now = loop.millis();
        if (state == State.GREETING) {
            if (now > greetingEnds) {
                lose("no_answer");
            }
            return;
        }
        if (now - heardAt > SILENCE_MS) {
            lose("silence");
            return;
        }
        if (state == State.READY && !pinging && now - saidAt >= PING_MS - TICK_MS) {
            ping();
        }
    }

    private void ping() {
        pinging = true;
        var request = new Request[1];
        request[0] = Request.endless("PING", reply -> pinged(request[0], reply));
        queue.addFirst(request[0]); // a sign of life waits for nothing but the one in flight
        pump();
    }

    private void pinged(Request request, Reply reply) {
        pinging = false;
        if (request.tries == 1) {
            time.observe(reply.number(0), request.firstSentAt, loop.millis());
        }
        owner.state(reply.word(1));
    }

    /** A valid line has come. */
    void received(Line line) {
        if (state == State.CLOSED) {
            return;
        }
        if (line.sigil() == Line.EVENT) {
            event(Arrays.asList(line.body().split(" ", -1)));
            return;
        }
        var reply = Reply.parse(line).orElse(null);
        var waiting = inFlight;
        if (reply == null) {
            return;
        }
        if (state == State.GREETING && !reply.word(1).equals(Long.toHexString(session))) {
            return; // of another session
        }
        heardAt = loop.millis();
        if (waiting == null || reply.sequence() != waiting.sequence) {
            return; // late: somebody has asked what became of it
        }
        if (reply.code() == Reply.NO_SESSION) {
            lose("forgotten");
            return;
        }
        cancelRetry();
        inFlight = null;
        waiting.answered.accept(reply);
        pump();
    }

    private void event(List<String> words) {
        if (state == State.GREETING) {
            return;
        }
        heardAt = loop.millis();
        switch (words.get(0)) {
            case "BOOT" -> lose("reset");
            case "LINKLOST" -> lose("silence");
            default -> owner.event(words);
        }
    }

    /** A movement whose end is known needs no answer any more. */
    void settle(Request request) {
        queue.remove(request);
        if (inFlight == request) {
            cancelRetry();
            inFlight = null;
            pump();
        }
    }

    private void greeted(Reply reply) {
        var count = reply.number(5);
        if (!reply.done() || !reply.word(0).equals(PROTOCOL) || count < 1 || count > MOST_LINES) {
            lose("other_protocol");
            return;
        }
        state = State.DESCRIBING;
        var greeting = new Greeting(reply.number(2), reply.word(3), reply.word(4));
        describe(greeting, (int) count);
    }

    private void describe(Greeting greeting, int count) {
        if (known != null && known.isSame(greeting.boots(), count, lines)) {
            lines.addAll(known.lines().subList(lines.size(), count));
        }
        if (lines.size() == count) {
            state = State.READY;
            known = new Known(greeting.boots(), List.copyOf(lines));
            owner.ready(session, greeting, known.lines());
            return;
        }
        enqueue(
                Request.endless(
                        "CAPS " + lines.size(),
                        reply -> {
                            lines.add(reply.done() ? String.join(" ", reply.words()) : "");
                            describe(greeting, count);
                        }));
    }
}
