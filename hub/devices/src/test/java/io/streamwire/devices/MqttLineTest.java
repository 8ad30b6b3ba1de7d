package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.mqtt.Topics;
import io.streamwire.devices.MqttLine.Delivery;
import io.streamwire.devices.MqttLine.Outgoing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The line to a broker that does not do what it should. */
class MqttLineTest {

    private static final int WINDOW = 500;

    /** Long before a message's own time is over, or the client is given up for its silence. */
    private static final Duration AT_ONCE = Duration.ofSeconds(20);

    private static final UUID WORKSPACE = UUID.randomUUID();
    private static final UUID BOARD = UUID.randomUUID();

    private final SlowBroker broker = SlowBroker.start();
    private final MqttLine line =
            new MqttLine(
                    new MqttLine.Settings(
                            "tcp://127.0.0.1:" + broker.port(), "hub", "password", "hub-test"),
                    List.of(),
                    List.of(),
                    List.of());

    @BeforeEach
    void connect() throws InterruptedException {
        line.start(
                new MqttLine.Receiver() {
                    @Override
                    public void connected() {
                        // nothing to do
                    }

                    @Override
                    public void arrived(String topic, byte[] payload) {
                        // nothing arrives
                    }
                });
        Rig.await("connected", line::connected);
    }

    @AfterEach
    void close() {
        line.close();
        broker.close();
    }

    @Test
    void aStopLeavesThoughCommandsHaveFilledTheWindow() throws InterruptedException {
        var commands = new ArrayList<CompletableFuture<MqttLine.Taken>>();
        for (int i = 0; i < WINDOW; i++) {
            commands.add(publish(Topics.command(WORKSPACE, BOARD)));
        }
        assertThat(publish(Topics.command(WORKSPACE, BOARD)))
                .failsWithin(Rig.WAIT)
                .withThrowableThat()
                .withCauseInstanceOf(MqttLine.NotSent.class);

        var stop = publish(Topics.safety(WORKSPACE));

        Rig.await("the stop left", () -> broker.topics().contains(Topics.safety(WORKSPACE)));
        assertThat(commands).noneMatch(CompletableFuture::isDone);
        broker.acknowledge();
        assertThat(stop).succeedsWithin(Rig.WAIT);
        for (int i = 0; i < WINDOW; i++) {
            assertThat(commands.get(i)).succeedsWithin(Rig.WAIT);
            commands.set(i, publish(Topics.command(WORKSPACE, BOARD)));
        }
        assertThat(publish(Topics.command(WORKSPACE, BOARD))).isCompletedExceptionally();
    }

    @Test
    void whatAGivenUpClientWasToSendIsUnknownAtOnce() throws InterruptedException {
        var command = publish(Topics.command(WORKSPACE, BOARD));
        Rig.await("it left", () -> !broker.topics().isEmpty());

        broker.breakSessions();

        assertThat(command)
                .failsWithin(AT_ONCE)
                .withThrowableThat()
                .withCauseInstanceOf(TimeoutException.class);
    }

    @Test
    void onlyWhatIsSureIsSentAgainAfterALostLink() throws InterruptedException {
        var command = Topics.command(WORKSPACE, BOARD);
        var renewal = Topics.safety(WORKSPACE, BOARD);
        var sure = publish(command);
        var prompt = line.publish(Outgoing.of(renewal, "{}", Delivery.PROMPT, 60));
        Rig.await("both left", () -> broker.topics().containsAll(List.of(command, renewal)));
        assertThat(prompt).succeedsWithin(Rig.WAIT).isEqualTo(MqttLine.Taken.DELIVERABLE);

        broker.cut();

        Rig.await("one came again", () -> count(command) == 2);
        broker.acknowledge();
        assertThat(sure).succeedsWithin(Rig.WAIT);
        assertThat(line.publish(Outgoing.of(renewal, "{}", Delivery.PROMPT, 60)))
                .succeedsWithin(Rig.WAIT);
        Rig.await("the next one came", () -> count(renewal) >= 2);
        assertThat(broker.topics()).containsExactlyInAnyOrder(command, renewal, command, renewal);
    }

    private long count(String topic) {
        return broker.topics().stream().filter(topic::equals).count();
    }

    private CompletableFuture<MqttLine.Taken> publish(String topic) {
        return line.publish(Outgoing.of(topic, "{}", Delivery.SURE, 60));
    }
}
