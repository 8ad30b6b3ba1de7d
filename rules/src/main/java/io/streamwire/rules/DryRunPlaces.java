package io.streamwire.rules;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Lease;
import io.streamwire.contract.Ids;
import io.streamwire.service.Problem;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;

/**
 * Lets only so many dry runs happen at a time: of a workspace over all instances, and of this
 * instance, since their events and decisions are in its memory.
 */
final class DryRunPlaces {

    /** Of one workspace. */
    static final int MOST = 2;

    /** Of one instance. */
    static final int MOST_HERE = 4;

    private static final Duration COME_BACK = Duration.ofSeconds(2);

    private final Bus bus;
    private final Semaphore here = new Semaphore(MOST_HERE);

    DryRunPlaces(Bus bus) {
        this.bus = bus;
    }

    /** Is given back by closing it, once, and by the end of this process. */
    final class Place implements AutoCloseable {
        private final Lease lease;

        private Place(Lease lease) {
            this.lease = lease;
        }

        @Override
        public void close() {
            here.release();
            lease.close();
        }
    }

    /**
     * Takes a place.
     *
     * @throws Problem 429 {@code too_many_dry_runs}
     */
    Place take(UUID workspaceId) {
        if (!here.tryAcquire()) {
            throw full("Others have %d dry runs under way: try again soon.".formatted(MOST_HERE));
        }
        var place = Optional.<Place>empty();
        try {
            place = lease(workspaceId).map(Place::new);
        } finally {
            if (place.isEmpty()) {
                here.release();
            }
        }
        return place.orElseThrow(() ->
                full("The workspace has %d dry runs under way: wait for one.".formatted(MOST)));
    }

    private Optional<Lease> lease(UUID workspaceId) {
        for (int place = 0; place < MOST; place++) {
            var name = "dry-run:%s:%d".formatted(workspaceId, place);
            // An owner of its own, since the same one would get the same place again.
            var lease = bus.hold(workspaceId, name, Ids.next().toString(), () -> {});
            if (lease.isPresent()) {
                return lease;
            }
        }
        return Optional.empty();
    }

    private static Problem full(String detail) {
        return Problem.tooManyRequests("too_many_dry_runs", detail, COME_BACK);
    }
}
