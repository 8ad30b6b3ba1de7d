package io.streamwire.devices;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets no workspace fill an inbox that all share: what is beyond its share is thrown away, which is
 * its own loss and not counted as one of the inbox. Thread-safe.
 */
final class InboxShares {

    private static final Logger LOG = System.getLogger(InboxShares.class.getName());

    private final Inbox inbox;
    private final int share;

    /** Messages that wait, by workspace; only of those that have some. */
    private final Map<String, Integer> waiting = new ConcurrentHashMap<>();

    private final AtomicLong refused = new AtomicLong();

    /**
     * @param share of one workspace, messages that wait
     */
    InboxShares(Inbox inbox, int share) {
        this.inbox = inbox;
        this.share = share;
    }

    void offer(String workspace, Runnable work) {
        if (waiting.merge(workspace, 1, Integer::sum) > share) {
            leave(workspace);
            if (refused.getAndIncrement() % share == 0) {
                LOG.log(
                        Level.WARNING,
                        "workspace={0} messages=too_many refused={1}",
                        workspace,
                        refused.get());
            }
            return;
        }
        var taken =
                inbox.offer(() -> {
                    leave(workspace);
                    work.run();
                });
        if (!taken) {
            leave(workspace);
        }
    }

    private void leave(String workspace) {
        var _ = waiting.computeIfPresent(workspace, (_, count) -> count == 1 ? null : count - 1);
    }

    /** How much was thrown away because its workspace had too much there. */
    long refused() {
        return refused.get();
    }
}
