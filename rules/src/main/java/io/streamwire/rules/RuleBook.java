package io.streamwire.rules;

import io.helidon.dbclient.DbClientException;
import io.streamwire.bus.Bus;
import io.streamwire.service.Round;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
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
    private final Set<UUID> changes = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Round reads;
    private volatile long comparedAt;
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
        reads = Round.every(refresh, "rules-book", this::readChanges);
        readSoon(); // what was announced meanwhile
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
        readSoon();
        bus.announce(CHANNEL, workspaceId.toString());
    }

    private void readSoon() {
        var round = reads;
        if (round != null) {
            round.soon();
        }
    }

    private void announced(String workspaceId) {
        try {
            changes.add(UUID.fromString(workspaceId));
            readSoon();
        } catch (IllegalArgumentException e) {
            LOG.log(Level.DEBUG, "channel={0} ignored=\"{1}\"", CHANNEL, workspaceId);
        }
    }

    private void readChanges() {
        for (var workspaceId : List.copyOf(changes)) {
            changes.remove(workspaceId);
            try {
                read(workspaceId);
            } catch (RuntimeException e) {
                changes.add(workspaceId);
                throw e;
            }
        }
        if (System.nanoTime() - comparedAt >= refresh.toNanos()) {
            compare();
        }
    }

    private void compare() {
        comparedAt = System.nanoTime();
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
        try {
            if (announcements != null) {
                announcements.close();
            }
        } catch (Exception e) {
            LOG.log(Level.DEBUG, "channel=" + CHANNEL + " closed=no", e);
        }
        var round = reads;
        if (round != null) {
            round.close();
        }
    }
}
