package io.streamwire.bridge;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A port and the board at its other end: opens it, begins sessions, and begins again after each
 * fault. Confined to the bridge's thread; the port's own threads only hand over.
 */
final class SerialLink {

    static final long REOPEN_FIRST_MS = 250;
    static final long REOPEN_MOST_MS = 10_000;

    /** A session that lasts that long ends the pauses before the next one, ms. */
    static final long STEADY_MS = 5_000;

    /** Lines that the bridge's thread has not looked at yet; a port with more is closed. */
    static final int MOST_UNREAD = 256;

    /** A port that somebody plugged in and where no board of ours answers is left alone then. */
    static final int MOST_GREETINGS = 3;

    /** Why a port is closed whose board says more than anybody can hear. */
    static final String FLOODED = "flooded";

    private static final Logger LOG = System.getLogger(SerialLink.class.getName());

    /** Good without a session and with any number. */
    private static final byte[] STOP = new Line(Line.COMMAND, "0 STOP").bytes();

    private final Loop loop;
    private final Ports.Found found;
    private final int baud;
    private final Owner owner;
    private final BridgeCounters counters;
    private final Backoff backoff;
    private final SerialSession session;

    private volatile @Nullable OpenPort port;
    private @Nullable SerialBoard board;
    private @Nullable CapabilityLines lines;
    private SerialSession.@Nullable Greeting greeting;
    private List<String> names = List.of();
    private String status = "new";
    private boolean gone;
    private boolean answered;
    private int unanswered;
    private volatile long dropped;
    private long welcomedAt;
    private Loop.@Nullable Timer pause;

    /** Who is told of boards, on the bridge's thread. */
    interface Owner {
        void arrived(SerialLink link, Board board, long session, boolean latched);

        void left(SerialLink link);

        /** Its stop input has opened or closed; its stop holds. */
        void stopInputMoved(SerialLink link);

        /** It says that its stop holds. */
        void stoppedByItself(SerialLink link);

        void disarmedByItself(SerialLink link);

        /** Its device was unplugged. What comes to the same path may be another: look again. */
        void unplugged(SerialLink link);
    }

    SerialLink(
            Loop loop,
            Ports.Found found,
            int baud,
            Owner owner,
            BridgeCounters counters,
            LongSupplier sessions,
            RandomGenerator random) {
        this.loop = loop;
        this.found = found;
        this.baud = baud;
        this.owner = owner;
        this.counters = counters;
        this.backoff = new Backoff(REOPEN_FIRST_MS, REOPEN_MOST_MS, random);
        this.session = new SerialSession(loop, this::write, new Events(), sessions);
    }

    void start() {
        open();
    }

    /** Ends the session and begins another: nothing that was said in it counts any more. */
    void beginAnew() {
        restart("released");
    }

    /** The port is no more, or is not wanted any more. */
    void end() {
        gone = true;
        leave(OpenPort.UNPLUGGED);
        session.close();
        closePort();
    }

    Ports.Found found() {
        return found;
    }

    /** What its board may be told apart by, the best first. */
    List<String> names() {
        return names;
    }

    /** What the board calls itself. */
    String hardwareUuid() {
        return names.isEmpty() ? found.path() : names.getLast();
    }

    String status() {
        return status;
    }

    @Nullable CapabilityLines lines() {
        return lines;
    }

    SerialSession.@Nullable Greeting greeting() {
        return greeting;
    }

    /** Whether a session with its board is going on. */
    boolean present() {
        return board != null;
    }

    long retries() {
        return session.retries();
    }

    /** Damaged lines of the board. */
    long dropped() {
        return dropped;
    }

    /** Everything off, whatever else is going on; from any thread. */
    void panic() {
        var open = port;
        if (open != null) {
            open.writeLast(STOP);
        }
    }

    private void write(byte[] line) {
        var open = port;
        if (open != null) {
            open.write(line);
        }
    }

    private void closePort() {
        var open = port;
        if (open != null) {
            open.close("closed");
        }
    }

    private void open() {
        if (gone || port != null) {
            return;
        }
        status = "opening";
        var opening = new OpenPort[1];
        var unread = new AtomicInteger();
        var reader =
                new LineReader(
                        "" + Line.REPLY + Line.EVENT, line -> handOver(opening, unread, line));
        opening[0] =
                new OpenPort(
                        found.path(),
                        baud,
                        new OpenPort.Listener() {
                            @Override
                            public void opened() {
                                loop.execute(() -> SerialLink.this.opened(opening[0]));
                            }

                            @Override
                            public void read(byte[] bytes, int length) {
                                reader.read(bytes, length);
                                dropped = reader.dropped();
                            }

                            @Override
                            public void closed(String why) {
                                loop.execute(() -> SerialLink.this.closed(opening[0], why));
                            }
                        });
        port = opening[0];
        opening[0].start();
    }

    private void handOver(OpenPort[] from, AtomicInteger unread, Line line) {
        if (unread.get() >= MOST_UNREAD) {
            from[0].close(FLOODED);
            return;
        }
        unread.incrementAndGet();
        loop.execute(() -> {
            unread.decrementAndGet();
            received(from[0], line);
        });
    }

