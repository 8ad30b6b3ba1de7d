package io.streamwire.embedded;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** What the tests ask of running servers. */
final class Servers {

    private Servers() {}

    /** Durable settings whose programs are unpacked once for all tests of this machine. */
    static EmbeddedSettings durable(Path data) {
        return EmbeddedSettings.in(data).withPrograms(Embedded.sharedPrograms());
    }

    static Connection connect(Embedded embedded, String database) throws SQLException {
        return DriverManager.getConnection(
                embedded.jdbcUrl(database), embedded.databaseUser(), embedded.databasePassword());
    }

    static void execute(Embedded embedded, String sql) throws SQLException {
        try (Connection connection = connect(embedded, "rules_db");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String query(Embedded embedded, String sql) throws SQLException {
        try (Connection connection = connect(embedded, "rules_db");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** The raw answers to inline commands, in order. */
    static List<String> redis(URI url, String... commands) throws IOException {
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            String lines = String.join("\r\n", commands) + "\r\nQUIT\r\n";
            socket.getOutputStream().write(lines.getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readAllBytes();
            return new String(answer, StandardCharsets.US_ASCII).lines().toList();
        }
    }

    static String login(Embedded embedded) {
        return "AUTH " + embedded.redisUrl().getUserInfo().substring(1);
    }

    /** The number of a running server, from its pid file. */
    static long pid(Path pidFile) throws IOException {
        return Long.parseLong(Files.readAllLines(pidFile).getFirst().strip());
    }
}
