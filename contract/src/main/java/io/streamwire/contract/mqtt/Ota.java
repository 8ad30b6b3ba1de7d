package io.streamwire.contract.mqtt;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/**
 * {@code down/ota}, never retained: a firmware that a board shall install. The Ed25519 signature
 * (RFC 8032) is over the UTF-8 text of five lines, each ended by a line feed, so that an image
 * cannot be passed off as another version or for another board:
 *
 * <pre>
 * streamwire-firmware-1
 * {board}
 * {version}
 * {size in bytes, decimal}
 * {SHA-256 of the image, 64 hex digits in lower case}
 * </pre>
 *
 * @param url where to get it, with {@code Authorization: Bearer {agent token}}
 * @param sha256 of the image, hex
 * @param signature base64, 64 bytes
 * @param key id of the public key: the first 16 hex digits of the SHA-256 of its 32 bytes
 * @param board board type that it is for
 * @param version {@link FirmwareVersion}
 * @param size of the image, bytes
 */
public record Ota(
        String url,
        String sha256,
        String signature,
        String key,
        String board,
        String version,
        long size) {

    /** Bytes of an Ed25519 public key. */
    public static final int KEY_BYTES = 32;

    /** Bytes of an Ed25519 signature. */
    public static final int SIGNATURE_BYTES = 64;

    private static final String FIRST_LINE = "streamwire-firmware-1";
    private static final int KEY_ID_DIGITS = 16;

    /** What an X.509 SubjectPublicKeyInfo of an Ed25519 key begins with. */
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    /** What is signed. */
    public static byte[] signed(String board, String version, long size, String sha256) {
        return "%s\n%s\n%s\n%d\n%s\n"
                .formatted(FIRST_LINE, board, version, size, sha256)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Whether the signature was made with the private key of this public key, of 32 bytes. */
    public boolean isSignedBy(byte[] publicKey) {
        try {
            var verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(
                    KeyFactory.getInstance("Ed25519")
                            .generatePublic(new X509EncodedKeySpec(x509(publicKey))));
            verifier.update(signed(board, version, size, sha256));
            return verifier.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    /** The id of a public key of 32 bytes. */
    public static String keyId(byte[] publicKey) {
        return HexFormat.of().formatHex(newSha256().digest(publicKey)).substring(0, KEY_ID_DIGITS);
    }

    /** A new SHA-256. */
    public static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The same key as an X.509 SubjectPublicKeyInfo, DER. */
    public static byte[] x509(byte[] publicKey) {
        if (publicKey.length != KEY_BYTES) {
            throw new IllegalArgumentException("not 32 bytes: " + publicKey.length);
        }
        var encoded = new byte[X509_PREFIX.length + KEY_BYTES];
        System.arraycopy(X509_PREFIX, 0, encoded, 0, X509_PREFIX.length);
        System.arraycopy(publicKey, 0, encoded, X509_PREFIX.length, KEY_BYTES);
        return encoded;
    }
}
