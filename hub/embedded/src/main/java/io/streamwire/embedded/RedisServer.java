package io.streamwire.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Redis on loopback with an append-only file. */
final class RedisServer implements AutoCloseable {

    static final String PORT_SETTING = "embedded.redis-port";

    private static final String NAME = "Redis";
    private static final int ATTEMPTS = 5;
    private static final int ANSWER_MILLIS = 1_000;

    private final ServerProcess process;
    private final int port;
    private final String password;

    private RedisServer(ServerProcess process, int port, String password) {
        this.process = process;
        this.port = port;
        this.password = password;
    }

    static RedisServer start(DataDirectory directory, EmbeddedSettings settings, Path program) {
        Path data = directory.directory("redis");
        Path configuration = data.resolve("redis.conf");
        Path log = directory.path().resolve("redis.log");
        ServerProcess.stopOrphan(
                NAME, data.resolve("redis.pid"), "redis-server", configuration, "TERM", "TERM");
        String password = directory.secret("redis");
        int wanted = settings.ports().redis();
        String failure = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ServerProcess.freePort(wanted, PORT_SETTING);
            configure(configuration, data, port, password, settings);
            ServerProcess process =
                    ServerProcess.spawn(
                            NAME, List.of(program.toString(), configuration.toString()), log);
            String lastWords = process.awaitReady(() -> answers(port, password));
            if (lastWords == null) {
                return new RedisServer(process, port, password);
            }
            failure = lastWords;
            if (wanted != 0 || !failure.contains("Address already in use")) {
                break;
            }
        }
        throw doesNotStart(failure, wanted, log);
    }

    private static EmbeddedException doesNotStart(String failure, int port, Path log) {
        if (failure.contains("Address already in use")) {
            return ServerProcess.portTaken(port, PORT_SETTING);
        }
        if (failure.contains("libssl") || failure.contains("libcrypto")) {
            return new EmbeddedException(
                    "Redis needs OpenSSL 3 (libssl.so.3); on Debian and Ubuntu:"
                            + " apt-get install libssl3");
        }
        return new EmbeddedException("Redis does not start: %s (see %s)".formatted(failure, log));
    }

    /** A file and not arguments, because every user of the machine can read arguments. */
    private static void configure(
            Path file, Path data, int port, String password, EmbeddedSettings settings) {
        String text =
                """
                bind 127.0.0.1
                port %d
                protected-mode yes
                requirepass %s
                dir %s
                pidfile %s
                daemonize no
                set-proc-title no
                loglevel warning
                appendonly yes
                appendfsync %s
                save ""
                maxmemory %d
                maxmemory-policy noeviction
                """
                        .formatted(
                                port,
                                password,
                                quoted(data),
                                quoted(data.resolve("redis.pid")),
                                settings.durable() ? "everysec" : "no",
                                settings.redisMaxMemory());
        try {
            Files.deleteIfExists(file);
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new EmbeddedException("cannot write " + file, e);
        }
    }

    private static String quoted(Path path) {
        return '"' + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** False while nothing listens or the data are still being read. */
    private static boolean answers(int port, String password) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), ANSWER_MILLIS);
            socket.setSoTimeout(ANSWER_MILLIS);
            String commands = "AUTH " + password + "\r\nPING\r\nQUIT\r\n";
            socket.getOutputStream().write(commands.getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readAllBytes();
            return new String(answer, StandardCharsets.US_ASCII).contains("+PONG");
        } catch (IOException e) {
            return false;
        }
    }

    URI url() {
        return URI.create("redis://:%s@127.0.0.1:%d".formatted(password, port));
    }

    int port() {
        return port;
    }

    boolean alive() {
        return process.alive();
    }

    @Override
    public void close() {
        process.stop("TERM", "TERM");
    }
}
