package io.streamwire.rules;

import io.helidon.config.Config;
import io.streamwire.bus.Bus;
import io.streamwire.bus.Consumer;
import io.streamwire.contract.Stream;
import io.streamwire.service.Configuration;
import io.streamwire.service.Database;
import java.net.InetAddress;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** The way from rules to other programs: taken from the actions, kept, sent and shown. */
final class Webhooks implements AutoCloseable {

    private final WebhookDeliveries deliveries;
    private final WebhooksApi api;

    private Webhooks(WebhookDeliveries deliveries, WebhooksApi api) {
        this.deliveries = deliveries;
        this.api = api;
    }

    /** As {@code rules.webhooks.*} says. */
    static Webhooks of(Config config, Database database, Bus bus) {
        var store = new DeliveryStore(database, Secrets.seal(config));
        var addresses =
                new PublicAddresses(
                        InetAddress::getAllByName,
                        Configuration.flag(config, "rules.webhooks.allow-private"));
        var deliveries =
                new WebhookDeliveries(
                        store,
                        new WebhookClient(addresses, WebhookClient.PATIENCE),
                        bus.throttle("webhooks", WebhookDeliveries.MOST, Duration.ofMinutes(1)),
                        WebhookDeliveries.PAUSES,
                        RandomGenerator.getDefault());
        return new Webhooks(deliveries, new WebhooksApi(store));
    }

    /** Begins to send what is due. */
    void start() {
        deliveries.start();
    }

    WebhooksApi api() {
        return api;
    }

    Consumer consumer() {
        return new Consumer(Stream.ACTIONS, WebhookDeliveries.GROUP, deliveries);
    }

    /** Lets what is under way be, or be tried again later. */
    @Override
    public void close() {
        deliveries.close();
    }
}
