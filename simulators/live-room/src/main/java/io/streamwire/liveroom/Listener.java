package io.streamwire.liveroom;

/** Somebody who hears what happens in a room. */
interface Listener {

    boolean zipped();

    void send(Push push, int fragments);

    void raw(byte[] message, int fragments);

    void text(String text);

    void close();

    void reset();
}
