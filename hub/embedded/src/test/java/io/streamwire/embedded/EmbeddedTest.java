package io.streamwire.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Running servers: what is in them, who may enter, what keeps them from starting. */
class EmbeddedTest {

    @TempDir static Path data;

    private static Embedded embedded;

    @BeforeAll
    static void start() {
        embedded = Embedded.start(Servers.durable(data.resolve("with space")));
    }

    @AfterAll
    static void stop() {
        embedded.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"auth_db", "tiktok_db", "rules_db", "device_db"})
    void everyDatabaseBelongsToTheServices(String database) throws SQLException {
        try (Connection connection = Servers.connect(embedded, database)) {
            connection.createStatement().execute("CREATE TABLE mine (id uuid)");

            assertThat(connection.getCatalog()).isEqualTo(database);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "fsync, on",
        "synchronous_commit, on",
        "full_page_writes, on",
        "data_checksums, on",
        "listen_addresses, 127.0.0.1",
        "unix_socket_directories, ''",
        "server_encoding, UTF8"
    })
    void postgresRunsSafely(String setting, String value) throws SQLException {
        // The services' user may not see where the sockets are, the admin may.
        String admin = secret("postgres-admin");
        try (Connection connection =
                        DriverManager.getConnection(
                                embedded.jdbcUrl("postgres"), "postgres", admin);
                var rows = connection.createStatement().executeQuery("SHOW " + setting)) {
            rows.next();

            assertThat(rows.getString(1)).isEqualTo(value);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "appendonly, yes",
        "appendfsync, everysec",
        "maxmemory-policy, noeviction",
        "maxmemory, 1073741824",
        "bind, 127.0.0.1"
    })
    void redisRunsSafely(String setting, String value) throws IOException {
        assertThat(
                        Servers.redis(
                                embedded.redisUrl(),
                                Servers.login(embedded),
                                "CONFIG GET " + setting))
                .contains(value);
    }

    @Test
    void theServicesUserIsNoSuperuser() throws SQLException {
        assertThat(
                        Servers.query(
                                embedded,
                                "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
                .isEqualTo("f");
    }

    @Test
    void strangersAreRefused() throws IOException {
        URI redis = embedded.redisUrl();

        assertThat(Servers.redis(redis, "PING").getFirst()).startsWith("-NOAUTH");
        assertThatThrownBy(() ->
                        DriverManager.getConnection(
                                embedded.jdbcUrl("auth_db"), embedded.databaseUser(), "wrong"))
                .hasMessageContaining("password authentication failed");
    }

    @Test
    void onlyTheOwnerMayReadSecrets() throws IOException {
        Path redisConfiguration = data.resolve("with space/redis/redis.conf");
        try (Stream<Path> secrets = Files.list(data.resolve("with space/secrets"))) {
            assertThat(Stream.concat(secrets, Stream.of(redisConfiguration)))
                    .hasSize(4)
                    .allSatisfy(file ->
                            assertThat(Files.getPosixFilePermissions(file))
                                    .isEqualTo(PosixFilePermissions.fromString("rw-------")));
        }
    }

    @Test
    void runningServersPassTheCheck() {
        embedded.check();
    }

    @Test
    void aSecondRunOnTheSameDirectoryIsRefused() {
        assertThatThrownBy(() -> Embedded.start(Servers.durable(data.resolve("with space"))))
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining("is in use by this process");
        embedded.check();
    }

    @ParameterizedTest
    @CsvSource({"embedded.postgres-port, true", "embedded.redis-port, false"})
    void aTakenPortIsNamedWithItsSetting(String setting, boolean postgres) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            EmbeddedPorts ports =
                    postgres ? new EmbeddedPorts(port, 0) : new EmbeddedPorts(0, port);

            assertThatThrownBy(() ->
                            Embedded.start(
                                    Servers.durable(data.resolve("taken"))
                                            .withPorts(ports)
                                            .notDurable()))
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessage(
                            "port %d is taken (setting %s; 0 takes any free one)"
                                    .formatted(port, setting));
        }
    }

    @Test
    void aDirectoryThatCannotBeMadeIsRefused() throws IOException {
        Path file = Files.createFile(data.resolve("file"));

        assertThatThrownBy(() -> Embedded.start(Servers.durable(file.resolve("data"))))
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining(
                        "data directory " + file.resolve("data") + " is not writable");
    }

    @Test
    void temporaryServersLeaveNothingBehind() throws Exception {
        Path directory;
        try (Embedded temporary = Embedded.startTemporary()) {
            directory = temporary.dataDirectory();

            assertThat(Servers.query(temporary, "SELECT 1")).isEqualTo("1");
        }

        assertThat(directory).doesNotExist();
    }

    private static String secret(String name) {
        try {
            return Files.readString(data.resolve("with space/secrets").resolve(name));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
