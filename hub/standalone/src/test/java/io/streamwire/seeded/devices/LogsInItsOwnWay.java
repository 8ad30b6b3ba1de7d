package io.streamwire.seeded.devices;

import java.util.logging.Logger;

final class LogsInItsOwnWay {
    private static final Logger LOG = Logger.getLogger("seeded");

    void log() {
        LOG.info("seeded");
    }
}
