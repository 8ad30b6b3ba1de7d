package io.streamwire.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A random secret that is shown once and kept as its hash.
 *
 * @param text the whole of it, with its prefix
 */
record Secret(String text) {

    private static final int LENGTH = 32; // bytes
    private static final SecureRandom RANDOM = new SecureRandom();

    /** A new one of 256 random bits, in base64url behind a prefix. */
    static Secret next(String prefix) {
        var bytes = new byte[LENGTH];
        RANDOM.nextBytes(bytes);
        return new Secret(prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** SHA-256 in hex: of 256 random bits a plain digest is enough. */
    String hash() {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Without the text, which no log may show. */
    @Override
    public String toString() {
        return "Secret";
    }
}
