package io.streamwire.rules;

import io.streamwire.bus.BatchHandler;
import io.streamwire.bus.Entry;
import io.streamwire.bus.Lease;
import io.streamwire.bus.Throttle;
import io.streamwire.contract.Json;
import io.streamwire.rules.DeliveryStore.Due;
import io.streamwire.rules.DeliveryStore.Row;
import io.streamwire.service.ConfigurationException;
import io.streamwire.service.Problem;
import io.streamwire.service.Round;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Sends what rules have to say to other programs, behind the actions: from the stream into
 * PostgreSQL, and from there until it is delivered or given up, also over a restart. At least once,
 * always under the same id.
 *
 * <pre>
 *   stream --> pending --(2xx)------------------------> delivered
 *                |  ^--(5xx, 408, 425, 429, no answer)--+
 *                +-----(else, or the last try)--------> failed
 * </pre>
 */
final class WebhookDeliveries implements BatchHandler, AutoCloseable {

    static final String GROUP = "rules-webhooks";

    /** Webhooks of a workspace in a minute; more are failed, {@code too_many}. */
    static final int MOST = 120;

    /** Pauses between the tries, each give or take a fifth. */
    static final List<Duration> PAUSES =
            List.of(
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(5),
                    Duration.ofMinutes(30),
                    Duration.ofHours(2),
                    Duration.ofHours(5));

    private static final Logger LOG = System.getLogger(WebhookDeliveries.class.getName());
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration MAINTENANCE = Duration.ofHours(1);
    private static final Duration RETENTION = Duration.ofDays(7);

    /** Longer than a try can take. */
    private static final Duration LEASE = Duration.ofSeconds(60);

    private static final int MOST_AT_A_TIME = 64;

    /** Of one workspace, so that those of others have their turn when its receivers are slow. */
    static final int MOST_OF_ONE = 8;

    private static final double JITTER = 0.2;

    private final DeliveryStore store;
    private final WebhookClient client;
    private final Throttle rate;
    private final List<Duration> pauses;
    private final RandomGenerator random;
    private final Semaphore free = new Semaphore(MOST_AT_A_TIME);

    /** How many each workspace has under way. */
    private final Map<UUID, Integer> underWay = new ConcurrentHashMap<>();

    private @Nullable Round sending;
    private @Nullable Round maintenance;

    WebhookDeliveries(
            DeliveryStore store,
            WebhookClient client,
            Throttle rate,
            List<Duration> pauses,
            RandomGenerator random) {
        this.store = store;
        this.client = client;
        this.rate = rate;
        this.pauses = List.copyOf(pauses);
        this.random = random;
    }

    /** Begins to send. */
    void start() {
        sending = Round.every(PERIOD, "webhooks", this::sendDue);
        maintenance =
                Round.every(MAINTENANCE, "webhooks-maintenance", () -> store.forget(RETENTION));
    }

    @Override
    public void handle(Lease lease, List<Entry> entries) {
        var rows = new ArrayList<Row>();
        for (var entry : entries) {
            if (entry.type().equals(Outgoing.TYPE)) {
                add(entry, rows);
            }
        }
        if (rows.isEmpty()) {
            return;
        }
        store.keep(rows);
        if (sending != null) {
            sending.soon();
        }
    }

    private void add(Entry entry, List<Row> rows) {
        try {
            var one = Json.read(entry.body(), Outgoing.class);
            var wait = rate.take(one.workspaceId().toString());
            rows.add(
                    new Row(
                            one.workspaceId(),
                            one.id(),
                            one.ruleId(),
                            one.eventId(),
                            one.url(),
                            one.body(),
                            one.hops(),
                            wait.isPositive() ? "too_many" : null));
        } catch (Json.MalformedJson e) {
            LOG.log(
                    Level.WARNING,
                    "webhook={0} entry={1} skipped=malformed reason=\"{2}\"",
                    entry.field("id"),
                    entry.id(),
                    e.getMessage());
        }
    }

    private void sendDue() {
        int most = free.availablePermits();
        if (most == 0) {
            return;
        }
        for (var due : store.claim(most, MOST_OF_ONE, Map.copyOf(underWay), LEASE)) {
            free.acquireUninterruptibly();
            underWay.merge(due.workspaceId(), 1, Integer::sum);
            Thread.ofVirtual().name("webhook-" + due.id()).start(() -> send(due));
        }
    }

    private void send(Due due) {
        try {
            var result =
                    client.send(
                            URI.create(due.url()),
                            due.id().toString(),
                            due.body(),
                            due.hops(),
                            WebhookSignature.of(store.secret(due.workspaceId())));
            settle(due, result);
        } catch (Problem | ConfigurationException e) {
            settle(due, new WebhookClient.Result(null, "no_service_secret"));
        } catch (RuntimeException e) {
            // Its lease runs out, and then it is tried again.
            LOG.log(Level.WARNING, "webhook=" + due.id() + " attempt=" + due.attempt(), e);
        } finally {
            int before = ended(due.workspaceId());
            boolean full = free.availablePermits() == 0;
            free.release();
            // Only then something that is due may have had to wait for this one.
            if ((full || before == MOST_OF_ONE) && sending != null) {
                sending.soon();
            }
        }
    }

    /** One less is under way; answers how many were. */
    private int ended(UUID workspaceId) {
        var now =
                underWay.computeIfPresent(workspaceId, (_, count) -> count == 1 ? null : count - 1);
        return now == null ? 1 : now + 1;
    }

    private void settle(Due due, WebhookClient.Result result) {
        var last = due.attempt() > pauses.size();
        var again = last || !result.mayPass() ? null : pause(due.attempt());
        store.settle(due, result, again);
        LOG.log(
                result.delivered() ? Level.INFO : Level.WARNING,
                "webhook={0} rule={1} attempt={2} status={3} error={4} again_in={5}",
                due.id(),
                due.ruleId(),
                due.attempt(),
                result.status(),
                result.error(),
                result.delivered() ? null : again);
    }

    private Duration pause(int attempt) {
        var factor = 1 + JITTER * (2 * random.nextDouble() - 1);
        return Duration.ofMillis((long) (pauses.get(attempt - 1).toMillis() * factor));
    }

    @Override
    public void close() {
        if (sending != null) {
            sending.close();
        }
        if (maintenance != null) {
            maintenance.close();
        }
        try {
            // What is under way is finished, or tried again when its lease is over.
            var _ = free.tryAcquire(MOST_AT_A_TIME, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.close();
    }
}
