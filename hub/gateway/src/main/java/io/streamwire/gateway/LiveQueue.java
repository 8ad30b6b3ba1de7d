package io.streamwire.gateway;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one client: bounded in number and size, so that a slow one costs no more than
 * that. Guarded by its lock.
 */
final class LiveQueue {

    private static final int FRAME = 64 << 10; // bytes from which on no more is added
    private static final byte[] BATCH = utf8("{\"type\":\"batch\",\"items\":[");
    private static final byte[] END = utf8("]}");

    private final int mostMessages;
    private final long mostBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition filled = lock.newCondition();
    private final Condition emptied = lock.newCondition();
    private final ArrayDeque<Message> waiting = new ArrayDeque<>();
    private long bytes;
    private @Nullable LiveEnd end;

    LiveQueue(int mostMessages, long mostBytes) {
        this.mostMessages = mostMessages;
        this.mostBytes = mostBytes;
    }

    /** One message in two parts, of which the second is shared by all who get it. */
    private static final class Message {
        private final byte[] head;
        private final byte[] rest;
        private final boolean joins;

        /**
         * @param joins whether it may share a frame with others of its kind
         */
        Message(byte[] head, byte[] rest, boolean joins) {
            this.head = head;
            this.rest = rest;
            this.joins = joins;
        }

        int length() {
            return head.length + rest.length;
        }
    }

    /** Adds an item that may share a frame with others; false when there is no room. */
    boolean add(byte[] head, byte[] rest, Runnable added) {
        lock.lock();
        try {
            if (!offer(new Message(head, rest, true))) {
                return false;
            }
            added.run();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Adds a message made while nothing else is added; false when there is no room. */
    boolean add(Supplier<String> message) {
        lock.lock();
        try {
            return offer(new Message(utf8(message.get()), new byte[0], false));
        } finally {
            lock.unlock();
        }
    }

    private boolean offer(Message message) {
        if (end != null) {
            return true; // nobody will miss it
        }
        if (waiting.size() >= mostMessages || bytes + message.length() > mostBytes) {
            return false;
        }
        waiting.add(message);
        bytes += message.length();
        filled.signal();
        return true;
    }

    /** Waits until it is at most half full; false when that took too long or it has ended. */
    boolean awaitRoom(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            var left = patience.toNanos();
            while (end == null && (waiting.size() > mostMessages / 2 || bytes > mostBytes / 2)) {
                if (left <= 0) {
                    return false;
                }
                left = emptied.awaitNanos(left);
            }
            return end == null;
        } finally {
            lock.unlock();
        }
    }

    /** The next frame, waiting for it; empty when it has ended. */
    Optional<byte[]> take() throws InterruptedException {
        lock.lock();
        try {
            while (end == null && waiting.isEmpty()) {
                filled.await();
            }
            if (end != null) {
                return Optional.empty();
            }
            var frame = frame();
            emptied.signalAll();
            return Optional.of(frame);
        } finally {
            lock.unlock();
        }
    }

    private byte[] frame() {
        var first = poll();
        var frame = new ByteArrayOutputStream(first.length() + BATCH.length);
        if (!first.joins || waiting.isEmpty() || !waiting.peek().joins) {
            append(frame, first);
            return frame.toByteArray();
        }
        frame.writeBytes(BATCH);
        append(frame, first);
        while (!waiting.isEmpty() && waiting.peek().joins && frame.size() < FRAME) {
            frame.write(',');
            append(frame, poll());
        }
        frame.writeBytes(END);
        return frame.toByteArray();
    }

    private Message poll() {
        var message = waiting.remove();
        bytes -= message.length();
        return message;
    }

    private static void append(ByteArrayOutputStream frame, Message message) {
        frame.writeBytes(message.head);
        frame.writeBytes(message.rest);
    }

    /** Ends it; what waits is dropped. False when it had ended before. */
    boolean end(LiveEnd why) {
        lock.lock();
        try {
            if (end != null) {
                return false;
            }
            end = why;
            waiting.clear();
            bytes = 0;
            filled.signalAll();
            emptied.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Why it ended; empty while it has not. */
    Optional<LiveEnd> ended() {
        lock.lock();
        try {
            return Optional.ofNullable(end);
        } finally {
            lock.unlock();
        }
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
