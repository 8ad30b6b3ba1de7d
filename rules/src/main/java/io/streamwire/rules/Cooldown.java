package io.streamwire.rules;

/**
 * How long a rule rests after it fired, in ms, 0 to {@value #MAX_MS}; 0 is not at all.
 *
 * @param globalMs for everybody
 * @param perViewerMs for the viewer who set it off
 */
record Cooldown(long globalMs, long perViewerMs) {
    /** A day. */
    static final long MAX_MS = 86_400_000;

    static final Cooldown NONE = new Cooldown(0, 0);
}
