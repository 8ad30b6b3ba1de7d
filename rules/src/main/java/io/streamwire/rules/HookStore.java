package io.streamwire.rules;

import static io.streamwire.service.Columns.instant;
import static io.streamwire.service.Columns.text;
import static io.streamwire.service.Columns.uuid;

import io.helidon.dbclient.DbRow;
import io.streamwire.service.Database;
import io.streamwire.service.Seal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Where other programs call rules, in PostgreSQL: at most one hook per rule, its secret sealed. */
final class HookStore {

    private final Database database;
    private final Optional<Seal> seal;

    /**
     * @param seal without it there are no hooks
     */
    HookStore(Database database, Optional<Seal> seal) {
        this.database = database;
        this.seal = seal;
    }

    /** A hook that was asked for by its id. */
    record Hook(UUID id, Rule rule, WebhookSignature signature) {}

    /** A hook with its secret. */
    record Fresh(UUID id, String secret) {}

    /** A hook as its owner sees it later. */
    record Known(UUID id, Instant createdAt) {}

    /**
     * Gives a rule a hook, or its hook another secret; the same request again gets what the first
     * got. Empty when the rule has gone.
     *
     * @throws io.streamwire.service.Problem 503 {@code no_service_secret}
     */
    Optional<Fresh> make(Rule rule, UUID id, UUID request) {
        var secret = WebhookSignature.newSecret().getBytes(StandardCharsets.UTF_8);
        return database
                .client()
                .execute()
                .createNamedQuery("make-hook")
                .addParam("workspace", rule.workspaceId().toString())
                .addParam("rule", rule.id().toString())
                .addParam("id", id.toString())
                .addParam("secret", Secrets.of(seal).seal(rule.id().toString(), secret))
                .addParam("request", request.toString())
                .execute()
                .map(row -> new Fresh(uuid(row, "id"), secret(row, rule.id())))
                .toList()
                .stream()
                .findFirst();
    }

    /** By its id alone: who calls it knows no workspace. */
    Optional<Hook> find(UUID id) {
        return database.client()
                .execute()
                .createNamedGet("find-hook")
                .addParam("id", id.toString())
                .execute()
                .map(row -> {
                    var rule = RuleTable.rule(row);
                    return new Hook(id, rule, WebhookSignature.of(secret(row, rule.id())));
                });
    }

    Optional<Known> ofRule(UUID workspaceId, UUID ruleId) {
        return database.client()
                .execute()
                .createNamedGet("hook-of-rule")
                .addParam("workspace", workspaceId.toString())
                .addParam("rule", ruleId.toString())
                .execute()
                .map(row -> new Known(uuid(row, "id"), instant(row, "created_at")));
    }

    /** False when there is none. */
    boolean delete(UUID workspaceId, UUID ruleId) {
        return database.client()
                        .execute()
                        .createNamedDelete("delete-hook")
                        .addParam("workspace", workspaceId.toString())
                        .addParam("rule", ruleId.toString())
                        .execute()
                > 0;
    }

    private String secret(DbRow row, UUID ruleId) {
        return new String(
                Secrets.of(seal).unseal(ruleId.toString(), text(row, "secret")),
                StandardCharsets.UTF_8);
    }
}
