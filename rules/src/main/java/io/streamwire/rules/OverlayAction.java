package io.streamwire.rules;

/**
 * Shows a text over the picture.
 *
 * @param forMs how long, 1 to {@value #MAX_FOR_MS} ms
 * @param delayMs how long after the decision it happens, 0 to {@value RuleAction#MAX_DELAY_MS} ms
 */
record OverlayAction(TextTemplate text, long forMs, long delayMs) implements RuleAction.Single {

    static final long DEFAULT_FOR_MS = 5_000;
    static final long MAX_FOR_MS = 60_000;

    @Override
    public long latest() {
        return delayMs;
    }
}
