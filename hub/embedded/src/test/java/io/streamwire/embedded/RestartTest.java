package io.streamwire.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What survives: an ordered stop, kill -9 of us, kill -9 of the servers. */
class RestartTest {

    @TempDir Path data;

    @Test
    void anOrderedRestartKeepsTheData() throws Exception {
        try (Embedded first = Embedded.start(Servers.durable(data).notDurable())) {
            Servers.execute(first, "CREATE TABLE note AS SELECT 'kept' AS text");
            Servers.redis(first.redisUrl(), Servers.login(first), "SET note kept");
        }

        try (Embedded second = Embedded.start(Servers.durable(data).notDurable())) {
            assertNoteIsKept(second);
        }
    }

    @Test
    void aKilledRunIsFollowedByOneThatHasItsData() throws Exception {
        Process killed = startHolder();
        ProcessHandle postgres = server("postgres/postmaster.pid");
        ProcessHandle redis = server("redis/redis.pid");
        assertThatThrownBy(() -> Embedded.start(Servers.durable(data)))
                .hasMessageContaining("is in use by process " + killed.pid());

        killed.destroyForcibly().waitFor();
        assertThat(postgres.isAlive() && redis.isAlive()).isTrue();

        try (Embedded second = Embedded.start(Servers.durable(data))) {
            assertThat(postgres.isAlive() || redis.isAlive()).isFalse();
            assertNoteIsKept(second);
        }
    }

    @Test
    void killedServersComeBackByThemselvesWithTheirData() throws Exception {
        try (Embedded embedded = Embedded.start(Servers.durable(data))) {
            Servers.execute(embedded, "CREATE TABLE note AS SELECT 'kept' AS text");
            Servers.redis(embedded.redisUrl(), Servers.login(embedded), "SET note kept");
            ProcessHandle postgres = server("postgres/postmaster.pid");
            ProcessHandle redis = server("redis/redis.pid");
            String connection = embedded.jdbcUrl("rules_db");

            kill(postgres);
            kill(redis);
            Await.until(() -> answers(embedded));

            assertNoteIsKept(embedded);
            assertThat(embedded.jdbcUrl("rules_db")).isEqualTo(connection);
        }
    }

    @Test
    void aStrangersProcessNumberInAPidFileIsLeftAlone() throws Exception {
        Embedded.start(Servers.durable(data).notDurable()).close();
        String us = Long.toString(ProcessHandle.current().pid());
        Files.writeString(data.resolve("redis/redis.pid"), us);
        Files.writeString(data.resolve("postgres/postmaster.pid"), us);

        try (Embedded second = Embedded.start(Servers.durable(data).notDurable())) {
            second.check();
        }
    }

    private static void assertNoteIsKept(Embedded embedded) throws Exception {
        assertThat(Servers.query(embedded, "SELECT text FROM note")).isEqualTo("kept");
        assertThat(Servers.redis(embedded.redisUrl(), Servers.login(embedded), "GET note"))
                .contains("kept");
    }

    private Process startHolder() throws IOException {
        Process holder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Holder.class.getName(),
                                data.toString())
                        .redirectErrorStream(true)
                        .start();
        BufferedReader output = holder.inputReader();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.equals("ready")) {
                return holder;
            }
        }
        throw new AssertionError("the child ended with " + holder.onExit().join().exitValue());
    }

    private static boolean answers(Embedded embedded) {
        try {
            embedded.check();
            return Servers.query(embedded, "SELECT 1").equals("1")
                    && Servers.redis(embedded.redisUrl(), Servers.login(embedded), "PING")
                            .contains("+PONG");
        } catch (EmbeddedException | SQLException | IOException e) {
            return false;
        }
    }

    private ProcessHandle server(String pidFile) throws IOException {
        return ProcessHandle.of(Servers.pid(data.resolve(pidFile))).orElseThrow();
    }

    private static void kill(ProcessHandle process) throws Exception {
        process.destroyForcibly();
        process.onExit().get(10, TimeUnit.SECONDS);
    }
}
