package io.streamwire.rules;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Lease;
import io.streamwire.contract.Ids;
import io.streamwire.service.Problem;

import java.time.Duration;
import java.util.UUID;

/** Lets only so many dry runs of a workspace happen at a time, over all instances. */
final class DryRunPlaces {

    /** Of one workspace. */
    static final int MOST = 2;

    private static final Duration COME_BACK = Duration.ofSeconds(2);

    private final Bus bus;

    DryRunPlaces(Bus bus) {
        this.bus = bus;
    }

    /**
     * Takes a place; closing it gives it back, and so does the end of this process.
     *
     * @throws Problem 429 {@code too_many_dry_runs}
     */
    Lease take(UUID workspaceId) {
        for (int place = 0; place < MOST; place++) {
            var name = "dry-run:%s:%d".formatted(workspaceId, place);
            // A name of its own, since the same one would get the same place again.
            var lease = bus.hold(workspaceId, name, Ids.next().toString(), () -> {});
            if (lease.isPresent()) {
                return lease.get();
            }
        }
        throw Problem.tooManyRequests(
                "too_many_dry_runs",
                "The workspace has %d dry runs under way: wait for one.".formatted(MOST),
                COME_BACK);
    }
}
