package io.streamwire.auth;

import io.helidon.dbclient.DbTransaction;
import io.streamwire.contract.Ids;
import io.streamwire.service.Columns;
import io.streamwire.service.ConfigurationException;
import io.streamwire.service.Database;
import io.streamwire.service.Seal;
import io.streamwire.service.SigningKey;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Optional;

/**
 * The key that signs access tokens: made on the first start, kept in the database under AES-256-GCM
 * with a key that is derived from {@code service.secret}, the same for all instances.
 */
final class SealedKeys {

    private static final Logger LOG = System.getLogger(SealedKeys.class.getName());

    private final Seal seal;

    /**
     * @param former what {@code service.secret} was before
     */
    SealedKeys(String secret, Optional<String> former) {
        this.seal = new Seal(secret, former, "streamwire auth signing key");
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
                    seal.renewed(id, sealed).ifPresent(fresh -> renew(transaction, id, fresh));
                    return SigningKey.of(id, seal.unseal(id, sealed));
                }
            }
            return create(transaction);
        });
    }

    private static void renew(DbTransaction transaction, String id, String sealed) {
        var _ =
                transaction
                        .createNamedUpdate("renew-signing-key")
                        .addParam("id", id)
                        .addParam("private_key", sealed)
                        .execute();
        LOG.log(Level.INFO, "signing_key={0} sealed=anew", id);
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
