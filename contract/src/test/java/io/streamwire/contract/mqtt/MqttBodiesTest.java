package io.streamwire.contract.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.streamwire.contract.Json;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MqttBodiesTest {

    static Arguments[] bodies() {
        return new Arguments[] {
            Arguments.of("up/state", BoardState.class),
            Arguments.of("up/state of a pressed stop button", BoardState.class),
            Arguments.of("up/describe", Capabilities.class),
            Arguments.of("down/config", DeviceConfig.class),
            Arguments.of("up/describe of a bridge", Capabilities.class),
            Arguments.of("down/config of a bridge", DeviceConfig.class),
            Arguments.of("down/safety", Safety.class),
            Arguments.of("down/cmd", CommandMessage.class),
            Arguments.of("up/ack", Ack.class),
            Arguments.of("down/ota", Ota.class),
            Arguments.of("up/ota", OtaReport.class),
            Arguments.of("up/telemetry", Telemetry.class),
            Arguments.of("up/log", BoardLog.class),
        };
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void bodiesAreReadAndWrittenAsDocumented(String topic, Class<?> type) throws IOException {
        var documented = golden().get(topic);

        var body = Json.read(documented.toString(), type);

        assertThat(Json.read(Json.write(body), JsonNode.class)).isEqualTo(documented);
    }

    @Test
    void aRetainedDisarmHasNoLease() {
        assertThat(Json.write(Safety.disarm(3, 1_790_000_000_000L)))
                .isEqualTo("{\"armed\":false,\"epoch\":3,\"now\":1790000000000}");
    }

    @Test
    void unknownFieldsOfNewerBoardsAreIgnored() {
        var state = Json.read("{\"s\":\"ready\",\"boot\":1,\"epoch\":0,\"x\":1}", BoardState.class);

        assertThat(state.s()).isEqualTo(BoardState.Phase.READY);
    }

    @Test
    void malformedBodiesSayWhatIsWrong() {
        assertThatThrownBy(() -> Json.read("{\"s\":\"flying\",\"boot\":1}", BoardState.class))
                .isInstanceOf(Json.MalformedJson.class)
                .hasMessageContaining("not a BoardState");
        assertThatThrownBy(() -> Json.read("null", BoardState.class))
                .isInstanceOf(Json.MalformedJson.class);
        assertThatThrownBy(() -> Json.read("{} {}", BoardState.class))
                .isInstanceOf(Json.MalformedJson.class);
    }

    private static JsonNode golden() throws IOException {
        try (var in = MqttBodiesTest.class.getResourceAsStream("/golden/mqtt.json")) {
            return Json.mapper().readTree(in);
        }
    }
}
