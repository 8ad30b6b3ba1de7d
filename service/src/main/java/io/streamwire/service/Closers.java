package io.streamwire.service;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Deque;

/** What a service has opened; closed the other way round. Confined to one thread at a time. */
public final class Closers implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Closers.class.getName());

    private final String service;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /**
     * @param service for messages
     */
    public Closers(String service) {
        this.service = service;
    }

    /** Remembers to close something, and hands it back. */
    public <T extends AutoCloseable> T add(T part) {
        opened.push(part);
        return part;
    }

    /** Closes all of it; what fails to close does not keep the rest from it. */
    @Override
    public void close() {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                LOG.log(Level.WARNING, "service=" + service + " closing=incomplete", e);
            }
        }
    }
}
