package io.streamwire.rules;

import io.helidon.config.Config;
import io.helidon.dbclient.DbRow;
import io.streamwire.service.Columns;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import io.streamwire.service.Problem;
import io.streamwire.service.Seal;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;

/** What the secrets of webhooks are sealed with. */
final class Secrets {

    private static final Logger LOG = System.getLogger(Secrets.class.getName());

    private static final String SERVICE_SECRET = "service.secret";
    private static final String FORMER_SECRET = "service.former-secret";
    private static final int SHORTEST = 32;

    private Secrets() {}

    /** Derived from {@code service.secret}; empty when that is not set. */
    static Optional<Seal> seal(Config config) {
        if (Configuration.optional(config, SERVICE_SECRET).isEmpty()) {
            return Optional.empty();
        }
        var secret = Configuration.secret(config, SERVICE_SECRET, SHORTEST);
        var former = Configuration.optional(config, FORMER_SECRET);
        return Optional.of(new Seal(secret, former, "streamwire webhook secrets"));
    }

    /** Seals anew what was sealed with the former secret, when one is given. */
    static void renew(Config config, Database database) {
        var seal = seal(config);
        if (seal.isEmpty() || Configuration.optional(config, FORMER_SECRET).isEmpty()) {
            return;
        }
        long renewed = 0;
        for (var kind : List.of("webhook-secret", "hook-secret")) {
            var rows = database.client().execute().createNamedQuery("all-" + kind + "s").execute();
            for (var row : rows.toList()) {
                renewed += renew(seal.get(), database, "reseal-" + kind, row);
            }
        }
        LOG.log(Level.INFO, "secrets={0,number,#} sealed=anew", renewed);
    }

    private static long renew(Seal seal, Database database, String statement, DbRow row) {
        var owner = Columns.text(row, "owner");
        var sealed = Columns.text(row, "secret");
        var fresh = seal.renewed(owner, sealed);
        return fresh.isEmpty()
                ? 0
                : database.client()
                        .execute()
                        .createNamedUpdate(statement)
                        .addParam("owner", owner)
                        .addParam("sealed", sealed)
                        .addParam("fresh", fresh.get())
                        .execute();
    }

    /**
     * The seal, if there is one.
     *
     * @throws Problem 503 {@code no_service_secret}
     */
    static Seal of(Optional<Seal> seal) {
        return seal.orElseThrow(() ->
                Problem.unavailable(
                        "no_service_secret",
                        "service.secret is not set, so no secret can be kept."));
    }
}
