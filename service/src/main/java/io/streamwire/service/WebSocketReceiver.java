package io.streamwire.service;

/** What one WebSocket's messages go to; all calls come from the thread of its connection. */
public interface WebSocketReceiver {

    /** It is open from now on. */
    void opened(WebSocket socket);

    /** A whole text message. */
    void message(String text);

    /** It has ended, for whatever reason; the last call. */
    void closed();
}
