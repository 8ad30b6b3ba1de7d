package io.streamwire.broker;

import io.streamwire.broker.BrokerSettings.Tls;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.lang.System.Logger.Level;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The certificate of the TLS listener: a given one, or one of a CA that is made at the first start.
 * HiveMQ reads the key store again when it changes. Guarded by its own lock.
 */
final class Certificates implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Certificates.class.getName());

    private static final Duration CA_LIFE = Duration.ofDays(3_650);
    private static final Duration LIFE = Duration.ofDays(397);
    private static final Duration RENEW_BEFORE = Duration.ofDays(30);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration WARN_AGAIN = Duration.ofDays(1);
    private static final int PASSWORD_BYTES = 24;
    private static final int PEM_LINE = 64;
    private static final String CA_NAME = "CN=Streamwire CA";

    private final SecureRandom random = new SecureRandom();
    private final Tls tls;
    private final Path keystore;
    private final InstantSource clock;
    private final String password;
    private final Thread watcher = Thread.ofVirtual().name("broker-tls").unstarted(this::watch);
    private @Nullable X509Certificate current;
    private String given = "";
    private Instant warnAgainAt = Instant.MIN;

    private record Identity(PrivateKey key, List<X509Certificate> chain) {}

    private Certificates(Tls tls, Path keystore, InstantSource clock) {
        this.tls = tls;
        this.keystore = keystore;
        this.clock = clock;
        var bytes = new byte[PASSWORD_BYTES];
        random.nextBytes(bytes);
        this.password = HexFormat.of().formatHex(bytes);
    }

    /**
     * Reads or makes the certificate.
     *
     * @throws IOException when a file cannot be read or written
     * @throws GeneralSecurityException when a file is no certificate or key
     */
    static Certificates prepare(Tls tls, Path keystore, InstantSource clock)
            throws IOException, GeneralSecurityException {
        var certificates = new Certificates(tls, keystore, clock);
        certificates.look();
        return certificates;
    }

    void start() {
        watcher.start();
    }

    Path keystore() {
        return keystore;
    }

    String password() {
        return password;
    }

    /** When the listener's certificate ends. */
    synchronized Instant expires() {
        return current == null ? Instant.MIN : current.getNotAfter().toInstant();
    }

    /** The CA's certificate, PEM; null when the listener's certificate is not of this CA. */
    byte @Nullable [] ca() throws IOException {
        return tls.certificate() == null ? Files.readAllBytes(file("ca.pem")) : null;
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(LOOK);
                try {
                    look();
                } catch (IOException | GeneralSecurityException | RuntimeException e) {
                    if (!clock.instant().isBefore(warnAgainAt)) {
                        warnAgainAt = clock.instant().plus(WARN_AGAIN);
                        LOG.log(Level.WARNING, "tls certificate=kept reason=" + e.getMessage(), e);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes in a certificate that was changed, renews one of our own that ends soon. */
    synchronized void look() throws IOException, GeneralSecurityException {
        var now = clock.instant();
        var certificate = tls.certificate();
        var key = tls.key();
        if (certificate == null || key == null) {
            if (current == null || endsSoon(current, now)) {
                use(own(now));
            }
            return;
        }
        var stamp =
                Files.getLastModifiedTime(certificate)
                        + " "
                        + Files.getLastModifiedTime(key)
                        + " "
                        + Files.size(certificate);
        if (!stamp.equals(given)) {
            use(new Identity(privateKey(key), chain(certificate)));
            given = stamp;
            warnAgainAt = Instant.MIN;
        }
        if (current != null && endsSoon(current, now) && !now.isBefore(warnAgainAt)) {
            warnAgainAt = now.plus(WARN_AGAIN);
            LOG.log(Level.WARNING, "tls certificate=ends_soon expires={0}", expires());
        }
    }

    private static boolean endsSoon(X509Certificate certificate, Instant now) {
        return now.plus(RENEW_BEFORE).isAfter(certificate.getNotAfter().toInstant());
    }

    private void use(Identity identity) throws IOException, GeneralSecurityException {
        var leaf = identity.chain().getFirst();
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "broker",
                identity.key(),
                password.toCharArray(),
                identity.chain().toArray(Certificate[]::new));
        var bytes = new ByteArrayOutputStream();
        store.store(bytes, password.toCharArray());
        write(keystore, bytes.toByteArray(), "rw-------");
        current = leaf;
        LOG.log(Level.INFO, "tls certificate=loaded expires={0}", expires());
    }

    /** The certificate of our CA: the one at hand when it is still good, else a new one. */
    private Identity own(Instant now) throws IOException, GeneralSecurityException {
        Files.createDirectories(tls.directory());
        if (!Files.exists(file("ca.pem")) || !Files.exists(file("ca.key"))) {
            var keys = keys();
            var ca = sign(CA_NAME, keys, CA_NAME, keys, now, CA_LIFE, null);
            write(file("ca.key"), pem("PRIVATE KEY", keys.getPrivate().getEncoded()), "rw-------");
            write(file("ca.pem"), pem("CERTIFICATE", ca.getEncoded()), "rw-r--r--");
        }
        var ca = chain(file("ca.pem")).getFirst();
        var names = names();
        if (Files.exists(file("server.pem")) && Files.exists(file("server.key"))) {
            var server = chain(file("server.pem")).getFirst();
            if (!endsSoon(server, now)
                    && names(server).containsAll(names)
                    && server.getIssuerX500Principal().equals(ca.getSubjectX500Principal())) {
                return new Identity(privateKey(file("server.key")), List.of(server, ca));
            }
        }
        var keys = keys();
        var caKeys = new KeyPair(ca.getPublicKey(), privateKey(file("ca.key")));
        var server = sign("CN=Streamwire broker", keys, CA_NAME, caKeys, now, LIFE, names);
        write(file("server.key"), pem("PRIVATE KEY", keys.getPrivate().getEncoded()), "rw-------");
        write(file("server.pem"), pem("CERTIFICATE", server.getEncoded()), "rw-r--r--");
        return new Identity(keys.getPrivate(), List.of(server, ca));
    }

    private Path file(String name) {
        return tls.directory().resolve(name);
    }

    private KeyPair keys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    /**
     * @param names of a server; null makes a CA
     */
    private X509Certificate sign(
            String subject,
            KeyPair keys,
            String issuer,
            KeyPair issuerKeys,
            Instant now,
            Duration life,
            @Nullable Set<String> names)
            throws IOException, GeneralSecurityException {
        var builder =
                new JcaX509v3CertificateBuilder(
                        new X500Name(issuer),
                        new BigInteger(127, random),
                        Date.from(now.minus(Duration.ofHours(1))),
                        Date.from(now.plus(life)),
                        new X500Name(subject),
                        keys.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(names == null));
        if (names == null) {
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        } else {
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(
                            names.stream()
                                    .map(Certificates::generalName)
                                    .toArray(GeneralName[]::new)));
        }
        try {
            var signer =
                    new JcaContentSignerBuilder("SHA256withECDSA").build(issuerKeys.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static GeneralName generalName(String name) {
        if (!name.contains(":") && !name.matches("[0-9]+([.][0-9]+){3}")) {
            return new GeneralName(GeneralName.dNSName, name);
        }
        try {
            var address = InetAddress.getByName(name).getAddress(); // a literal: nobody is asked
            return new GeneralName(GeneralName.iPAddress, new DEROctetString(address));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an address: " + name, e);
        }
    }

    /** By which names and addresses boards may reach this machine. */
    private Set<String> names() throws IOException {
        var names = new TreeSet<>(tls.names());
        names.add("localhost");
        names.add("127.0.0.1");
        names.add("0:0:0:0:0:0:0:1");
        names.add(InetAddress.getLocalHost().getHostName());
        NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .forEach(address -> names.add(address.getHostAddress().replaceFirst("%.*", "")));
        return names;
    }

    private static Set<String> names(X509Certificate certificate) throws GeneralSecurityException {
        var names = certificate.getSubjectAlternativeNames();
        return names == null
                ? Set.of()
                : names.stream()
                        .map(entry -> String.valueOf(entry.get(1)))
                        .collect(Collectors.toUnmodifiableSet());
    }

    private static List<X509Certificate> chain(Path file)
            throws IOException, GeneralSecurityException {
        var chain =
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
                        .stream()
                        .map(X509Certificate.class::cast)
                        .toList();
        if (chain.isEmpty()) {
            throw new GeneralSecurityException("no certificate in " + file);
        }
        return chain;
    }

    private static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        try (var parser = new PEMParser(new StringReader(Files.readString(file)))) {
            for (var found = parser.readObject(); found != null; found = parser.readObject()) {
                if (found instanceof PEMKeyPair pair) {
                    return new JcaPEMKeyConverter().getKeyPair(pair).getPrivate();
                }
                if (found instanceof PrivateKeyInfo key) {
                    return new JcaPEMKeyConverter().getPrivateKey(key);
                }
            }
        }
        throw new GeneralSecurityException("no unencrypted private key in " + file);
    }

    private static byte[] pem(String type, byte[] content) {
        var lines = Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n"
                .formatted(type, lines)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Never leaves half a file, nor a key that others may read. */
    static void write(Path file, byte[] content, String permissions) throws IOException {
        var fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Files.createFile(
                fresh,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
        Files.write(fresh, content);
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
