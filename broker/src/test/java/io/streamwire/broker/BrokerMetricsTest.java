package io.streamwire.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.streamwire.contract.mqtt.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerMetricsTest {

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void clientsMessagesAndRefusalsAreCounted(@TempDir Path directory) throws Exception {
        try (var fixture = new Fixture(directory)) {
            var board = fixture.device5();
            var hub = fixture.hub();
            hub.subscribeWith().topicFilter("sw/1/+/+/up/#").qos(MqttQos.AT_LEAST_ONCE).send();
            board.publishWith()
                    .topic(Topics.state(fixture.workspace, fixture.device))
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .retain(true)
                    .payload(Fixture.bytes("{}"))
                    .send();
            Assertions.assertThatThrownBy(() -> fixture.device5(fixture.neighbour, "nonsense"))
                    .isInstanceOf(Mqtt5ConnAckException.class);

            Fixture.await(
                    "two clients are counted",
                    () -> get(fixture, "/status").contains("\"clients\":2"));
            assertThat(get(fixture, "/status"))
                    .contains("\"retained\":1")
                    .contains("\"subscriptions\":1")
                    .contains("\"publishes_received\":1")
                    .contains("\"bad_credentials\":1");
            assertThat(get(fixture, "/metrics"))
                    .contains("streamwire_broker_clients 2.0")
                    .contains("streamwire_broker_publishes_received_total 1.0")
                    .contains("streamwire_broker_messages_dropped_total 0.0")
                    .contains("streamwire_broker_denied_total{reason=\"bad_credentials\"} 1.0");

            hub.disconnect();
            board.disconnect();
        }
    }

    private String get(Fixture fixture, String path) {
        var url = URI.create("http://127.0.0.1:" + fixture.broker.httpPort() + path);
        try {
            var response = http.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString());
            assertThat(response.statusCode()).isEqualTo(200);
            return response.body();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
