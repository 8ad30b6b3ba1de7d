package io.streamwire.contract;

import java.util.Locale;

/**
 * Where a command stands.
 *
 * <pre>
 * queued -> sent -> accepted -> started -> done
 *    |        |         |          |
 *    +--------+---------+----------+----> rejected | expired | failed | aborted
 * </pre>
 *
 * A late acknowledgement never moves a state backwards; one that arrives after {@code failed}
 * corrects it.
 */
public enum CommandState {
    QUEUED(0),
    /** The broker has it. */
    SENT(1),
    ACCEPTED(2),
    STARTED(3),
    /** No acknowledgement came in time, or it could not be sent. A later acknowledgement wins. */
    FAILED(4),
    REJECTED(5),
    EXPIRED(5),
    ABORTED(5),
    DONE(5);

    private final int rank;

    CommandState(int rank) {
        this.rank = rank;
    }

    /** Whether nothing more is expected. */
    public boolean isFinal() {
        return rank >= FAILED.rank;
    }

    /** Grows on the way: a state is only ever followed by one of a higher rank. */
    public int rank() {
        return rank;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
