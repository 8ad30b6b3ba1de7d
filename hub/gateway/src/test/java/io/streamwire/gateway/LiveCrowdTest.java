package io.streamwire.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import java.time.Duration;
import java.util.ArrayList;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class LiveCrowdTest {

    private final UUID workspace = Ids.next();

    private String token() {
        return Client.token(UUID.randomUUID(), workspace, Duration.ofMinutes(10));
    }

    @Test
    void aThousandClientsGetEverything() throws Exception {
        try (var backend = Backend.named("any");
                var gateway =
                        Client.of(
                                backend,
                                "gateway.live.handshake-burst",
                                "2000",
                                "gateway.live.handshakes-per-second",
                                "1000");
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var connecting = new ArrayList<Future<LiveClient>>();
            for (int n = 0; n < 1_000; n++) {
                connecting.add(
                        threads.submit(() ->
                                LiveClient.connect(gateway, token())
                                        .subscribe(workspace, "events")));
            }
            var clients = new ArrayList<LiveClient>();
            for (var client : connecting) {
                clients.add(client.get());
            }

            for (int n = 0; n < 100; n += 10) {
                Redis.comments(workspace, n, n + 10);
            }
            var all = IntStream.range(0, 100).boxed().toList();
            for (var client : clients) {
                assertThat(client.numbers(100)).isEqualTo(all);
            }

            try (var another = LiveClient.connect(gateway, token())) {
                assertThat(another.closeCode()).isEqualTo(4029);
            }
            clients.forEach(LiveClient::close);
        }
    }

    @Test
    void aClientThatReadsNothingIsDroppedAndAllOthersGetEverything() throws Exception {
        try (var backend = Backend.named("any");
                var gateway = Client.of(backend, "gateway.live.queue-size", "256KiB");
                var reading = LiveClient.connect(gateway, token()).subscribe(workspace, "events");
                var slow = RawSocket.open(gateway, token())) {
            slow.text(
                    "{\"type\":\"subscribe\",\"id\":\"s1\",\"workspace_id\":\"%s\",\"topics\":[\"events\"]}"
                            .formatted(workspace));
            assertThat(slow.read()).contains("subscribed");

            int sent = 0;
            while (!metrics(gateway).contains("ends_total{reason=\"too_slow\"} 1.0")) {
                Redis.comments(workspace, sent, sent + 500);
                sent += 500;
                reading.numbers(sent);
            }

            assertThat(reading.numbers(sent)).isEqualTo(IntStream.range(0, sent).boxed().toList());
            Await.until(() -> metrics(gateway).contains("live_sockets 1.0"));
            assertThat(reading.isClosed()).isFalse();
        }
    }

    private static String metrics(Client gateway) {
        try {
            return gateway.send(gateway.request("/metrics", "X-Service-Secret", Client.SECRET))
                    .body();
        } catch (java.io.IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
