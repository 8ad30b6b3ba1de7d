package io.streamwire.ingest;

import io.helidon.config.Config;
import io.streamwire.ingest.webcast.WebcastSettings;
import io.streamwire.service.Configuration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What can be set.
 *
 * @param lookupPatience how long a connect call may look for the room
 * @param streakTimeout how long a streak may stand still before it counts as ended
 * @param firstPause before the first try to connect again; doubles
 * @param lastPause the longest such pause
 * @param scan how often to look for livestreams that nobody holds
 * @param retention how long events are kept, whole days
 * @param signatures per minute, for all livestreams of all instances together
 * @param livestreams how many a workspace may have at a time
 * @param connects calls per minute and workspace
 * @param simulations calls per minute and workspace
 * @param metered livestreams that the metrics tell of by themselves
 * @param keepUnknown where to keep messages of types that are not known, empty for nowhere
 */
record IngestSettings(
        WebcastSettings webcast,
        Duration lookupPatience,
        Duration streakTimeout,
        Duration firstPause,
        Duration lastPause,
        Duration scan,
        Duration retention,
        int signatures,
        int livestreams,
        int connects,
        int simulations,
        int metered,
        Optional<Path> keepUnknown) {

    private static final Duration MILLISECOND = Duration.ofMillis(1);

    static IngestSettings of(Config config) {
        var webcast =
                new WebcastSettings(
                        Configuration.choice(
                                config, "ingest.tiktok.mode", WebcastSettings.Mode.class),
                        Configuration.url(config, "ingest.tiktok.web-url", "http", "https"),
                        Configuration.url(config, "ingest.tiktok.webcast-url", "http", "https"),
                        Configuration.url(config, "ingest.tiktok.socket-url", "ws", "wss"),
                        Configuration.url(config, "ingest.tiktok.sign-url", "http", "https"),
                        Configuration.optional(config, "ingest.tiktok.sign-key").orElse(""),
                        duration(config, "ingest.tiktok.request-timeout", Duration.ofMinutes(1)),
                        duration(config, "ingest.tiktok.heartbeat", Duration.ofMinutes(1)),
                        duration(config, "ingest.tiktok.silence", Duration.ofHours(1)),
                        bytes(config, "ingest.tiktok.max-frame"),
                        bytes(config, "ingest.tiktok.max-unpacked"));
        return new IngestSettings(
                webcast,
                duration(config, "ingest.lookup-timeout", Duration.ofMinutes(1)),
                duration(config, "ingest.streak-timeout", Duration.ofMinutes(5)),
                duration(config, "ingest.reconnect-first", Duration.ofMinutes(1)),
                duration(config, "ingest.reconnect-most", Duration.ofHours(1)),
                duration(config, "ingest.scan", Duration.ofMinutes(1)),
                Configuration.duration(
                        config, "ingest.retention", Duration.ofDays(1), Duration.ofDays(3650)),
                number(config, "ingest.tiktok.signatures-per-minute"),
                number(config, "ingest.livestreams-per-workspace"),
                number(config, "ingest.connects-per-minute"),
                number(config, "ingest.simulations-per-minute"),
                (int) Configuration.number(config, "ingest.metrics-livestreams", 0, 10_000),
                Configuration.optional(config, "ingest.keep-unknown")
                        .map(_ -> Configuration.path(config, "ingest.keep-unknown")));
    }

    private static Duration duration(Config config, String key, Duration most) {
        return Configuration.duration(config, key, MILLISECOND, most);
    }

    private static int number(Config config, String key) {
        return (int) Configuration.number(config, key, 1, 100_000);
    }

    private static int bytes(Config config, String key) {
        return (int) Math.min(Configuration.size(config, key), 1 << 28);
    }
}
