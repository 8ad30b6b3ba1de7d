package io.streamwire.gateway;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.SplittableRandom;

/** One running copy of a service, and whether it lately failed. */
final class Instance {

    /** How long an instance that failed is only tried when no other is left. */
    static final Duration REST = Duration.ofSeconds(2);

    private static final Logger LOG = System.getLogger(Instance.class.getName());

    private final String service;
    private final String origin;
    private volatile boolean failed;
    private volatile long failedAt;

    /**
     * @param url its scheme, host and port; no path
     */
    Instance(String service, URI url) {
        this.service = service;
        this.origin = origin(url);
    }

    private static String origin(URI url) {
        return url.getScheme() + "://" + url.getRawAuthority();
    }

    boolean isAt(URI url) {
        return origin.equals(origin(url));
    }

    /** Where it stands among the others for somebody; comes and goes without changing theirs. */
    int rank(String whose) {
        // A generator's first number: hashes of texts that are alike are near each other.
        return new SplittableRandom((whose + " " + origin).hashCode()).nextInt();
    }

    String service() {
        return service;
    }

    /** Where a path and query is on this instance. */
    URI resolve(String target) {
        return URI.create(origin + target);
    }

    boolean resting() {
        return failed && System.nanoTime() - failedAt < REST.toNanos();
    }

    void succeeded() {
        if (failed) {
            failed = false;
            LOG.log(Level.INFO, "service={0} instance={1} state=back", service, origin);
        }
    }

    void failed(Throwable cause) {
        failedAt = System.nanoTime();
        if (!failed) {
            failed = true;
            LOG.log(
                    Level.WARNING,
                    "service={0} instance={1} state=away reason=\"{2}\"",
                    service,
                    origin,
                    cause);
        }
    }
}