    /** Whatever a board says: no other board is switched off for it. */
    private void received(OpenPort from, Line line) {
        if (port != from) {
            return;
        }
        try {
            session.received(line);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "port=" + found.path() + " status=given_up line=" + line, e);
            leave("defect");
            session.close();
            from.close("defect");
        }
    }

    private void opened(OpenPort of) {
        if (of == port && !gone) {
            status = "greeting";
            session.open();
        }
    }

    private void closed(OpenPort of, String why) {
        if (of != port) {
            return;
        }
        port = null;
        leave(why);
        session.close();
        if (gone) {
            return;
        }
        if (status.equals("no_board")) {
            return;
        }
        status = why;
        if (why.equals(OpenPort.UNPLUGGED) && !found.lasting()) {
            gone = true;
            owner.unplugged(this);
            return;
        }
        loop.after(backoff.nextMs(), this::open);
    }

    private void leave(String why) {
        var was = board;
        board = null;
        if (pause != null) {
            pause.cancel();
            pause = null;
        }
        if (was != null) {
            if (loop.millis() - welcomedAt >= STEADY_MS) {
                backoff.succeeded();
            }
            LOG.log(
                    Level.WARNING,
                    "board={0} port={1} status=lost reason={2}",
                    hardwareUuid(),
                    found.path(),
                    why);
            counters.boardLost();
            owner.left(this);
            was.lost();
        }
    }

    /** The board is there and of no use like this: begin a new session. */
    private void restart(String why) {
        leave(why);
        if (port != null && !gone) {
            status = "greeting";
            session.open();
        }
    }

    /** The same after a pause, which grows while sessions are short. */
    private void restartLater(String why) {
        leave(why);
        session.close();
        if (port != null && !gone) {
            status = "waiting";
            pause = loop.after(backoff.nextMs(), () -> restart(why));
        }
    }

    private final class Events implements SerialSession.Owner, SerialBoard.Owner {

        @Override
        public void wider() {
            restart("wider_limits");
        }

        @Override
        public void refused() {
            restartLater("limits_not_taken");
        }

        @Override
        public void ready(long number, SerialSession.Greeting said, List<String> told) {
            CapabilityLines parsed;
            try {
                parsed = CapabilityLines.parse(told);
            } catch (IllegalArgumentException e) {
                LOG.log(
                        Level.WARNING,
                        "port={0} status=unreadable reason=\"{1}\"",
                        found.path(),
                        e.getMessage());
                giveUp("unreadable");
                return;
            }
            if (parsed.uuid().equals(CapabilityLines.NO_UUID)) {
                name(number, said, parsed, UUID.randomUUID());
                return;
            }
            welcome(number, said, parsed, parsed.uuid());
        }

        private void name(
                long number, SerialSession.Greeting said, CapabilityLines parsed, UUID fresh) {
            session.send(
                    SerialSession.Request.of(
                            SerialSession.Kind.PLAIN,
                            "UUID " + fresh,
                            reply -> {
                                if (reply.done()) {
                                    LOG.log(
                                            Level.INFO,
                                            "board={0} port={1} event=named",
                                            fresh,
                                            found.path());
                                    welcome(number, said, parsed, fresh);
                                } else {
                                    restartLater("named_meanwhile");
                                }
                            },
                            () -> restartLater("no_answer")));
        }

        private void welcome(
                long number, SerialSession.Greeting said, CapabilityLines parsed, UUID uuid) {
            lines = parsed;
            greeting = said;
            answered = true;
            unanswered = 0;
            welcomedAt = loop.millis();
            status = "ready";
            var all = new ArrayList<>(found.names());
            all.add(uuid.toString());
            names = List.copyOf(all);
            var fresh = new SerialBoard(loop, session, parsed, this);
            board = fresh;
            LOG.log(
                    Level.INFO,
                    "board={0} port={1} status=ready type={2} fw={3} boots={4,number,#} cause={5}",
                    uuid,
                    found.path(),
                    parsed.capabilities().board(),
                    parsed.capabilities().fw(),
                    said.boots(),
                    said.cause());
            owner.arrived(SerialLink.this, fresh, number, said.state().equals("STOPPED"));
        }

        @Override
        public void lost(String why) {
            if (!why.equals("no_answer") && !why.equals("other_protocol")) {
                restartLater(why);
                return;
            }
            leave(why);
            if (port == null || gone) {
                return;
            }
            unanswered++;
            if (!answered && !found.lasting() && unanswered >= MOST_GREETINGS) {
                LOG.log(Level.INFO, "port={0} status=no_board", found.path());
                giveUp("no_board");
                return;
            }
            closePort();
        }

        private void giveUp(String why) {
            status = why;
            closePort();
        }

        @Override
        public void event(List<String> words) {
            switch (words.get(0)) {
                case "ESTOP" -> owner.stopInputMoved(SerialLink.this);
                case "LAPSED" -> owner.disarmedByItself(SerialLink.this);
                default -> {
                    if (board != null) {
                        board.event(words);
                    }
                }
            }
        }

        @Override
        public void state(String state) {
            switch (state) {
                case "STOPPED" -> owner.stoppedByItself(SerialLink.this);
                case "SAFE" -> owner.disarmedByItself(SerialLink.this);
                default -> {}
            }
        }
    }
}
