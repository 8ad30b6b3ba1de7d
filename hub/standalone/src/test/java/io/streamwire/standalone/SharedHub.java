package io.streamwire.standalone;

import io.streamwire.liveroom.LiveRoom;
import io.streamwire.service.Configuration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;

/**
 * A hub that talks to a live room; the test classes that need one share it, because its start takes
 * seconds. Ends after the last test.
 */
final class SharedHub implements BeforeAllCallback {

    private static @Nullable Running running;

    @Override
    public void beforeAll(ExtensionContext context) {
        running =
                context.getStore(StoreScope.LAUNCHER_SESSION, Namespace.create(SharedHub.class))
                        .computeIfAbsent("running", _ -> Running.start(), Running.class);
    }

    static Standalone hub() {
        return running().hub();
    }

    static LiveRoom liveRoom() {
        return running().liveRoom();
    }

    /** Ingest's own port. */
    static URI ingest() {
        return URI.create("http://127.0.0.1:" + running().ingestPort());
    }

    private static Running running() {
        return Objects.requireNonNull(running, "the class lacks @ExtendWith(SharedHub.class)");
    }

    private record Running(Path directory, LiveRoom liveRoom, int ingestPort, Standalone hub)
            implements AutoCloseable {

        static Running start() {
            try {
                var directory = Files.createTempDirectory("streamwire-hub");
                var liveRoom = LiveRoom.start(0);
                int port = freePort();
                var overrides = new HashMap<>(liveRoom.settings());
                overrides.putAll(HubOptions.anyFreePorts());
                overrides.put("ingest.port", Integer.toString(port));
                overrides.put("data-dir", directory.toString());
                // The tests ask as fast as they can.
                overrides.put("gateway.rate-limit", "10000");
                overrides.put("gateway.rate-burst", "10000");
                overrides.put("ingest.connects-per-minute", "10000");
                overrides.put("auth.login-attempts-per-address", "10000");
                var hub = Standalone.start(Configuration.load(overrides, null));
                return new Running(directory, liveRoom, port, hub);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static int freePort() throws IOException {
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            }
        }

        @Override
        public void close() throws IOException {
            hub.close();
            liveRoom.close();
            try (var files = Files.walk(directory)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
