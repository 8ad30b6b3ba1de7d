package io.streamwire.rules;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs messages as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> says: {@code
 * v1,} and the Base64 of HMAC-SHA256 over {@code id.timestamp.body}.
 */
final class WebhookSignature {

    /** The headers of a message. */
    static final String ID = "webhook-id";

    static final String TIMESTAMP = "webhook-timestamp";
    static final String SIGNATURE = "webhook-signature";

    /** How far the time of a message may be off, either way. */
    static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final String SECRET_PREFIX = "whsec_";
    private static final int SECRET_LENGTH = 32; // bytes
    private static final int LONGEST_HEADER = 1_000; // characters
    private static final String VERSION = "v1,";
    private static final String ALGORITHM = "HmacSHA256";
    private static final Pattern ID_FORMAT = Pattern.compile("[\\x21-\\x7e&&[^.]]{1,200}");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,12}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final SecretKeySpec key;

    private WebhookSignature(SecretKeySpec key) {
        this.key = key;
    }

    /**
     * With a secret.
     *
     * @param secret {@code whsec_} and Base64
     * @throws IllegalArgumentException when it is none
     */
    static WebhookSignature of(String secret) {
        if (!secret.startsWith(SECRET_PREFIX)) {
            throw new IllegalArgumentException("a secret begins with " + SECRET_PREFIX);
        }
        var bytes = Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length()));
        return new WebhookSignature(new SecretKeySpec(bytes, ALGORITHM));
    }

    /** A new secret, {@code whsec_} and Base64. */
    static String newSecret() {
        var bytes = new byte[SECRET_LENGTH];
        RANDOM.nextBytes(bytes);
        return SECRET_PREFIX + Base64.getEncoder().encodeToString(bytes);
    }

    /** What the header {@value #SIGNATURE} says. */
    String sign(String id, long seconds, byte[] body) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((id + '.' + seconds + '.').getBytes(StandardCharsets.UTF_8));
            return VERSION + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA256", e);
        }
    }

    /** What came of a check. */
    enum Verdict {
        GOOD,
        /** A header is missing or is not what it must be. */
        UNSIGNED,
        /** The time is more than {@link #TOLERANCE} off. */
        OLD,
        /** Another secret, or something was changed. */
        WRONG
    }

    /**
     * Checks the headers of a message; takes the same time wherever a signature is wrong.
     *
     * @param signatures one or more, with spaces between them: one must be good
     */
    Verdict check(String id, String timestamp, String signatures, byte[] body, Instant now) {
        if (!ID_FORMAT.matcher(id).matches()
                || !SECONDS.matcher(timestamp).matches()
                || signatures.length() > LONGEST_HEADER) {
            return Verdict.UNSIGNED;
        }
        var seconds = Long.parseLong(timestamp);
        var good = sign(id, seconds, body).getBytes(StandardCharsets.UTF_8);
        var found =
                Arrays.stream(signatures.split(" ", -1))
                        .map(given -> given.getBytes(StandardCharsets.UTF_8))
                        .filter(given -> MessageDigest.isEqual(good, given))
                        .count();
        if (found == 0) {
            return signatures.startsWith("v") ? Verdict.WRONG : Verdict.UNSIGNED;
        }
        var off = Math.abs(now.getEpochSecond() - seconds);
        return off > TOLERANCE.toSeconds() ? Verdict.OLD : Verdict.GOOD;
    }
}
