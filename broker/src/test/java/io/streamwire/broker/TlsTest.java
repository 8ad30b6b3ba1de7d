package io.streamwire.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {

    @TempDir private Path directory;

    @Test
    void boardsThatTrustItsCaConnectOverTlsAndOverWebSocket()
            throws IOException, InterruptedException, GeneralSecurityException {
        var tls = directory.resolve("tls");
        var settings =
                settings(new BrokerSettings.Tls(freePort(), tls, List.of("hub.local"), null, null));
        try (var fixture = new Fixture(settings);
                var http = HttpClient.newHttpClient()) {
            var ca =
                    http.send(
                                    HttpRequest.newBuilder(
                                                    URI.create(
                                                            "http://127.0.0.1:"
                                                                    + fixture.broker.httpPort()
                                                                    + "/ca.pem"))
                                            .build(),
                                    BodyHandlers.ofByteArray())
                            .body();
            assertThat(ca).isEqualTo(Files.readAllBytes(tls.resolve("ca.pem")));

            var board = client(fixture, settings.tls().port(), trust(ca));
            connect(board, fixture);
            board.disconnect();
            assertThatThrownBy(() -> client(fixture, settings.tls().port(), null).connect())
                    .isInstanceOf(Exception.class);

            var browser =
                    MqttClient.builder()
                            .useMqttVersion5()
                            .identifier(fixture.device.toString())
                            .serverHost(BrokerSettings.LOOPBACK)
                            .serverPort(settings.wsPort())
                            .webSocketConfig()
                            .serverPath("mqtt")
                            .applyWebSocketConfig()
                            .buildBlocking();
            connect(browser, fixture);
            browser.disconnect();
            for (var secret : List.of(tls.resolve("ca.key"), tls.resolve("server.key"))) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret)))
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void aChangedCertificateIsTakenInWhileConnectionsGoOn()
            throws IOException, InterruptedException, GeneralSecurityException {
        var first = certificate("first");
        var second = certificate("second");
        var given = Files.createDirectories(directory.resolve("given"));
        copy(first, given);
        var settings =
                settings(
                        new BrokerSettings.Tls(
                                freePort(),
                                directory.resolve("tls"),
                                List.of(),
                                given.resolve("server.pem"),
                                given.resolve("server.key")));
        try (var fixture = new Fixture(settings)) {
            var port = settings.tls().port();
            var board = client(fixture, port, trust(Files.readAllBytes(first.resolve("ca.pem"))));
            connect(board, fixture);
            assertThat(served(port)).isEqualTo(x509(first.resolve("server.pem")));

            copy(second, given);

            var expected = x509(second.resolve("server.pem"));
            var end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (!served(port).equals(expected)) {
                assertThat(System.nanoTime()).isLessThan(end);
                Thread.sleep(200);
            }
            assertThat(board.getState().isConnected()).isTrue();
            board.disconnect();
        }
    }

    @Test
    void itsOwnCertificateIsRenewedBeforeItEndsAndTheCaStays()
            throws IOException, GeneralSecurityException {
        var tls = new BrokerSettings.Tls(1, directory.resolve("tls"), List.of(), null, null);
        var clock =
                new Object() {
                    Instant now = Instant.now();
                };
        InstantSource source = () -> clock.now;
        try (var certificates = Certificates.prepare(tls, directory.resolve("tls.p12"), source)) {
            var ca = certificates.ca();
            var ends = certificates.expires();

            certificates.look();
            assertThat(certificates.expires()).isEqualTo(ends);
            clock.now = ends.minus(Duration.ofDays(29));
            certificates.look();

            assertThat(certificates.expires()).isAfter(ends.plus(Duration.ofDays(300)));
            assertThat(certificates.ca()).isEqualTo(ca);
        }
    }

    private BrokerSettings settings(BrokerSettings.Tls tls) throws IOException {
        return new BrokerSettings(
                BrokerSettings.LOOPBACK,
                0,
                tls,
                freePort(),
                0,
                directory.resolve("broker"),
                Fixture.HUB_PASSWORD,
                Fixture.SECRET,
                BrokerSettings.Limits.STANDARD);
    }

    /** A directory with a certificate of a CA of its own. */
    private Path certificate(String name) throws IOException, GeneralSecurityException {
        var made = directory.resolve(name);
        var tls = new BrokerSettings.Tls(1, made, List.of(), null, null);
        Certificates.prepare(tls, directory.resolve(name + ".p12"), InstantSource.system()).close();
        return made;
    }

    private static void copy(Path from, Path to) throws IOException {
        for (var name : List.of("server.pem", "server.key")) {
            Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static X509Certificate x509(Path file) throws IOException, GeneralSecurityException {
        try (var in = Files.newInputStream(file)) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private static TrustManagerFactory trust(byte[] ca)
            throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry(
                "ca",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(ca)));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        return trust;
    }

    /** What the listener shows to anybody. */
    private X509Certificate served(int port) throws IOException, GeneralSecurityException {
        var context = SSLContext.getInstance("TLS");
        var factory =
                trustEither(directory.resolve("first/ca.pem"), directory.resolve("second/ca.pem"));
        context.init(null, factory.getTrustManagers(), null);
        try (var socket =
                (SSLSocket)
                        context.getSocketFactory().createSocket(BrokerSettings.LOOPBACK, port)) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private static TrustManagerFactory trustEither(Path one, Path other)
            throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("one", x509(one));
        store.setCertificateEntry("other", x509(other));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        return trust;
    }

    private static Mqtt5BlockingClient client(
            Fixture fixture, int port, @Nullable TrustManagerFactory trust) {
        return MqttClient.builder()
                .useMqttVersion5()
                .identifier(fixture.device.toString())
                .serverHost("localhost")
                .serverPort(port)
                .sslConfig()
                .trustManagerFactory(trust)
                .applySslConfig()
                .buildBlocking();
    }

    private static void connect(Mqtt5BlockingClient client, Fixture fixture) {
        client.connectWith()
                .simpleAuth()
                .username(fixture.device.toString())
                .password(Fixture.bytes("token-1"))
                .applySimpleAuth()
                .send();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
