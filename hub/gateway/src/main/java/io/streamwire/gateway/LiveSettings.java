package io.streamwire.gateway;

import io.helidon.config.Config;
import io.streamwire.service.Configuration;
import java.time.Duration;

/**
 * The limits of live sockets.
 *
 * @param sockets of this gateway
 * @param socketsPerUser of one user, or API key
 * @param socketsOfKeys of all API keys of one workspace
 * @param handshakesPerSecond of one address, before it is known who it is
 * @param handshakeBurst at once after a pause
 * @param subscriptions of one socket
 * @param largestMessage of a client, bytes
 * @param messagesPerSecond of one client; four times as many at once
 * @param queueMessages that may wait for one client
 * @param queueSize bytes that may wait for one client
 * @param resumeEntries that are looked through at most to resume
 * @param resumeEntriesPerMinute for one user, or all API keys of one workspace
 * @param ping how often a client is asked for a sign of life
 * @param silence how long it may give none
 */
record LiveSettings(
        int sockets,
        int socketsPerUser,
        int socketsOfKeys,
        int handshakesPerSecond,
        int handshakeBurst,
        int subscriptions,
        int largestMessage,
        int messagesPerSecond,
        int queueMessages,
        long queueSize,
        int resumeEntries,
        int resumeEntriesPerMinute,
        Duration ping,
        Duration silence) {

    private static final int MOST = 1_000_000;

    static LiveSettings of(Config config) {
        return new LiveSettings(
                number(config, "sockets"),
                number(config, "sockets-per-user"),
                number(config, "sockets-of-keys"),
                number(config, "handshakes-per-second"),
                number(config, "handshake-burst"),
                number(config, "subscriptions"),
                (int) Math.min(MOST, Configuration.size(config, "gateway.live.largest-message")),
                number(config, "messages-per-second"),
                number(config, "queue-messages"),
                Configuration.size(config, "gateway.live.queue-size"),
                number(config, "resume-entries"),
                number(config, "resume-entries-per-minute"),
                duration(config, "ping"),
                duration(config, "silence"));
    }

    private static int number(Config config, String name) {
        return (int) Configuration.number(config, "gateway.live." + name, 1, MOST);
    }

    private static Duration duration(Config config, String name) {
        return Configuration.duration(
                config, "gateway.live." + name, Duration.ofMillis(100), Duration.ofHours(1));
    }
}
