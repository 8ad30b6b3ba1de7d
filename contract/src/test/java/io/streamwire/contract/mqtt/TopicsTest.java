package io.streamwire.contract.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {

    private static final UUID WORKSPACE = UUID.fromString("01980000-0000-7000-8000-000000000001");
    private static final UUID DEVICE = UUID.fromString("01980000-0000-7000-8000-000000000002");

    @Test
    void whatADevicePublishedIsTakenApart() {
        assertThat(Topics.parseUp(Topics.ack(WORKSPACE, DEVICE)))
                .contains(new Topics.Up(WORKSPACE, DEVICE, "ack"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sw/1",
                "sw/2/01980000-0000-7000-8000-000000000001/01980000-0000-7000-8000-000000000002/up/ack",
                "sw/1/01980000-0000-7000-8000-000000000001/01980000-0000-7000-8000-000000000002/down/cmd",
                "sw/1/01980000-0000-7000-8000-000000000001/01980000-0000-7000-8000-000000000002/up/",
                "sw/1/01980000-0000-7000-8000-000000000001/01980000-0000-7000-8000-000000000002/up/a/b",
                "sw/1/+/#/up/ack",
                "sw/1/a/b/up/ack",
            })
    void othersAreNotUp(String topic) {
        assertThat(Topics.parseUp(topic)).isEmpty();
    }
}
