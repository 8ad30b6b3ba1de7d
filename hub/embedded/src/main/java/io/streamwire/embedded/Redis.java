package io.streamwire.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** Redis with an append-only file. */
final class Redis implements Server.Program {

    private static final int ANSWER_MILLIS = 1_000;

    private final Path program;
    private final Path data;
    private final Path log;
    private final String password;
    private final EmbeddedSettings settings;

    private Redis(DataDirectory directory, EmbeddedSettings settings, Path program) {
        this.program = program;
        this.data = directory.directory("redis");
        this.log = directory.path().resolve("redis.log");
        this.password = directory.secret("redis");
        this.settings = settings;
    }

    /** Stops what a killed run left, and starts. */
    static Server start(DataDirectory directory, EmbeddedSettings settings, Path program) {
        Redis redis = new Redis(directory, settings, program);
        ServerProcess.stopOrphan(
                redis.name(),
                redis.data.resolve("redis.pid"),
                "redis-server",
                redis.configuration(),
                redis.stopSignal(),
                redis.strongerSignal());
        return Server.start(redis, settings.ports().redis());
    }

    @Override
    public String name() {
        return "Redis";
    }

    @Override
    public String portSetting() {
        return "embedded.redis-port";
    }

    @Override
    public Path log() {
        return log;
    }

    @Override
    public String stopSignal() {
        return "TERM";
    }

    @Override
    public String strongerSignal() {
        return "TERM";
    }

    @Override
    public boolean mayPass(String lastWords) {
        return false;
    }

    @Override
    public String explain(String lastWords) {
        if (lastWords.contains("libssl") || lastWords.contains("libcrypto")) {
            return "Redis needs OpenSSL 3 (libssl.so.3); on Debian and Ubuntu:"
                    + " apt-get install libssl3";
        }
        return "Redis does not start: %s (see %s)".formatted(lastWords, log);
    }

    @Override
    public List<String> command(int port) {
        configure(port);
        return List.of(program.toString(), configuration().toString());
    }

    private Path configuration() {
        return data.resolve("redis.conf");
    }

    /** A file and not arguments, because every user of the machine can read arguments. */
    private void configure(int port) {
        Path file = configuration();
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
                auto-aof-rewrite-min-size 512mb
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
    @Override
    public boolean answers(int port) {
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
}
