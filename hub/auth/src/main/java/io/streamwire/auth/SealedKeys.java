package io.streamwire.auth;

import io.helidon.dbclient.DbTransaction;
import io.streamwire.contract.Ids;
import io.streamwire.service.Columns;
import io.streamwire.service.ConfigurationException;
import io.streamwire.service.Database;
import io.streamwire.service.SigningKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * The key that signs access tokens: made on the first start, kept in the database under AES-256-GCM
 * with a key that is derived from {@code service.secret}, the same for all instances.
 */
final class SealedKeys {

    private static final int NONCE_LENGTH = 12; // bytes
    private static final int TAG_LENGTH = 128; // bits
    private static final byte[] PURPOSE =
            "streamwire auth signing key".getBytes(StandardCharsets.UTF_8);

    private final SecretKey sealing;

    SealedKeys(String secret) {
        try {
            var derivation =
                    HKDFParameterSpec.ofExtract()
                            .addIKM(secret.getBytes(StandardCharsets.UTF_8))
                            .thenExpand(PURPOSE, 32);
            this.sealing = KDF.getInstance("HKDF-SHA256").deriveKey("AES", derivation);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HKDF", e);
        }
    }

    /**
     * The stored key, or a new one that is stored now.
     *
     * @throws ConfigurationException when the stored key was sealed with another secret
     */
    SigningKey open(Database database) {
        return database.transaction(transaction -> {
            transaction.createNamedDmlStatement("lock-signing-keys").execute();
            try (var rows = transaction.createNamedQuery("signing-keys").execute()) {
                var stored = rows.findFirst();
                if (stored.isPresent()) {
                    var id = Columns.text(stored.get(), "id");
                    var sealed = Columns.text(stored.get(), "private_key");
                    return SigningKey.of(id, unseal(id, sealed));
                }
            }
            return create(transaction);
        });
    }

    private SigningKey create(DbTransaction transaction) {
        var key = SigningKey.generate(Ids.next().toString());
        transaction
                .createNamedInsert("insert-signing-key")
                .addParam("id", key.id())
                .addParam("private_key", seal(key.id(), key.pkcs8()))
                .addParam("at", Columns.parameter(Instant.now()))
                .execute();
        return key;
    }

    String seal(String id, byte[] plain) {
        try {
            var nonce = new byte[NONCE_LENGTH];
            new SecureRandom().nextBytes(nonce);
            var sealed = cipher(Cipher.ENCRYPT_MODE, id, nonce).doFinal(plain);
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

    byte[] unseal(String id, String text) {
        try {
            var bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text));
            var nonce = new byte[NONCE_LENGTH];
            bytes.get(nonce);
            var sealed = new byte[bytes.remaining()];
            bytes.get(sealed);
            return cipher(Cipher.DECRYPT_MODE, id, nonce).doFinal(sealed);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new ConfigurationException(
                    "service.secret is not the one that the signing key in the database was"
                            + " encrypted with (environment SERVICE_SECRET)");
        }
    }

    private Cipher cipher(int mode, String id, byte[] nonce) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, sealing, new GCMParameterSpec(TAG_LENGTH, nonce));
        cipher.updateAAD(id.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
