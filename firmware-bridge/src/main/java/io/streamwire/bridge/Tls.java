package io.streamwire.bridge;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** TLS to the broker, with the certificate authority of the hub alone when one is given. */
final class Tls {

    private Tls() {}

    /**
     * @param ca PEM; null for what this machine trusts
     * @throws IllegalArgumentException with one line when it cannot be read
     */
    static SSLSocketFactory sockets(@Nullable Path ca) {
        try {
            if (ca == null) {
                return new Prompt(SSLContext.getDefault().getSocketFactory());
            }
            var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            try (var pem = Files.newInputStream(ca)) {
                var count = 0;
                for (var certificate :
                        CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                    trusted.setCertificateEntry("ca" + count++, certificate);
                }
                if (count == 0) {
                    throw new CertificateException("no certificate in it");
                }
            }
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return new Prompt(context.getSocketFactory());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "mqtt.ca cannot be used: %s: %s".formatted(ca, e.getMessage()), e);
        }
    }

    /** Sends at once; see {@link PromptSockets}. */
    private static final class Prompt extends SSLSocketFactory {
        private final SSLSocketFactory plain;

        Prompt(SSLSocketFactory plain) {
            this.plain = plain;
        }

        private static Socket prompt(Socket socket) throws IOException {
            socket.setTcpNoDelay(true);
            return socket;
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return plain.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return plain.getSupportedCipherSuites();
        }

        @Override
        public Socket createSocket() throws IOException {
            return prompt(plain.createSocket());
        }

        @Override
        public Socket createSocket(Socket socket, String host, int port, boolean close)
                throws IOException {
            return prompt(plain.createSocket(socket, host, port, close));
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return prompt(plain.createSocket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress from, int fromPort)
                throws IOException {
            return prompt(plain.createSocket(host, port, from, fromPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return prompt(plain.createSocket(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
                throws IOException {
            return prompt(plain.createSocket(host, port, from, fromPort));
        }
    }
}
