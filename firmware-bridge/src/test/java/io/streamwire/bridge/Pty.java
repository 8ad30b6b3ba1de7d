package io.streamwire.bridge;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** A serial port at whose other end is this test. */
final class Pty implements AutoCloseable {

    private static final int READ_WRITE_NO_TTY = 0x102;
    private static final int BUFFER = 4_096;
    private static final int MOST_NAME = 128;

    private static final MethodHandle OPEN = simple("posix_openpt");
    private static final MethodHandle GRANT = simple("grantpt");
    private static final MethodHandle UNLOCK = simple("unlockpt");
    private static final MethodHandle CLOSE = simple("close");
    private static final MethodHandle NAME =
            function(
                    "ptsname_r",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG));
    private static final MethodHandle READ = transfer("read");
    private static final MethodHandle WRITE = transfer("write");

    private final int file;
    private final Path path;

    private Pty(int file, Path path) {
        this.file = file;
        this.path = path;
    }

    static Pty open() {
        try (var arena = Arena.ofConfined()) {
            var file = (int) OPEN.invokeExact(READ_WRITE_NO_TTY);
            var name = arena.allocate(MOST_NAME);
            if (file < 0
                    || (int) GRANT.invokeExact(file) != 0
                    || (int) UNLOCK.invokeExact(file) != 0
                    || (int) NAME.invokeExact(file, name, (long) MOST_NAME) != 0) {
                throw new IllegalStateException("no pty");
            }
            return new Pty(file, Path.of(name.getString(0)));
        } catch (Throwable failure) {
            throw wrapped(failure);
        }
    }

    /** Where it is plugged in. */
    Path path() {
        return path;
    }

    /** Waits for bytes; none when nobody has it open. */
    byte[] read() {
        try (var arena = Arena.ofConfined()) {
            var buffer = arena.allocate(BUFFER);
            var count = (long) READ.invokeExact(file, buffer, (long) BUFFER);
            return count <= 0
                    ? new byte[0]
                    : buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
        } catch (Throwable failure) {
            throw wrapped(failure);
        }
    }

    /** Writes, and waits while nobody reads. */
    void write(byte[] bytes) {
        try (var arena = Arena.ofConfined()) {
            var buffer = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            var _ = (long) WRITE.invokeExact(file, buffer, (long) bytes.length);
        } catch (Throwable failure) {
            throw wrapped(failure);
        }
    }

    @Override
    public void close() {
        try {
            var _ = (int) CLOSE.invokeExact(file);
        } catch (Throwable failure) {
            throw wrapped(failure);
        }
    }

    private static MethodHandle simple(String name) {
        return function(name, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }

    private static MethodHandle transfer(String name) {
        return function(
                name,
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor shape) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), shape);
    }

    private static RuntimeException wrapped(Throwable failure) {
        return new IllegalStateException("the pty does not work", failure);
    }
}
