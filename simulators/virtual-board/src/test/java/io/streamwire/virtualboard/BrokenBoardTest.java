package io.streamwire.virtualboard;

import static io.streamwire.virtualboard.Hub.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.CommandMessage;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.virtualboard.PinRecorder.Offence;
import io.streamwire.virtualboard.PinRecorder.Violation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The recorder's verdict on a board without any safety, so that a clean verdict means something.
 */
class BrokenBoardTest {

    @TempDir private Path directory;

    @Test
    void aBoardThatObeysEverythingIsConvicted() {
        var workspace = Ids.next();
        var recorder = new PinRecorder();
        try (var hub = new Hub(directory)) {
            var access = hub.register(workspace);
            var board = obedient(hub, access, recorder);
            var topic = Topics.command(workspace, access.deviceId());

            hub.publish(topic, command(30_000), false);
            await("unarmed", () -> recorder.totals().unarmed() == 1);
            hub.arm(workspace, 5);
            var twice = command(30_000);
            hub.publish(topic, twice, false);
            hub.publish(topic, twice, false);
            await("duplicate", () -> recorder.totals().duplicates() == 1);
            hub.publish(topic, command(-1_000), false);
            await("stale", () -> recorder.totals().stale() == 1);

            assertThat(recorder.violations())
                    .extracting(Violation::offence)
                    .containsExactly(Offence.UNARMED, Offence.DUPLICATE, Offence.STALE);
            board.disconnect();
        }
    }

    private static Mqtt5BlockingClient obedient(Hub hub, BoardAccess access, PinRecorder recorder) {
        var id = access.deviceId().toString();
        var client =
                Mqtt5Client.builder()
                        .identifier(id)
                        .serverHost(hub.url().getHost())
                        .serverPort(hub.url().getPort())
                        .simpleAuth()
                        .username(id)
                        .password(access.token().getBytes(StandardCharsets.UTF_8))
                        .applySimpleAuth()
                        .buildBlocking();
        client.toAsync()
                .publishes(MqttGlobalPublishFilter.ALL, publish -> obey(access, recorder, publish));
        client.connect();
        client.subscribeWith()
                .topicFilter(Topics.downFilter(access.workspaceId(), access.deviceId()))
                .qos(MqttQos.AT_LEAST_ONCE)
                .send();
        client.subscribeWith()
                .topicFilter(Topics.downFilter(access.workspaceId()))
                .qos(MqttQos.AT_LEAST_ONCE)
                .send();
        return client;
    }

    private static void obey(BoardAccess access, PinRecorder recorder, Mqtt5Publish publish) {
        var topic = publish.getTopic().toString();
        var body = publish.getPayloadAsBytes();
        recorder.received(access.deviceId(), topic, body, publish.isRetain(), System.nanoTime());
        if (topic.endsWith("/down/cmd")) {
            var command = Json.read(body, CommandMessage.class);
            recorder.edge(access.deviceId(), command.cmd(), true, command.id());
            recorder.edge(access.deviceId(), command.cmd(), false, command.id());
        }
    }

    private static CommandMessage command(long ttlMs) {
        return new CommandMessage(
                Ids.next(),
                "light_on",
                Map.of("ms", 20L),
                Hub.now(),
                Hub.now() + ttlMs,
                5,
                1,
                null);
    }
}
