package io.streamwire.bridge;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Tells systemd that the bridge runs; without its word systemd ends it and starts it again. */
final class Systemd {

    private static final Logger LOG = System.getLogger(Systemd.class.getName());

    private static final String LIBRARY = "libsystemd.so.0";

    /** So many words within the time after which systemd ends it. */
    private static final int WORDS = 3;

    private final MethodHandle notify;
    private final long watchdogMs;

    private Systemd(MethodHandle notify, long watchdogMs) {
        this.notify = notify;
        this.watchdogMs = watchdogMs;
    }

    /** Empty when nobody waits for a word. */
    @SuppressWarnings("restricted")
    static Optional<Systemd> of(Map<String, String> environment) {
        if (!environment.containsKey("NOTIFY_SOCKET")) {
            return Optional.empty();
        }
        try {
            var notify =
                    Linker.nativeLinker()
                            .downcallHandle(
                                    SymbolLookup.libraryLookup(LIBRARY, Arena.global())
                                            .findOrThrow("sd_notify"),
                                    FunctionDescriptor.of(
                                            ValueLayout.JAVA_INT,
                                            ValueLayout.JAVA_INT,
                                            ValueLayout.ADDRESS));
            var us = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
            return Optional.of(new Systemd(notify, TimeUnit.MICROSECONDS.toMillis(us)));
        } catch (IllegalArgumentException | java.util.NoSuchElementException e) {
            LOG.log(Level.WARNING, "systemd=not_told reason=\"{0}\"", e.getMessage());
            return Optional.empty();
        }
    }

    /** From now on the bridge's thread is watched. */
    void watch(Loop loop) {
        tell("READY=1");
        if (watchdogMs > 0) {
            var _ = loop.every(Math.max(1, watchdogMs / WORDS), () -> tell("WATCHDOG=1"));
        }
    }

    private void tell(String state) {
        try (var arena = Arena.ofConfined()) {
            var _ = (int) notify.invokeExact(0, arena.allocateFrom(state));
        } catch (Throwable failure) {
            throw new IllegalStateException("systemd cannot be told", failure);
        }
    }
}
