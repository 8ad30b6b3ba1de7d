package io.streamwire.bridge;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Hears what a program tells systemd; Java has no datagrams on a path. */
final class NotifySocket implements AutoCloseable {

    private static final short LOCAL = 1;
    private static final int DATAGRAM = 2;
    private static final int MOST_PATH = 108;
    private static final int MOST_BYTES = 4_096;

    private static final MethodHandle SOCKET =
            function(
                    "socket",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT));
    private static final MethodHandle BIND =
            function(
                    "bind",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_INT));
    private static final MethodHandle RECEIVE =
            function(
                    "recv",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_INT));
    private static final MethodHandle SHUTDOWN =
            function(
                    "shutdown",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private static final int BOTH_WAYS = 2;

    private final int file;
    private final List<String> told = new CopyOnWriteArrayList<>();

    private NotifySocket(int file) {
        this.file = file;
    }

    static NotifySocket at(Path path) {
        try (var arena = Arena.ofConfined()) {
            var file = (int) SOCKET.invokeExact((int) LOCAL, DATAGRAM, 0);
            var address = arena.allocate(Short.BYTES + MOST_PATH);
            address.set(ValueLayout.JAVA_SHORT, 0, LOCAL);
            address.setString(Short.BYTES, path.toString());
            if (file < 0 || (int) BIND.invokeExact(file, address, (int) address.byteSize()) != 0) {
                throw new IllegalStateException("no socket at " + path);
            }
            var socket = new NotifySocket(file);
            Thread.ofPlatform().name("notify").daemon().start(socket::listen);
            return socket;
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void listen() {
        try (var arena = Arena.ofConfined()) {
            var buffer = arena.allocate(MOST_BYTES);
            var count = 1L;
            while (count > 0) {
                count = (long) RECEIVE.invokeExact(file, buffer, (long) MOST_BYTES, 0);
                if (count > 0) {
                    told.add(
                            new String(
                                    buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE),
                                    StandardCharsets.UTF_8));
                }
            }
        } catch (Throwable failure) {
            told.add("failed: " + failure);
        }
    }

    List<String> told() {
        return List.copyOf(told);
    }

    /** The thread that listens ends. */
    @Override
    public void close() {
        try {
            var _ = (int) SHUTDOWN.invokeExact(file, BOTH_WAYS);
        } catch (Throwable failure) {
            throw new IllegalStateException(failure);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor shape) {
        var linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), shape);
    }
}
