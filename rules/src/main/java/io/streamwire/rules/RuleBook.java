package io.streamwire.rules;

import io.helidon.dbclient.DbClientException;
import io.streamwire.bus.Bus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The compiled rules of every workspace, in memory. A change is announced on the bus and read by
 * one thread; versions are compared now and then too, since an announcement may be missed. While
 * PostgreSQL is away everything that was read before stays in force.
 */
final class RuleBook implements AutoCloseable {

    private static final Logger LOG = System.getLogger(RuleBook.class.getName());
    private static final String CHANNEL = "rules";

    private final RuleStore store;
    private final Bus bus;
    private final Duration refresh;
    private final Map<UUID, Chapter> chapters = new ConcurrentHashMap<>();
    private final LinkedBlockingQueue<UUID> changes = new LinkedBlockingQueue<>();
    private final Thread reader = Thread.ofVirtual().name("rules-book").unstarted(this::run);
    private @Nullable AutoCloseable announcements;

    private record Chapter(long version, RuleEngine engine) {}

    /**
     * @param refresh how often the versions are compared
     */
    RuleBook(RuleStore store, Bus bus, Duration refresh) {
        this.store = store;
        this.bus = bus;
        this.refresh = refresh;
    }

    /** Reads all rules and begins to listen. */
    void start() {
        announcements = bus.listen(CHANNEL, this::announced);
        compare();
        reader.start();
    }

    /**
     * The rules of a workspace.
     *
     * @throws DbClientException when they were never read and PostgreSQL is away
     */
    RuleEngine engine(UUID workspaceId) {
        var chapter = chapters.get(workspaceId);
        return chapter == null ? read(workspaceId).engine() : chapter.engine();
    }

    /** Tells every instance, this one too, that a workspace's rules have changed. */
    void changed(UUID workspaceId) {
        changes.add(workspaceId);
        bus.announce(CHANNEL, workspaceId.toString());
    }

    private void announced(String workspaceId) {
        try {
            changes.add(UUID.fromString(workspaceId));
        } catch (IllegalArgumentException e) {
            LOG.log(Level.DEBUG, "channel={0} ignored=\"{1}\"", CHANNEL, workspaceId);
        }
    }

    private void run() {
        var nextCompare = System.nanoTime() + refresh.toNanos();
        var failing = false;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                var changed = changes.poll(nextCompare - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (changed != null) {
                    readAll(changed);
                } else {
                    nextCompare = System.nanoTime() + refresh.toNanos();
                    compare();
                    failing = false;
                }
            } catch (InterruptedException e) {
                return;
            } catch (DbClientException e) {
                if (!failing) {
                    LOG.log(Level.WARNING, "rules=kept reason=\"{0}\"", e.getMessage());
                    failing = true;
                }
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "rules=kept", e);
            }
        }
    }

    private void readAll(UUID first) {
        var workspaces = new LinkedHashSet<UUID>();
        workspaces.add(first);
        changes.drainTo(workspaces);
        workspaces.forEach(this::read);
    }

    private void compare() {
        store.versions()
                .forEach((workspaceId, version) -> {
                    var chapter = chapters.get(workspaceId);
                    if (chapter == null || chapter.version() != version) {
                        read(workspaceId);
                    }
                });
    }

    private Chapter read(UUID workspaceId) {
        var set = store.load(workspaceId);
        var chapter =
                new Chapter(
                        set.version(),
                        set.rules().isEmpty() ? RuleEngine.EMPTY : new RuleEngine(set.rules()));
        LOG.log(
                Level.DEBUG,
                "workspace={0} rules={1} version={2}",
                workspaceId,
                set.rules().size(),
                Long.toString(set.version()));
        return chapters.merge(
                workspaceId, chapter, (old, read) -> read.version() < old.version() ? old : read);
    }

    @Override
    public void close() {
        reader.interrupt();
        try {
            if (announcements != null) {
                announcements.close();
            }
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.log(Level.DEBUG, "channel=" + CHANNEL + " closed=no", e);
        }
    }
}
