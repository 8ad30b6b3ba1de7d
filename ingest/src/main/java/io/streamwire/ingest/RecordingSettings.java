package io.streamwire.ingest;

import io.helidon.config.Config;
import io.streamwire.ingest.recording.RecordingLimits;
import io.streamwire.service.Configuration;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What can be set of recordings and replays.
 *
 * @param directory where the files lie
 * @param maxBytes of one file
 * @param maxLength of one recording
 * @param buffer bytes that may wait for the disk
 * @param minFree bytes that are left to others on the disk
 * @param count recordings of one workspace
 * @param totalBytes of one workspace's files
 * @param maxUpload bytes of an uploaded file
 * @param retention how long one is kept after its end
 * @param replays of one workspace at a time
 * @param maxFrame largest websocket message, bytes
 * @param maxUnpacked largest payload of one after gunzip, bytes
 */
record RecordingSettings(
        Path directory,
        long maxBytes,
        Duration maxLength,
        int buffer,
        long minFree,
        int count,
        long totalBytes,
        long maxUpload,
        Duration retention,
        int replays,
        int maxFrame,
        int maxUnpacked) {

    private static final String PREFIX = "ingest.recordings.";
    private static final int LARGEST_BUFFER = 1 << 30;

    static RecordingSettings of(Config config, IngestSettings ingest) {
        return new RecordingSettings(
                Configuration.path(config, "data-dir").resolve("recordings"),
                Configuration.size(config, PREFIX + "max-bytes"),
                Configuration.duration(
                        config, PREFIX + "max-length", Duration.ofMinutes(1), Duration.ofDays(7)),
                (int) Math.min(Configuration.size(config, PREFIX + "buffer"), LARGEST_BUFFER),
                Configuration.size(config, PREFIX + "min-free"),
                (int) Configuration.number(config, PREFIX + "count", 0, 100_000),
                Configuration.size(config, PREFIX + "total-bytes"),
                Configuration.size(config, PREFIX + "max-upload"),
                Configuration.duration(
                        config, PREFIX + "retention", Duration.ofMinutes(1), Duration.ofDays(3650)),
                (int) Configuration.number(config, PREFIX + "replays", 0, 1_000),
                ingest.webcast().maxFrame(),
                ingest.webcast().maxUnpacked());
    }

    RecordingLimits file() {
        return RecordingLimits.of(maxFrame, maxUnpacked, maxLength);
    }
}
