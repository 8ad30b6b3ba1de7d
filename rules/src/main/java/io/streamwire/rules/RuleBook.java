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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The compiled rules of every workspace, in memory. A change is announced on the bus and read by
 * one thread; versions are compared now and then too, since an announcement may be missed. While
 * PostgreSQL is away everything that was read before stays in force, and so does what a workspace
 * had when its newer rules cannot be compiled: that is nobody else's trouble.
 */
final class RuleBook implements AutoCloseable {

    private static final Logger LOG = System.getLogger(RuleBook.class.getName());
    private static final String CHANNEL = "rules";

    /** When rules that could not be compiled are tried again, though nothing has changed. */
    private static final Duration AGAIN = Duration.ofMinutes(1);

    private final RuleStore store;
    private final Bus bus;
    private final Duration refresh;
    private final Function<List<Rule>, RuleEngine> compiler;
    private final Map<UUID, Chapter> chapters = new ConcurrentHashMap<>();

    /** When what a workspace has could not be compiled, ns. */
    private final Map<UUID, Long> failures = new ConcurrentHashMap<>();

    private final Set<UUID> changes = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Round reads;
    private volatile long comparedAt;
    private @Nullable AutoCloseable announcements;

    private record Chapter(long version, RuleEngine engine) {
        /** Of a workspace none of whose rules could be compiled yet. */
        static final Chapter EMPTY = new Chapter(-1, RuleEngine.EMPTY);
    }

    /**
     * @param refresh how often the versions are compared
     */
    RuleBook(RuleStore store, Bus bus, Duration refresh) {
        this(store, bus, refresh, RuleEngine::new);
    }

    RuleBook(
            RuleStore store, Bus bus, Duration refresh, Function<List<Rule>, RuleEngine> compiler) {
        this.store = store;
        this.bus = bus;
        this.refresh = refresh;
        this.compiler = compiler;
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
                    if ((chapter == null || chapter.version() != version)
                            && !hasJustFailed(workspaceId)) {
                        read(workspaceId);
                    }
                });
    }

    private Chapter read(UUID workspaceId) {
        try {
            var chapter = load(workspaceId);
            failures.remove(workspaceId);
            return chapters.merge(
                    workspaceId,
                    chapter,
                    (old, read) -> read.version() < old.version() ? old : read);
        } catch (DbClientException e) {
            throw e; // nobody's can be read now
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            failures.put(workspaceId, System.nanoTime());
            LOG.log(Level.ERROR, "workspace=" + workspaceId + " compiled=no", e);
            return chapters.merge(workspaceId, Chapter.EMPTY, (old, _) -> old);
        }
    }

    private Chapter load(UUID workspaceId) {
        var set = store.load(workspaceId);
        LOG.log(
                Level.DEBUG,
                "workspace={0} rules={1} version={2}",
                workspaceId,
                set.rules().size(),
                Long.toString(set.version()));
        return new Chapter(
                set.version(),
                set.rules().isEmpty() ? RuleEngine.EMPTY : compiler.apply(set.rules()));
    }

    private boolean hasJustFailed(UUID workspaceId) {
        var failed = failures.get(workspaceId);
        return failed != null && System.nanoTime() - failed < AGAIN.toNanos();
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
