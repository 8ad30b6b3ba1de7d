package io.streamwire.ingest;

import io.helidon.config.Config;
import io.streamwire.bus.Bus;
import io.streamwire.service.Api;
import io.streamwire.service.Database;
import java.time.InstantSource;
import java.util.List;

/** Recordings and replays, put together. */
final class Archive implements AutoCloseable {

    private final RecordingSettings settings;
    private final RecordingStore store;
    private final RecordingFiles files;
    private final Tapes tapes;
    private final Recordings recordings;
    private final Replays replays;
    private final String instance;

    private Archive(
            RecordingSettings settings,
            RecordingStore store,
            RecordingFiles files,
            Tapes tapes,
            Recordings recordings,
            Replays replays,
            String instance) {
        this.settings = settings;
        this.store = store;
        this.files = files;
        this.tapes = tapes;
        this.recordings = recordings;
        this.replays = replays;
        this.instance = instance;
    }

    static Archive of(
            Config config,
            IngestSettings ingest,
            Database database,
            LivestreamStore livestreams,
            Recorder recorder,
            Bus bus,
            InstantSource clock,
            String instance) {
        var settings = RecordingSettings.of(config, ingest);
        var files = new RecordingFiles(settings.directory(), settings.file());
        var store = new RecordingStore(database);
        var tapes = new Tapes(settings, ingest, store, files, recorder, bus, clock, instance);
        return new Archive(
                settings,
                store,
                files,
                tapes,
                new Recordings(settings, store, files, tapes, bus, clock),
                new Replays(
                        settings,
                        new ReplayStore(database),
                        livestreams,
                        recorder,
                        bus,
                        clock,
                        instance),
                instance);
    }

    Recordings recordings() {
        return recordings;
    }

    Tapes tapes() {
        return tapes;
    }

    List<Api> apis(Livestreams livestreams) {
        var sample = new SampleShow(settings.file());
        var uploads = new RecordingUploads(settings, recordings, store, files, instance);
        return List.of(
                new RecordingsApi(livestreams, recordings, store, files, uploads, sample, settings),
                new RecordedEventsApi(recordings, files, sample, settings.maxUnpacked()),
                new ReplaysApi(recordings, files, sample, replays));
    }

    void start() {
        tapes.start();
        recordings.start();
        replays.start();
    }

    /** Ends the replays, and lets go of the recordings, which do not end by that. */
    @Override
    public void close() {
        replays.close();
        recordings.close();
        tapes.close();
    }
}
