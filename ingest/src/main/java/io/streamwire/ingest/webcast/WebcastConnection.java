package io.streamwire.ingest.webcast;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.streamwire.ingest.webcast.Inbound.Damage;
import io.streamwire.ingest.webcast.wire.FetchResult;
import io.streamwire.ingest.webcast.wire.PushFrame;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One open socket into a room. One thread takes what comes in with {@link #next}; a socket whose
 * reader stops taking is read no further, so that TikTok's side feels it. Any thread may
 * acknowledge and close. What goes out is guarded by this object's lock.
 */
public final class WebcastConnection implements AutoCloseable {

    /** Frames that are read ahead of the reader. */
    private static final int READ_AHEAD = 16;

    /** Frames to send that may wait; a socket that takes none is dead. */
    private static final int MAX_WAITING = 1_000;

    private static final Duration FAREWELL = Duration.ofMillis(500);

    private final Room room;
    private final String mode;
    private final WebcastSettings settings;
    private final InstantSource clock;
    private final BlockingQueue<Raw> inbox = new LinkedBlockingQueue<>();
    private final Thread heart = Thread.ofVirtual().name("webcast-heart").unstarted(this::beat);
    private @Nullable WebSocket socket;
    private CompletableFuture<?> sending = CompletableFuture.completedFuture(null);
    private int waiting;
    private volatile boolean closed;
    private long lastFrameNanos = System.nanoTime();
    private ByteString raw = ByteString.EMPTY; // only of the reader's thread

    /** What the socket's thread hands over. */
    private sealed interface Raw {
        record Frame(ByteString bytes, Instant receivedAt) implements Raw {}

        record Ready(Inbound inbound) implements Raw {}
    }

    WebcastConnection(Room room, String mode, WebcastSettings settings, InstantSource clock) {
        this.room = room;
        this.mode = mode;
        this.settings = settings;
        this.clock = clock;
    }

    public Room room() {
        return room;
    }

    /** {@code signed} or {@code direct}. */
    public String mode() {
        return mode;
    }

    WebSocket.Listener listener() {
        return new Incoming();
    }

    /**
     * Enters the room and begins to read.
     *
     * @param first what the sign server already had from the room
     */
    void begin(WebSocket open, FetchResult first) {
        synchronized (this) {
            socket = open;
        }
        if (first.getMessagesCount() > 0) {
            inbox.add(
                    new Raw.Ready(
                            new Inbound.Messages(
                                    0,
                                    clock.instant(),
                                    false,
                                    ByteString.EMPTY,
                                    first.getMessagesList())));
        }
        send(Frames.enterRoom(room.id(), first.getCursor()));
        open.request(READ_AHEAD);
        heart.start();
    }

    /**
     * What came next; {@link Inbound.Nothing} when nothing came in time. Too long a silence closes
     * the connection.
     */
    public Inbound next(Duration timeout) throws InterruptedException {
        raw = ByteString.EMPTY;
        var next = inbox.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        if (next == null) {
            if (System.nanoTime() - lastFrameNanos < settings.silence().toNanos()) {
                return new Inbound.Nothing();
            }
            abort();
            return new Inbound.Closed("silence");
        }
        return switch (next) {
            case Raw.Ready ready -> {
                if (ready.inbound() instanceof Inbound.Damaged) {
                    taken();
                }
                yield ready.inbound();
            }
            case Raw.Frame frame -> {
                taken();
                raw = frame.bytes();
                yield Frames.read(frame.bytes(), frame.receivedAt(), settings.maxUnpacked());
            }
        };
    }

    /** The bytes of what {@link #next} just gave; empty when they were not kept, or are none. */
    public ByteString raw() {
        return raw;
    }

    private void taken() {
        lastFrameNanos = System.nanoTime();
        var open = socket();
        if (open != null) {
            open.request(1);
        }
    }

    /** Tells TikTok that the messages arrived, when it wants to know. */
    public void acknowledge(Inbound.Messages messages) {
        if (messages.acknowledge()) {
            send(Frames.acknowledgement(messages));
        }
    }

    private void beat() {
        long number = 0;
        while (!closed) {
            send(Frames.heartbeat(room.id(), ++number));
            LockSupport.parkNanos(settings.heartbeat().toNanos());
        }
    }

    private synchronized @Nullable WebSocket socket() {
        return socket;
    }

    /** A websocket takes one message at a time, so they queue. */
    private void send(PushFrame frame) {
        synchronized (this) {
            var open = socket;
            if (open == null || closed) {
                return;
            }
            if (++waiting <= MAX_WAITING) {
                var bytes = ByteBuffer.wrap(frame.toByteArray());
                sending =
                        sending.thenCompose(_ -> open.sendBinary(bytes, true))
                                .whenComplete((_, failure) -> sent(failure));
                return;
            }
        }
        fail("it takes nothing");
    }

    private void sent(@Nullable Throwable failure) {
        synchronized (this) {
            waiting--;
        }
        if (failure != null) {
            fail("sending failed");
        }
    }

    private void fail(String reason) {
        if (!closed) {
            inbox.add(new Raw.Ready(new Inbound.Closed(reason)));
            abort();
        }
    }

    private void abort() {
        closed = true;
        LockSupport.unpark(heart);
        var open = socket();
        if (open != null) {
            open.abort();
        }
    }

    /** Says goodbye and closes. */
    @Override
    public void close() {
        if (closed) {
            abort();
            return;
        }
        closed = true;
        var open = socket();
        if (open != null) {
            CompletableFuture<?> last;
            synchronized (this) {
                last = sending;
            }
            var _ =
                    last.thenCompose(_ -> open.sendClose(WebSocket.NORMAL_CLOSURE, ""))
                            .orTimeout(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)
                            .whenComplete((_, _) -> open.abort());
        }
        LockSupport.unpark(heart);
    }

    /** Puts fragments together; called by one thread at a time. */
    private final class Incoming implements WebSocket.Listener {

        private ByteString parts = ByteString.EMPTY;
        private boolean oversize;

        @Override
        public void onOpen(WebSocket open) {
            // Demand begins with the room's entry.
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(
                WebSocket open, ByteBuffer data, boolean last) {
            if (!oversize && parts.size() + data.remaining() > settings.maxFrame()) {
                oversize = true;
                parts = ByteString.EMPTY;
            }
            if (!oversize) {
                parts = parts.concat(ByteString.copyFrom(data));
            }
            if (!last) {
                open.request(1);
                return null;
            }
            inbox.add(
                    oversize
                            ? new Raw.Ready(new Inbound.Damaged(Damage.OVERSIZE))
                            : new Raw.Frame(whole(parts), clock.instant()));
            parts = ByteString.EMPTY;
            oversize = false;
            return null;
        }

        /** In one piece, which is cheaper to read than many. */
        private static ByteString whole(ByteString parts) {
            return UnsafeByteOperations.unsafeWrap(parts.toByteArray());
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket open, CharSequence data, boolean last) {
            if (!last) {
                open.request(1);
                return null;
            }
            inbox.add(new Raw.Ready(new Inbound.Damaged(Damage.TEXT)));
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPing(WebSocket open, ByteBuffer message) {
            open.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket open, ByteBuffer message) {
            open.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket open, int status, String reason) {
            closed = true;
            LockSupport.unpark(heart);
            inbox.add(new Raw.Ready(new Inbound.Closed("closed by TikTok, status " + status)));
            return null;
        }

        @Override
        public void onError(WebSocket open, Throwable error) {
            closed = true;
            LockSupport.unpark(heart);
            inbox.add(
                    new Raw.Ready(
                            new Inbound.Closed("broken: " + error.getClass().getSimpleName())));
        }
    }
}
