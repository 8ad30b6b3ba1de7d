package io.streamwire.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import io.reactivex.Flowable;
import io.streamwire.broker.BrokerSettings.Limits;
import io.streamwire.contract.mqtt.Topics;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rate so low that it is exceeded however slowly a device can send. */
class MessageRatesTest {

    private static final int PER_SECOND = 20;
    private static final int AT_ONCE = MessageRates.BURST_SECONDS * PER_SECOND;
    private static final int MESSAGES = 10 * AT_ONCE;

    @Test
    void aDeviceThatSendsTooMuchIsToldSoAndStaysConnected(@TempDir Path directory) {
        var limits = Limits.STANDARD.with(new Limits.PerClient(PER_SECOND, 100, 10));
        try (var fixture = new Fixture(directory, limits)) {
            var device = fixture.device5();
            var message =
                    Mqtt5Publish.builder()
                            .topic(Topics.ack(fixture.workspace, fixture.device))
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .payload(Fixture.bytes("x"));

            var results =
                    Flowable.range(0, MESSAGES)
                            .map(_ -> message.build())
                            .as(device.toRx()::publish)
                            .map(result ->
                                    result.getError()
                                            .filter(Mqtt5PubAckException.class::isInstance)
                                            .map(Mqtt5PubAckException.class::cast)
                                            .map(e -> e.getMqttMessage().getReasonCode())
                                            .orElse(Mqtt5PubAckReasonCode.SUCCESS))
                            .toList()
                            .blockingGet();

            assertThat(results).contains(Mqtt5PubAckReasonCode.QUOTA_EXCEEDED);
            assertThat(
                            results.stream()
                                    .filter(Mqtt5PubAckReasonCode.QUOTA_EXCEEDED::equals)
                                    .count())
                    .isLessThanOrEqualTo(MESSAGES - AT_ONCE);
            assertThat(device.getState().isConnected()).isTrue();
            device.disconnect();
        }
    }
}
