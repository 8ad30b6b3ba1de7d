package io.streamwire.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * On whose behalf a thread works; every line of the JSON log that it writes meanwhile has it.
 *
 * @param trace 32 hex digits
 * @param workspace an id
 * @param event an id
 */
public record Cause(@Nullable String trace, @Nullable String workspace, @Nullable String event) {

    static final Cause NONE = new Cause(null, null, null);

    private static final ScopedValue<Cause> CURRENT = ScopedValue.newInstance();

    /** What is done on behalf of it. */
    @FunctionalInterface
    public interface Work<X extends Throwable> {
        void run() throws X;
    }

    static Cause current() {
        return CURRENT.orElse(NONE);
    }

    /** Does something on behalf of this. */
    public <X extends Throwable> void during(Work<X> work) throws X {
        ScopedValue.where(CURRENT, this)
                .<@Nullable Void, X>call(() -> {
                    work.run();
                    return null;
                });
    }
}
