package io.streamwire.bridge;

import io.streamwire.broker.Authenticator;
import io.streamwire.broker.Broker;
import io.streamwire.broker.BrokerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;

/** A real broker that all test classes share. Ends after the last test. */
final class SharedBroker implements BeforeAllCallback {

    static final String HUB_PASSWORD = "hub-password-of-the-tests";

    private static final Map<String, Supplier<Authenticator.DeviceIdentity>> TOKENS =
            new ConcurrentHashMap<>();

    private static @Nullable Running running;

    @Override
    public void beforeAll(ExtensionContext context) {
        running =
                context.getStore(StoreScope.LAUNCHER_SESSION, Namespace.create(SharedBroker.class))
                        .computeIfAbsent("running", _ -> new Running(), Running.class);
    }

    /** From now on a token is somebody's. */
    static void admit(String token, Supplier<Authenticator.DeviceIdentity> identity) {
        TOKENS.put(token, identity);
    }

    static Broker broker() {
        return running().broker;
    }

    static int port() {
        return running().port;
    }

    static void close() {
        running().broker.close();
    }

    /** The same port, and nothing retained. */
    static void reopen() {
        running().open();
    }

    private static Running running() {
        return Objects.requireNonNull(running, "the class lacks @ExtendWith(SharedBroker.class)");
    }

    private static Optional<Authenticator.DeviceIdentity> identify(
            Authenticator.Credentials given) {
        return Optional.ofNullable(TOKENS.get(given.password())).map(Supplier::get);
    }

    private static final class Running implements AutoCloseable {
        private final Path directory;
        private int port;
        private Broker broker;

        Running() {
            try {
                directory = Files.createTempDirectory("streamwire-bridge");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            broker = start();
            port = broker.port();
        }

        private Broker start() {
            return Broker.start(
                    new BrokerSettings(
                            BrokerSettings.LOOPBACK,
                            port,
                            BrokerSettings.Tls.OFF,
                            0,
                            0,
                            directory.resolve("broker"),
                            HUB_PASSWORD,
                            "service-secret",
                            BrokerSettings.Limits.STANDARD),
                    SharedBroker::identify);
        }

        void open() {
            broker = start();
        }

        @Override
        public void close() throws IOException {
            broker.close();
            try (var files = Files.walk(directory)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
