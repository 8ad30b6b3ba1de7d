package io.streamwire.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import io.streamwire.broker.Authenticator.DeviceIdentity;
import io.streamwire.broker.BrokerSettings.Limits;
import io.streamwire.contract.Ids;
import io.streamwire.contract.mqtt.Topics;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bridge speaks for many boards over one connection. */
class BridgeRatesTest {

    private static final int PER_SECOND = 20;
    private static final int AT_ONCE = MessageRates.BURST_SECONDS * PER_SECOND;

    @Test
    void eachBoardOfABridgeHasARateOfItsOwn(@TempDir Path directory) {
        var limits = Limits.STANDARD.with(new Limits.PerClient(PER_SECOND, 100, 10));
        try (var fixture = new Fixture(directory, limits)) {
            var boards = Stream.generate(Ids::next).limit(3).collect(Collectors.toSet());
            fixture.tokens.put(
                    "bridge", new DeviceIdentity(fixture.workspace, fixture.device, boards));
            var bridge = fixture.device5(fixture.device, "bridge");

            for (var board : boards) {
                assertThat(refused(fixture, bridge, board, AT_ONCE)).isZero();
            }
            assertThat(refused(fixture, bridge, fixture.device, AT_ONCE)).isZero();
            for (var board : boards) {
                assertThat(refused(fixture, bridge, board, 4 * AT_ONCE)).isPositive();
            }
            bridge.disconnect();
        }
    }

    private static int refused(
            Fixture fixture, Mqtt5BlockingClient bridge, UUID board, int messages) {
        var refused = 0;
        for (int n = 0; n < messages; n++) {
            try {
                var _ =
                        bridge.publishWith()
                                .topic(Topics.ack(fixture.workspace, board))
                                .qos(MqttQos.AT_LEAST_ONCE)
                                .payload(new byte[] {'0'})
                                .send();
            } catch (Mqtt5PubAckException e) {
                refused++;
            }
        }
        return refused;
    }
}
