package io.streamwire.liveroom;

import java.util.function.Consumer;

/**
 * A listener in the room's own process: it is given each binary message as it would be read from a
 * socket, uncompressed and whole, on the thread that sends it.
 */
public final class Tap implements Listener, AutoCloseable {

    private final Room room;
    private final Consumer<byte[]> messages;

    Tap(Room room, Consumer<byte[]> messages) {
        this.room = room;
        this.messages = messages;
    }

    /** Says something to the room, as a client does through its socket. */
    public void say(byte[] message) {
        room.heard(this, message);
    }

    @Override
    public boolean zipped() {
        return false;
    }

    @Override
    public void send(Push push, int fragments) {
        raw(push.bytes(false), fragments);
    }

    @Override
    public void raw(byte[] message, int fragments) {
        messages.accept(message);
    }

    /** Has no use for what TikTok never sends. */
    @Override
    public void text(String text) {}

    @Override
    public void close() {
        room.leave(this);
    }

    @Override
    public void reset() {
        close();
    }
}
