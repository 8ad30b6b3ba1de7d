package io.streamwire.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The program in front of the hub takes the configuration that we ship for it, and serves by it: on
 * other ports, and with a name server that knows where the gateway is.
 */
class ProxyTest {

    private static final Path COMPOSE = ComposeFiles.DIRECTORY;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final InetAddress HERE = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress THERE = InetAddress.ofLiteral("127.0.0.2");
    private static final InetAddress NOWHERE = InetAddress.ofLiteral("127.0.0.3");

    private static final String TICKET = "0123456789abcdef";

    @TempDir private Path directory;

    private NameServer names;
    private StandInGateway here;
    private StandInGateway there;
    private int port;
    private Path configuration;
    private SSLSocketFactory sockets;
    private Process nginx;

    @BeforeEach
    void start() throws Exception {
        names = NameServer.start(HERE);
        here = StandInGateway.start("here", HERE, 0);
        there = StandInGateway.start("there", THERE, here.port());
        port = freePort();
        sockets = trusting(certificate());
        configuration = configuration(freePort());
        nginx =
                new ProcessBuilder("nginx", "-c", configuration.toString(), "-g", "daemon off;")
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.appendTo(log().toFile()))
                        .start();
        Wait.until(PATIENCE, "nginx listens", this::listens);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, HERE)) {
            return socket.getLocalPort();
        }
    }

    private Path certificate() throws Exception {
        var certificate = directory.resolve("certificate.pem");
        run(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "1",
                "-subj",
                "/CN=streamwire.example",
                "-keyout",
                key().toString(),
                "-out",
                certificate.toString());
        return certificate;
    }

    private Path key() {
        return directory.resolve("key.pem");
    }

    private Path log() {
        return directory.resolve("nginx.log");
    }

    private static SSLSocketFactory trusting(Path certificate) throws Exception {
        var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (var pem = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "proxy", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context.getSocketFactory();
    }

    private Path configuration(int httpPort) throws IOException {
        Files.writeString(
                directory.resolve("resolver.conf"),
                Files.readString(COMPOSE.resolve("nginx/resolver.conf.template"))
                        .replace("${NGINX_LOCAL_RESOLVERS}", "127.0.0.1:" + names.port()));
        var shipped = Files.readString(COMPOSE.resolve("nginx/nginx.conf"));
        assertThat(shipped).contains("ssl_protocols TLSv1.3;", "set $gateway gateway:8000;");
        return Files.writeString(
                directory.resolve("nginx.conf"),
                shipped.replace("/tmp/", directory + "/")
                        .replace("/run/secrets/tls_certificate", directory + "/certificate.pem")
                        .replace("/run/secrets/tls_key", key().toString())
                        .replace("gateway:8000;", "gateway:" + here.port() + ";")
                        .replace("8443 ssl", port + " ssl")
                        .replace("8080;", httpPort + ";"));
    }

    private boolean listens() {
        try (var socket = new Socket(HERE, port)) {
            return socket.isConnected();
        } catch (IOException e) {
            assertThat(nginx.isAlive()).as(log().toString()).isTrue();
            return false;
        }
    }

    @AfterEach
    void stop() throws Exception {
        nginx.destroy();
        nginx.waitFor();
        here.close();
        there.close();
        names.close();
    }

    @Test
    void nginxTakesItsConfiguration() throws Exception {
        var said = run("nginx", "-t", "-c", configuration.toString());

        assertThat(said).contains("test is successful");
    }

    @Test
    void requestsPassAndNobodyClaimsToBeAnotherAddress() throws IOException {
        assertThat(answer("/api/v1/rules?limit=1"))
                .startsWith("HTTP/1.1 200 ")
                .contains("GET /api/v1/rules?limit=1 HTTP/1.1\r\n")
                .contains("Host: hub.example\r\n")
                .contains("X-Forwarded-For: 127.0.0.1\r\n")
                .contains("X-Forwarded-Proto: https\r\n")
                .doesNotContain("203.0.113.9");
    }

    @Test
    void whatIsNotForStrangersStaysInside() throws IOException {
        assertThat(answer("/metrics")).startsWith("HTTP/1.1 404 ");
        assertThat(answer("/internal/exchange")).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void anEventPassesWhenItHappens() throws IOException {
        try (var socket = connect()) {
            ask(socket, "/events", "keep-alive");

            assertThat(StandInGateway.readTo(socket.getInputStream(), "data: here\n\n"))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("data: here\n\n");
        }
    }

    @Test
    void aWebSocketPassesBothWays() throws IOException {
        try (var socket = connect()) {
            ask(socket, "/api/v1/live", "Upgrade\r\nUpgrade: websocket");
            var head = StandInGateway.readTo(socket.getInputStream(), "\r\n\r\n");
            socket.getOutputStream().write(bytes("a frame."));

            assertThat(head).startsWith("HTTP/1.1 101 ");
            assertThat(StandInGateway.readTo(socket.getInputStream(), ".")).isEqualTo("a frame.");
        }
    }

    @Test
    void aGatewayThatComesBackElsewhereIsFound() throws IOException {
        assertThat(answer("/")).contains("by here\n");

        here.close();
        names.answer(THERE);

        Wait.until(
                PATIENCE,
                "the gateway at its other address answers",
                () -> answer("/").contains("by there\n"));
    }

    @Test
    void noTicketIsLogged() throws IOException {
        names.answer(NOWHERE);
        int requests = 500;

        String answers;
        try (var socket = connect()) {
            for (int n = 1; n <= requests; n++) {
                var connection = n < requests ? "keep-alive" : "close";
                ask(socket, "/api/v1/live?ticket=" + TICKET, connection);
            }
            answers = text(socket.getInputStream());
        }

        assertThat(answers).contains("HTTP/1.1 502 ", "HTTP/1.1 429 ");
        Wait.until(
                PATIENCE,
                "every request is in the log",
                () -> Files.readString(log()).split("/api/v1/live", -1).length > requests);
        assertThat(Files.readString(log()))
                .contains("\"status\":502", "\"status\":429")
                .doesNotContain(TICKET);
    }

    /** The whole answer to a request, its head first. */
    private String answer(String target) throws IOException {
        try (var socket = connect()) {
            ask(socket, target, "close");
            return text(socket.getInputStream());
        }
    }

    private Socket connect() throws IOException {
        var socket = sockets.createSocket(HERE, port);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private static void ask(Socket socket, String target, String connection) throws IOException {
        socket.getOutputStream()
                .write(
                        bytes(
                                """
                                GET %s HTTP/1.1\r
                                Host: hub.example\r
                                X-Forwarded-For: 203.0.113.9\r
                                Connection: %s\r
                                \r
                                """
                                        .formatted(target, connection)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String text(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }

    private static String run(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command[0], said).isZero();
        return said;
    }
}
