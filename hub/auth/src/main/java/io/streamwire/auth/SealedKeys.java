package io.streamwire.auth;

import io.helidon.dbclient.DbTransaction;
import io.streamwire.contract.Ids;
import io.streamwire.service.Columns;
import io.streamwire.service.ConfigurationException;
import io.streamwire.service.Database;
import io.streamwire.service.Seal;
import io.streamwire.service.SigningKey;
import java.time.Instant;

/**
 * The key that signs access tokens: made on the first start, kept in the database under AES-256-GCM
 * with a key that is derived from {@code service.secret}, the same for all instances.
 */
final class SealedKeys {

    private final Seal seal;

    SealedKeys(String secret) {
        this.seal = new Seal(secret, "streamwire auth signing key");
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
                    return SigningKey.of(id, seal.unseal(id, sealed));
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
                .addParam("private_key", seal.seal(key.id(), key.pkcs8()))
                .addParam("at", Columns.parameter(Instant.now()))
                .execute();
        return key;
    }
}
