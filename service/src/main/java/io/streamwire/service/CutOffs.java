package io.streamwire.service;

import io.streamwire.bus.Bus;
import io.streamwire.bus.BusException;
import io.streamwire.bus.Reply;
import io.streamwire.bus.Script;
import io.streamwire.contract.Stream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Access that ended before its tokens expire. Auth cuts a user or a session off; every service
 * hears of it at once over the bus, looks again every 5 s, and refuses the tokens that were issued
 * before. A cut-off is kept for 13 hours, the longest life of an access token and how long it is
 * good to stop after that. While Redis is away it waits in the instance that made it, and elsewhere
 * tokens live until they expire.
 */
public final class CutOffs implements AutoCloseable {

    private static final Logger LOG = System.getLogger(CutOffs.class.getName());
    private static final String CHANNEL = "cut-offs";
    private static final List<String> KEYS = List.of(Stream.key(0, "cut-offs"));
    private static final Script CUT = Script.of(CutOffs.class, "cut-off.lua");
    private static final Script LIST = Script.of(CutOffs.class, "cut-offs.lua");
    private static final Duration LIFE =
            Duration.ofHours(1).plus(TokenVerifier.STOP_LEEWAY).plusMinutes(1);
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration OVERLAP = Duration.ofMinutes(1);

    private final Bus bus;
    private final Map<String, Long> cut = new ConcurrentHashMap<>();
    private final Map<String, Long> unsent = new ConcurrentHashMap<>();
    private final AutoCloseable listener;
    private final Thread refresh = Thread.ofVirtual().name("cut-offs").unstarted(this::refresh);
    private Instant loaded = Instant.EPOCH; // of the one thread that loads

    private CutOffs(Bus bus) {
        this.bus = bus;
        this.listener = bus.listen(CHANNEL, this::heard);
    }

    /** Loads what is known and follows what comes. */
    public static CutOffs follow(Bus bus) {
        var cutOffs = new CutOffs(bus);
        cutOffs.load();
        cutOffs.refresh.start();
        return cutOffs;
    }

    /** Ends every access token that a user has now. */
    public void cutUser(UUID userId) {
        cut(ofUser(userId));
    }

    /** Ends every access token of one session. */
    public void cutSession(UUID sessionId) {
        cut(ofSession(sessionId));
    }

    @Override
    public void close() {
        refresh.interrupt();
        try {
            listener.close();
        } catch (Exception e) {
            LOG.log(Level.DEBUG, "cut_offs=closed why=\"{0}\"", e.getMessage());
        }
    }

    /** Whether a token was cut off. */
    boolean refuses(AccessToken token) {
        long issuedAt = token.issuedAt().toEpochMilli();
        return issuedAt <= cut.getOrDefault(ofUser(token.userId()), Long.MIN_VALUE)
                || issuedAt <= cut.getOrDefault(ofSession(token.sessionId()), Long.MIN_VALUE);
    }

    private static String ofUser(UUID id) {
        return "user:" + id;
    }

    private static String ofSession(UUID id) {
        return "session:" + id;
    }

    private void cut(String subject) {
        long now = Instant.now().toEpochMilli();
        cut.merge(subject, now, Math::max);
        unsent.merge(subject, now, Math::max);
        send(subject, now);
    }

    private void send(String subject, long at) {
        var oldest = Instant.now().minus(LIFE).toEpochMilli();
        var stored =
                call(
                        CUT,
                        subject,
                        Long.toString(at),
                        Long.toString(oldest),
                        Long.toString(LIFE.toMillis()));
        if (stored.isEmpty()) {
            LOG.log(Level.WARNING, "cut_off=waiting subject={0}", subject);
            return;
        }
        unsent.remove(subject, at);
        bus.announce(CHANNEL, subject + " " + at);
    }

    private void heard(String message) {
        int space = message.indexOf(' ');
        if (space > 0) {
            var at = Long.parseLong(message.substring(space + 1));
            cut.merge(message.substring(0, space), at, Math::max);
        }
    }

    private void refresh() {
        try {
            while (true) {
                Thread.sleep(INTERVAL);
                unsent.forEach(this::send);
                load();
                long oldest = Instant.now().minus(LIFE).toEpochMilli();
                cut.values().removeIf(at -> at < oldest);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void load() {
        var now = Instant.now();
        var from = Math.max(0, loaded.minus(OVERLAP).toEpochMilli());
        var reply = call(LIST, Long.toString(from));
        if (reply.isEmpty()) {
            return;
        }
        for (int i = 0; i + 1 < reply.get().size(); i += 2) {
            cut.merge(reply.get().text(i), reply.get().number(i + 1), Math::max);
        }
        loaded = now;
    }

    private Optional<Reply> call(Script script, String... arguments) {
        try {
            return Optional.of(bus.call(script, KEYS, List.of(arguments)).join());
        } catch (CompletionException | BusException e) {
            LOG.log(Level.DEBUG, "cut_offs=unavailable why=\"{0}\"", e.getMessage());
            return Optional.empty();
        }
    }
}
