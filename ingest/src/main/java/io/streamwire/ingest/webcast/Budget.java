package io.streamwire.ingest.webcast;

import java.time.Duration;

/** How many signatures all livestreams together may ask for. */
@FunctionalInterface
public interface Budget {
    /** Takes one: zero when there was one, else how long until there is. */
    Duration take();
}
