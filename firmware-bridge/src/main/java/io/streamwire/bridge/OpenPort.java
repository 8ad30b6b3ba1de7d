package io.streamwire.bridge;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A serial port with a thread that reads and one that writes, so that nobody else waits for it. A
 * port that was unplugged stays open for the library until it is closed, so the reader does that.
 * Thread-safe.
 */
final class OpenPort {

    /** How long a read waits for the first byte, ms; also how late a close is noticed. */
    private static final int READ_MS = 100;

    /** Lines that wait to be written; at one command in flight more means a stuck device. */
    private static final int MOST_WAITING = 64;

    private static final int READ_BYTES = 512;
    private static final long WRITE_POLL_MS = 1_000;

    /** Why a port is closed whose device is no more. */
    static final String UNPLUGGED = "unplugged";

    private static final int STACK_BYTES = 256 * 1_024;

    private final String path;
    private final int baud;
    private final Listener listener;
    private final BlockingQueue<byte[]> outgoing = new ArrayBlockingQueue<>(MOST_WAITING);
    private volatile @Nullable SerialPort port;
    private volatile boolean closing;

    /** Why it was closed first. */
    private volatile String reason = "closed";

    /** The last word was said. */
    private volatile boolean finished;

    /** Who is told, on the port's own threads. */
    interface Listener {
        void opened();

        void read(byte[] bytes, int length);

        /** It is closed, or could not be opened; nothing follows. */
        void closed(String why);
    }

    OpenPort(String path, int baud, Listener listener) {
        this.path = path;
        this.baud = baud;
        this.listener = listener;
    }

    void start() {
        var reader = new Thread(null, this::run, "read " + path, STACK_BYTES);
        reader.setDaemon(true);
        reader.start();
    }

    private void run() {
        var why = "closed";
        try {
            var opened = open();
            if (opened == null) {
                why = "cannot_open";
                return;
            }
            port = opened;
            var writer = new Thread(null, () -> write(opened), "write " + path, STACK_BYTES);
            writer.setDaemon(true);
            writer.start();
            listener.opened();
            why = read(opened);
        } finally {
            closing = true;
            var last = port;
            port = null;
            if (last != null) {
                last.closePort();
            }
            listener.closed(why);
        }
    }

    private @Nullable SerialPort open() {
        try {
            var fresh = SerialPort.getCommPort(path);
            fresh.setComPortParameters(baud, 8, SerialPort.ONE_STOP_BIT, SerialPort.NO_PARITY);
            fresh.setFlowControl(SerialPort.FLOW_CONTROL_DISABLED);
            fresh.setComPortTimeouts(SerialPort.TIMEOUT_READ_SEMI_BLOCKING, READ_MS, 0);
            return fresh.openPort(0) ? fresh : null;
        } catch (SerialPortInvalidPortException e) {
            return null;
        }
    }

    private String read(SerialPort from) {
        var bytes = new byte[READ_BYTES];
        while (!closing) {
            var count = from.readBytes(bytes, READ_BYTES);
            if (count < 0) {
                return UNPLUGGED;
            }
            if (count > 0) {
                listener.read(bytes, count);
            }
        }
        return reason;
    }

    private void write(SerialPort to) {
        try {
            while (!closing) {
                var line = outgoing.poll(WRITE_POLL_MS, TimeUnit.MILLISECONDS);
                if (line != null && to.writeBytes(line, line.length) != line.length) {
                    close(UNPLUGGED);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes soon; never waits. */
    void write(byte[] line) {
        if (!finished && !outgoing.offer(line)) {
            close("stuck");
        }
    }

    /** Writes at once, past everything that waits, whoever calls; nothing else follows. */
    void writeLast(byte[] line) {
        finished = true;
        outgoing.clear();
        var to = port;
        if (to != null) {
            to.writeBytes(line, line.length);
        }
    }

    /** Closes soon. */
    synchronized void close(String why) {
        if (!closing) {
            reason = why;
            closing = true;
        }
    }
}
