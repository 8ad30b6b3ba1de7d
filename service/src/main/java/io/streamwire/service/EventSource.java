package io.streamwire.service;

/** What feeds an {@link EventStream}; returns when there is nothing more to say. */
@FunctionalInterface
public interface EventSource {
    /**
     * Sends events until it is done or interrupted.
     *
     * @throws InterruptedException when the client has gone, noticed by a comment that failed
     */
    void run(EventStream stream) throws Exception;
}
