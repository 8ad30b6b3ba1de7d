package io.streamwire.rules;

import static io.streamwire.service.Columns.instant;
import static io.streamwire.service.Columns.number;
import static io.streamwire.service.Columns.text;
import static io.streamwire.service.Columns.textOrNull;
import static io.streamwire.service.Columns.uuid;

import io.helidon.dbclient.DbRow;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.service.Columns;
import io.streamwire.service.Database;
import io.streamwire.service.Page;
import io.streamwire.service.Seal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Outgoing webhooks in PostgreSQL, and what each workspace signs them with. */
final class DeliveryStore {

    private final Database database;
    private final Optional<Seal> seal;

    /**
     * @param seal without it nothing can be signed
     */
    DeliveryStore(Database database, Optional<Seal> seal) {
        this.database = database;
        this.seal = seal;
    }

    /**
     * A new one.
     *
     * @param refusal why it is not even tried; null when it is
     */
    record Row(
            UUID workspaceId,
            UUID id,
            UUID ruleId,
            UUID eventId,
            String url,
            String body,
            int hops,
            @Nullable String refusal) {}

    /** One that is due. */
    record Due(
            UUID workspaceId,
            UUID id,
            UUID ruleId,
            String url,
            String body,
            int hops,
            int attempt) {}

    /** How many a workspace has under way. */
    private record UnderWay(UUID workspaceId, int underWay) {}

    /** Keeps new ones; what is kept already stays as it is. */
    void keep(List<Row> rows) {
        var _ = database.batch("insert-deliveries", Json.writeBytes(rows));
    }

    /**
     * Takes some that are due, for this instance alone until the lease is over: first of the
     * workspaces that have least under way.
     *
     * @param mostOfOne of one workspace, with those that are under way
     * @param underWay how many each workspace has
     * @param lease then another try begins, if nothing was said of this one
     */
    List<Due> claim(int most, int mostOfOne, Map<UUID, Integer> underWay, Duration lease) {
        var busy = new ArrayList<UnderWay>();
        underWay.forEach((workspaceId, count) -> busy.add(new UnderWay(workspaceId, count)));
        return database.client()
                .execute()
                .createNamedQuery("claim-deliveries")
                .addParam("rows", most)
                .addParam("most_of_one", mostOfOne)
                .addParam("under_way", Json.write(busy))
                .addParam("lease", lease.toMillis())
                .execute()
                .map(row ->
                        new Due(
                                uuid(row, "workspace_id"),
                                uuid(row, "id"),
                                uuid(row, "rule_id"),
                                text(row, "url"),
                                text(row, "body"),
                                (int) number(row, "hops"),
                                (int) number(row, "attempts")))
                .toList();
    }

    /**
     * Says what came of a try.
     *
     * @param again when to try again; null = not at all
     */
    void settle(Due due, WebhookClient.Result result, @Nullable Duration again) {
        var state = result.delivered() ? "delivered" : again == null ? "failed" : "pending";
        database.client()
                .execute()
                .createNamedDmlStatement("settle-delivery")
                .addParam("workspace", due.workspaceId().toString())
                .addParam("id", due.id().toString())
                .addParam("attempt", due.attempt())
                .addParam("state", state)
                .addParam("status", result.status() == null ? "" : result.status().toString())
                .addParam("error", result.error() == null ? "" : result.error())
                .addParam("wait", again == null ? 0L : again.toMillis())
                .execute();
    }

    /** The newest first, before a position; of one rule, or of all when that is null. */
    List<Delivery> list(UUID workspaceId, @Nullable UUID ruleId, Position before, Page page) {
        return database.client()
                .execute()
                .createNamedQuery("list-deliveries")
                .addParam("workspace", workspaceId.toString())
                .addParam("rule", ruleId == null ? "" : ruleId.toString())
                .addParam("at", Columns.parameter(before.at()))
                .addParam("id", before.id().toString())
                .addParam("rows", page.rows())
                .execute()
                .map(DeliveryStore::delivery)
                .toList();
    }

    /** Forgets those that are that old. */
    void forget(Duration age) {
        var _ =
                database.client()
                        .execute()
                        .createNamedDmlStatement("forget-deliveries")
                        .addParam("age", age.toMillis())
                        .execute();
    }

    /**
     * Gives a workspace another secret to sign with; the same request again gets what the first
     * got.
     *
     * @throws io.streamwire.service.Problem 503 {@code no_service_secret}
     */
    String renewSecret(UUID workspaceId, UUID request) {
        return secret("renew-webhook-secret", workspaceId, request);
    }

    /** What a workspace signs with; made when there is none. */
    String secret(UUID workspaceId) {
        return database.client()
                .execute()
                .createNamedGet("find-webhook-secret")
                .addParam("workspace", workspaceId.toString())
                .execute()
                .map(row -> unsealed(workspaceId, row))
                .orElseGet(() -> secret("webhook-secret", workspaceId, Ids.next()));
    }

    private String unsealed(UUID workspaceId, DbRow row) {
        return new String(
                Secrets.of(seal).unseal(workspaceId.toString(), text(row, "secret")),
                StandardCharsets.UTF_8);
    }

    private String secret(String statement, UUID workspaceId, UUID request) {
        var fresh = WebhookSignature.newSecret().getBytes(StandardCharsets.UTF_8);
        var owner = workspaceId.toString();
        return database.client()
                .execute()
                .createNamedQuery(statement)
                .addParam("workspace", owner)
                .addParam("secret", Secrets.of(seal).seal(owner, fresh))
                .addParam("request", request.toString())
                .execute()
                .map(row -> unsealed(workspaceId, row))
                .toList()
                .getFirst();
    }

    private static Delivery delivery(DbRow row) {
        var pending = text(row, "state").equals("pending");
        var status = row.column("last_status").get(Integer.class);
        return new Delivery(
                uuid(row, "id"),
                uuid(row, "rule_id"),
                uuid(row, "event_id"),
                text(row, "url"),
                text(row, "state"),
                number(row, "attempts"),
                status,
                textOrNull(row, "last_error"),
                instant(row, "created_at"),
                pending ? instant(row, "next_at") : null);
    }
}
