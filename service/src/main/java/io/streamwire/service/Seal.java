package io.streamwire.service;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * Keeps secrets in a database: AES-256-GCM with a key that is derived (HKDF) from {@code
 * service.secret}, the same for all instances of a service. Thread-safe.
 */
public final class Seal {

    private static final int NONCE_LENGTH = 12; // bytes
    private static final int TAG_LENGTH = 128; // bits

    private final SecureRandom random = new SecureRandom();

    /** The first one seals; any of them opens. */
    private final List<SecretKey> keys;

    /**
     * @param purpose what is sealed: each has a key of its own
     */
    public Seal(String secret, String purpose) {
        this(secret, Optional.empty(), purpose);
    }

    /**
     * @param former what {@code secret} was before
     * @param purpose what is sealed: each has a key of its own
     */
    public Seal(String secret, Optional<String> former, String purpose) {
        this.keys =
                Stream.concat(Stream.of(secret), former.stream())
                        .map(one -> key(one, purpose))
                        .toList();
    }

    private static SecretKey key(String secret, String purpose) {
        try {
            var derivation =
                    HKDFParameterSpec.ofExtract()
                            .addIKM(secret.getBytes(StandardCharsets.UTF_8))
                            .thenExpand(purpose.getBytes(StandardCharsets.UTF_8), 32);
            return KDF.getInstance("HKDF-SHA256").deriveKey("AES", derivation);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HKDF", e);
        }
    }

    /**
     * The secret as it may be stored.
     *
     * @param id of what has the secret: sealed for one, it is of no use to another
     */
    public String seal(String id, byte[] plain) {
        try {
            var nonce = new byte[NONCE_LENGTH];
            random.nextBytes(nonce);
            var sealed = cipher(Cipher.ENCRYPT_MODE, keys.getFirst(), id, nonce).doFinal(plain);
            return Base64.getEncoder()
                    .encodeToString(
                            ByteBuffer.allocate(nonce.length + sealed.length)
                                    .put(nonce)
                                    .put(sealed)
                                    .array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    /**
     * The secret again.
     *
     * @throws ConfigurationException when it was sealed with another secret, or for another id
     */
    public byte[] unseal(String id, String text) {
        return keys.stream()
                .flatMap(key -> unseal(key, id, text).stream())
                .findFirst()
                .orElseThrow(() ->
                        new ConfigurationException(
                                "service.secret is not the one that what is in the database was"
                                        + " encrypted with (environment SERVICE_SECRET)"));
    }

    /**
     * The same sealed anew, when that was done with the former secret.
     *
     * @throws ConfigurationException as {@link #unseal}
     */
    public Optional<String> renewed(String id, String text) {
        return unseal(keys.getFirst(), id, text).isPresent()
                ? Optional.empty()
                : Optional.of(seal(id, unseal(id, text)));
    }

    private static Optional<byte[]> unseal(SecretKey key, String id, String text) {
        try {
            var bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
            var nonce = new byte[NONCE_LENGTH];
            bytes.get(nonce);
            var sealed = new byte[bytes.remaining()];
            bytes.get(sealed);
            return Optional.of(cipher(Cipher.DECRYPT_MODE, key, id, nonce).doFinal(sealed));
        } catch (GeneralSecurityException | RuntimeException e) {
            return Optional.empty();
        }
    }

    private static Cipher cipher(int mode, SecretKey key, String id, byte[] nonce)
            throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_LENGTH, nonce));
        cipher.updateAAD(id.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
