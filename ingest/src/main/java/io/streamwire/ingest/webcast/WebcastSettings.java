package io.streamwire.ingest.webcast;

import java.net.URI;
import java.time.Duration;

/**
 * How to reach TikTok and how much of it to take.
 *
 * @param webUrl the pages, {@code https://www.tiktok.com}
 * @param webcastUrl the room API, {@code https://webcast.tiktok.com}
 * @param socketUrl the socket without a signature, {@code wss://webcast-ws.tiktok.com}
 * @param signUrl the sign server
 * @param signKey its key, empty for none; a secret
 * @param requestTimeout of one HTTP request or handshake
 * @param heartbeat how often to say that we are here
 * @param silence without a frame for that long the socket is dead
 * @param maxFrame largest websocket message, bytes
 * @param maxUnpacked largest payload after gunzip, bytes
 */
public record WebcastSettings(
        Mode mode,
        URI webUrl,
        URI webcastUrl,
        URI socketUrl,
        URI signUrl,
        String signKey,
        Duration requestTimeout,
        Duration heartbeat,
        Duration silence,
        int maxFrame,
        int maxUnpacked) {

    /** Which way to the socket. */
    public enum Mode {
        /** Signed when a key is set, else direct; the other when that fails. */
        AUTO,
        SIGNED,
        DIRECT
    }

    @Override
    public String toString() {
        return "WebcastSettings[mode=%s, webUrl=%s]".formatted(mode, webUrl);
    }
}
