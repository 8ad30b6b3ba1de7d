package io.streamwire.standalone;

/** The process was asked to end before everything had started. */
final class InterruptedStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InterruptedStartException() {
        super("asked to end while starting");
    }
}
