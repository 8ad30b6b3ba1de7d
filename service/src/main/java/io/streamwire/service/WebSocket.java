package io.streamwire.service;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.websocket.ClientWsFrame;
import io.helidon.websocket.WsCloseCodes;
import io.helidon.websocket.WsCloseException;
import io.helidon.websocket.WsOpCode;
import java.io.ByteArrayOutputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket of a client. Messages are read by the thread of its connection; any thread may
 * write, which blocks while the client takes nothing: then {@link #abort} ends it. Writing is
 * guarded by one lock.
 */
public final class WebSocket implements ServerConnection {

    private static final Duration FAREWELL = Duration.ofSeconds(1);
    private static final int LONGEST_REST = 1 << 20; // bytes
    private static final int FINAL = 0b1000_0000;
    private static final int LONGEST_CONTROL = 125;
    private static final int LONGEST_16_BIT = 0xFFFF;
    private static final int LENGTH_16_BIT = 126;
    private static final int LENGTH_64_BIT = 127;
    private static final int LONGEST_HEAD = 10;

    /** Frames of a client in the long run, of whatever kind; each may cost an answer. */
    private static final int FRAMES_PER_SECOND = 50;

    private static final int FRAMES_AT_ONCE = 200;
    private static final int POLICY_VIOLATION = 1008;

    private final ConnectionContext context;
    private final int largestMessage;
    private final WebSocketReceiver receiver;
    private final byte[] greeting;
    private final ReentrantLock writing = new ReentrantLock();
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();
    private volatile @Nullable Thread reader;
    private volatile @Nullable Thread writer;
    private volatile long heard = System.nanoTime();
    private double frames = FRAMES_AT_ONCE; // that the client may still send, when it was heard
    private boolean inMessage;
    private boolean closeSent;

    /**
     * @param greeting the answer to the handshake
     */
    WebSocket(
            ConnectionContext context,
            int largestMessage,
            WebSocketReceiver receiver,
            byte[] greeting) {
        this.context = context;
        this.largestMessage = largestMessage;
        this.receiver = receiver;
        this.greeting = greeting;
    }

    @Override
    public void handle(Limit limit) {
        reader = Thread.currentThread();
        try {
            context.dataWriter().writeNow(BufferData.create(greeting));
            receiver.opened(this);
            readAll();
        } catch (RuntimeException e) {
            throw new CloseConnectionException("a WebSocket broke off", e);
        } finally {
            receiver.closed();
        }
    }

    private void readAll() {
        try {
            while (receive()) {
                countFrame();
            }
        } catch (WsCloseException e) {
            close(e.closeCode(), String.valueOf(e.getMessage()));
            readOn();
        }
    }

    private void countFrame() {
        long now = System.nanoTime();
        double refilled = (now - heard) * FRAMES_PER_SECOND / 1e9;
        heard = now;
        frames = Math.min(FRAMES_AT_ONCE, frames + refilled) - 1;
        if (frames < 0) {
            throw new WsCloseException("too many frames", POLICY_VIOLATION);
        }
    }

    /** An end while something is unread would take back what was said last. */
    private void readOn() {
        try (var _ = Deadline.after(FAREWELL)) {
            for (int read = 0; read < LONGEST_REST; ) {
                context.dataReader().ensureAvailable();
                int available = context.dataReader().available();
                context.dataReader().skip(available);
                read += available;
            }
        }
    }

    /**
     * Sends one text message.
     *
     * @param text UTF-8
     */
    public void send(byte[] text) {
        write(WsOpCode.TEXT, text);
    }

    /** Says why it ends; nothing is sent after that, and the client is expected to close. */
    public void close(int code, String reason) {
        var text = reason.getBytes(StandardCharsets.UTF_8);
        var payload = ByteBuffer.allocate(Short.BYTES + text.length);
        payload.putShort((short) code).put(text);
        write(WsOpCode.CLOSE, payload.array());
    }

    /** Ends it at once, also when somebody is reading or writing. */
    public void abort() {
        interrupt(writer); // closes a socket in which a virtual thread writes
        interrupt(reader);
    }

    private static void interrupt(@Nullable Thread thread) {
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** How long nothing was heard of the client. */
    @Override
    public Duration idleTime() {
        return Duration.ofNanos(System.nanoTime() - heard);
    }

    @Override
    public void close(boolean interrupt) {
        abort();
    }

    /** Reads one frame; false after the last one. */
    private boolean receive() {
        awaitFrame();
        var frame = frame();
        var payload = frame.payloadData();
        var bytes = new byte[payload.available()];
        var _ = payload.read(bytes);
        return switch (frame.opCode()) {
            case TEXT -> text(bytes, frame.fin(), true);
            case CONTINUATION -> text(bytes, frame.fin(), false);
            case BINARY ->
                    throw new WsCloseException("only text is taken", WsCloseCodes.CANNOT_ACCEPT);
            case CLOSE -> {
                write(WsOpCode.CLOSE, bytes.length > LONGEST_CONTROL ? new byte[0] : bytes);
                yield false;
            }
            case PING -> {
                requireControl(frame, bytes);
                write(WsOpCode.PONG, bytes);
                yield true;
            }
            case PONG -> {
                requireControl(frame, bytes);
                yield true;
            }
        };
    }

    /** How long a client may be silent is not the connection's matter. */
    private void awaitFrame() {
        while (true) {
            try {
                context.dataReader().ensureAvailable();
                return;
            } catch (RuntimeException e) {
                if (!timedOut(e)) {
                    throw e;
                }
            }
        }
    }

    private static boolean timedOut(RuntimeException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    private ClientWsFrame frame() {
        try {
            return ClientWsFrame.read(context, context.dataReader(), largestMessage);
        } catch (IllegalArgumentException e) {
            throw protocolError("unknown frame");
        }
    }

    private static void requireControl(ClientWsFrame frame, byte[] payload) {
        if (!frame.fin() || payload.length > LONGEST_CONTROL) {
            throw protocolError("bad control frame");
        }
    }

    private boolean text(byte[] part, boolean last, boolean first) {
        if (first == inMessage) {
            throw protocolError("parts of messages out of order");
        }
        if (message.size() + part.length > largestMessage) {
            throw new WsCloseException("message too large", WsCloseCodes.TOO_BIG);
        }
        message.writeBytes(part);
        inMessage = !last;
        if (last) {
            var whole = message.toByteArray();
            message.reset();
            receiver.message(decoded(whole));
        }
        return true;
    }

    private static String decoded(byte[] text) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
        } catch (CharacterCodingException e) {
            throw new WsCloseException("not UTF-8", WsCloseCodes.NOT_CONSISTENT);
        }
    }

    private static WsCloseException protocolError(String reason) {
        return new WsCloseException(reason, WsCloseCodes.PROTOCOL_ERROR);
    }

    private void write(WsOpCode kind, byte[] payload) {
        var frame = BufferData.create(LONGEST_HEAD + payload.length);
        frame.write(FINAL | kind.code());
        if (payload.length <= LONGEST_CONTROL) {
            frame.write(payload.length);
        } else if (payload.length <= LONGEST_16_BIT) {
            frame.write(LENGTH_16_BIT);
            frame.writeInt16(payload.length);
        } else {
            frame.write(LENGTH_64_BIT);
            frame.writeInt32(0);
            frame.writeInt32(payload.length);
        }
        frame.write(payload);
        writing.lock();
        try {
            if (closeSent) {
                return;
            }
            closeSent = kind == WsOpCode.CLOSE;
            writer = Thread.currentThread();
            context.dataWriter().writeNow(frame);
        } finally {
            writer = null;
            writing.unlock();
        }
    }
}
