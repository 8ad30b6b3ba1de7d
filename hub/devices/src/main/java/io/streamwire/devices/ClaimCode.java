package io.streamwire.devices;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The short code of a claim, for people to type: 40 bits in Crockford's Base 32. */
final class ClaimCode {

    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 8;

    private ClaimCode() {}

    /** A new one, like {@code 7KQ2-M0XD}. */
    static String random(RandomGenerator random) {
        var code = new StringBuilder(LENGTH + 1);
        for (int i = 0; i < LENGTH; i++) {
            if (i == LENGTH / 2) {
                code.append('-');
            }
            code.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        return code.toString();
    }

    /** What was meant: case, dashes and blanks do not matter, O is 0, I and L are 1. */
    static String meant(String typed) {
        return typed.toUpperCase(Locale.ROOT)
                .replaceAll("[\\s-]", "")
                .replace('O', '0')
                .replace('I', '1')
                .replace('L', '1');
    }

    /** What is kept of a code: so short a one needs a key, or its hash could be tried out. */
    static String hash(String code, String key) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            var bytes = ("claim code " + key).getBytes(StandardCharsets.UTF_8);
            mac.init(new SecretKeySpec(bytes, "HmacSHA256"));
            return HexFormat.of()
                    .formatHex(mac.doFinal(meant(code).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}
