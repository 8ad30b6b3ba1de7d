package io.streamwire.ingest.recording;

import java.io.IOException;

/** Somebody else writes the file. */
public final class RecordingBusyException extends IOException {
    RecordingBusyException(String message) {
        super(message);
    }
}
