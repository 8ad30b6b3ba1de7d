package io.streamwire.devices;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.streamwire.contract.Json;
import io.streamwire.contract.mqtt.Ack;
import io.streamwire.contract.mqtt.DeviceConfig;
import io.streamwire.contract.mqtt.Topics;
import io.streamwire.virtualboard.VirtualBoard;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** A board that says what the test says, and echoes its limits if it is one that does. */
final class RawBoard implements AutoCloseable {

    private final Member member;
    private final UUID device;
    private final boolean echoes;
    private final Mqtt5AsyncClient client;
    private volatile String envelope = "";

    /** Connects, subscribes, says what it can do and that it is ready. */
    RawBoard(Rig rig, Member member, UUID device, boolean echoes) {
        this.member = member;
        this.device = device;
        this.echoes = echoes;
        client = rig.connect(device, member.token(device)).toAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, this::arrived);
        var _ =
                client.subscribeWith()
                        .topicFilter(Topics.downFilter(member.workspace, device))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send()
                        .join();
        say(Topics.describe(member.workspace, device), Json.write(VirtualBoard.CAPABILITIES));
        say(
                Topics.state(member.workspace, device),
                "{\"s\":\"ready\",\"boot\":1,\"epoch\":0,\"fw\":\"1.0.0\"}");
    }

    private void arrived(Mqtt5Publish message) {
        if (message.getTopic().toString().endsWith("/down/config")) {
            var config = Json.read(message.getPayloadAsBytes(), DeviceConfig.class);
            envelope = config.envelope();
            if (echoes) {
                say(Topics.reportedConfig(member.workspace, device), Json.write(config));
            }
        }
    }

    /** The hash of the limits that it was told last; empty before. */
    String envelope() {
        return envelope;
    }

    void done(String id, String under) {
        say(
                Topics.ack(member.workspace, device),
                Json.write(
                        new Ack(
                                UUID.fromString(id),
                                Ack.Status.DONE,
                                null,
                                new Ack.Times(null, null, null),
                                under)));
    }

    void say(String topic, String body) {
        var _ =
                client.publishWith()
                        .topic(topic)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(body.getBytes(StandardCharsets.UTF_8))
                        .send();
    }

    @Override
    public void close() {
        client.disconnect().join();
    }
}
