package io.streamwire.ingest.webcast;

import java.time.Duration;

/** How many signatures all livestreams of all instances together may ask for. */
public interface Budget {
    /** Takes one: zero when there was one, else how long until there is. */
    Duration take();

    /** How long the sign server still wants to be left alone; zero when it does not. */
    Duration quiet();

    /** The sign server wants to be left alone. */
    void keepQuiet(Duration wait);
}
