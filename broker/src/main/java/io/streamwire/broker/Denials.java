package io.streamwire.broker;

import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what was refused and logs it once per client and reason, so that a client that keeps
 * trying fills neither the log nor the memory.
 */
final class Denials {

    private static final System.Logger LOG = System.getLogger(Denials.class.getName());

    /** Most pairs of client and reason that are remembered; later ones are counted only. */
    private static final int MAX_LOGGED = 10_000;

    private final Map<Reason, LongAdder> counts = new EnumMap<>(Reason.class);
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    Denials() {
        for (var reason : Reason.values()) {
            counts.put(reason, new LongAdder());
        }
    }

    /** Why something was refused. */
    enum Reason {
        NO_CREDENTIALS,
        BAD_CREDENTIALS,
        CLIENT_ID_MISMATCH,
        AUTHENTICATION_UNAVAILABLE,
        /** While the token was asked about. */
        REVOKED_MEANWHILE,
        FOREIGN_PUBLISH,
        FOREIGN_SUBSCRIBE,
        TOO_MANY_MESSAGES,
        /** Of all clients of a workspace together. */
        TOO_MANY_WORKSPACE_MESSAGES,
        TOO_MANY_SUBSCRIPTIONS,
        /** Of one device that has a good token. */
        TOO_MANY_LOGINS,
        /** From one address. */
        TOO_MANY_FAILED_LOGINS,
        /** From one address, per second. */
        TOO_MANY_CONNECTS,
        /** From one address, or in all, at once. */
        TOO_MANY_CONNECTIONS,
        PACKET_TOO_LARGE
    }

    /**
     * Counts one refusal.
     *
     * @param detail the topic or filter, or empty
     */
    void add(Reason reason, String clientId, String detail) {
        counts(reason).increment();
        if (logged.size() >= MAX_LOGGED || !logged.add(reason + " " + clientId)) {
            return;
        }
        LOG.log(
                Level.WARNING,
                "denied reason={0} client={1} topic={2}",
                reason,
                printable(clientId),
                printable(detail));
    }

    long count(Reason reason) {
        return counts(reason).sum();
    }

    private LongAdder counts(Reason reason) {
        return Objects.requireNonNull(counts.get(reason));
    }

    /** Clients choose these texts, so only plain characters reach the log. */
    private static String printable(String text) {
        return text.replaceAll("[^\\x21-\\x7e]", "?");
    }
}
