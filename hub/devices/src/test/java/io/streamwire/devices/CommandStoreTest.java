package io.streamwire.devices;

import static io.streamwire.contract.CommandState.ABORTED;
import static io.streamwire.contract.CommandState.ACCEPTED;
import static io.streamwire.contract.CommandState.DONE;
import static io.streamwire.contract.CommandState.EXPIRED;
import static io.streamwire.contract.CommandState.FAILED;
import static io.streamwire.contract.CommandState.QUEUED;
import static io.streamwire.contract.CommandState.SENT;
import static io.streamwire.contract.CommandState.STARTED;
import static io.streamwire.devices.Samples.DEVICE;
import static io.streamwire.devices.Samples.NOW;
import static io.streamwire.devices.Samples.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.streamwire.bus.Bus;
import io.streamwire.bus.Script;
import io.streamwire.contract.CommandState;
import io.streamwire.contract.DeviceEvent;
import io.streamwire.contract.DeviceEvent.CommandChanged;
import io.streamwire.contract.Ids;
import io.streamwire.contract.Json;
import io.streamwire.contract.Stream;
import io.streamwire.devices.CommandStore.Enqueued;
import io.streamwire.devices.CommandStore.Spending;
import io.streamwire.devices.ProgressWriter.Advanced;
import io.streamwire.devices.ProgressWriter.Outcome;
import io.streamwire.devices.ProgressWriter.Progress;
import io.streamwire.service.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Rig.Extension.class)
class CommandStoreTest {

    private final Rig rig;
    private final Bus bus;
    private final CommandStore store;
    private final ProgressWriter writer;
    private final Command command = Samples.command(2_000);

    private static final Script LIFE = new Script("life", "return redis.call('PTTL', KEYS[1])");

    CommandStoreTest(Rig rig) {
        this.rig = rig;
        this.bus = rig.quietBus(WORKSPACE);
        this.store = new CommandStore(bus);
        this.writer = new ProgressWriter(bus);
        writer.start();
    }

    @AfterEach
    void close() {
        writer.close();
        bus.close();
    }

    private Advanced advance(CommandState state, boolean acked) {
        return advance(new Progress(state, null, acked, null, null, null, null));
    }

    private Advanced advance(Progress progress) {
        return writer.advance(WORKSPACE, DEVICE, command.id(), progress, NOW + 1).join();
    }

    private CommandState state() {
        return store.find(WORKSPACE, command.id()).join().orElseThrow().record().state();
    }

    @Test
    void aCommandIsStoredOnce() {
        assertThat(store.enqueue(command, Optional.empty(), NOW).join())
                .isEqualTo(new Enqueued(true, QUEUED));
        advance(SENT, false);
        assertThat(store.enqueue(command, Optional.empty(), NOW).join())
                .isEqualTo(new Enqueued(false, SENT));
    }

    @Test
    void whatIsStoredIsWhatWasGiven() {
        store.enqueue(command, Optional.empty(), NOW).join();

        var stored = store.find(WORKSPACE, command.id()).join().orElseThrow();

        assertThat(stored.command()).isEqualTo(command);
        assertThat(stored.record()).isEqualTo(command.changed(QUEUED, null, NOW));
        assertThat(store.find(Ids.next(), command.id()).join()).isEmpty();
    }

    @Test
    void aStateNeverGoesBack() {
        store.enqueue(command, Optional.empty(), NOW).join();

        assertThat(advance(ACCEPTED, true)).isEqualTo(new Advanced(Outcome.MOVED, ACCEPTED));
        assertThat(advance(SENT, false)).isEqualTo(new Advanced(Outcome.KEPT, ACCEPTED));
        assertThat(advance(DONE, true)).isEqualTo(new Advanced(Outcome.MOVED, DONE));
        assertThat(advance(STARTED, true)).isEqualTo(new Advanced(Outcome.KEPT, DONE));
        assertThat(advance(ABORTED, true)).isEqualTo(new Advanced(Outcome.KEPT, DONE));
        assertThat(advance(FAILED, false)).isEqualTo(new Advanced(Outcome.KEPT, DONE));
        assertThat(state()).isEqualTo(DONE);
    }

    @Test
    void onlyTheBoardCorrectsAFailure() {
        store.enqueue(command, Optional.empty(), NOW).join();
        advance(FAILED, false);

        assertThat(advance(ABORTED, false).outcome()).isEqualTo(Outcome.KEPT);
        assertThat(advance(STARTED, true).outcome()).isEqualTo(Outcome.KEPT);
        assertThat(advance(DONE, true)).isEqualTo(new Advanced(Outcome.MOVED, DONE));
    }

    @Test
    void newsThatComeTogetherAreAnsweredEachAndInOrder() {
        var commands = IntStream.range(0, 50).mapToObj(_ -> Samples.command(2_000)).toList();
        commands.forEach(one -> store.enqueue(one, Optional.empty(), NOW).join());

        var answers = new ArrayList<CompletableFuture<Advanced>>();
        for (var one : commands) {
            answers.add(
                    writer.advance(WORKSPACE, DEVICE, one.id(), Progress.of(SENT, null), NOW + 1));
            answers.add(
                    writer.advance(WORKSPACE, DEVICE, one.id(), Progress.of(DONE, null), NOW + 2));
        }
        var stranger = writer.advance(WORKSPACE, DEVICE, Ids.next(), Progress.of(DONE, null), NOW);

        assertThat(answers.stream().map(CompletableFuture::join))
                .containsExactlyElementsOf(
                        commands.stream()
                                .flatMap(_ ->
                                        List.of(
                                                new Advanced(Outcome.MOVED, SENT),
                                                new Advanced(Outcome.MOVED, DONE))
                                                .stream())
                                .toList());
        assertThat(stranger.join().outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void whatWaitsWhenItClosesIsWritten() {
        store.enqueue(command, Optional.empty(), NOW).join();
        var answers =
                List.of(SENT, STARTED, DONE).stream()
                        .map(state ->
                                writer.advance(
                                        WORKSPACE,
                                        DEVICE,
                                        command.id(),
                                        Progress.of(state, null),
                                        NOW + 1))
                        .toList();

        writer.close();

        assertThat(answers).allMatch(answer -> answer.join().outcome() == Outcome.MOVED);
    }

    @Test
    void anotherDeviceHasNoSay() {
        store.enqueue(command, Optional.empty(), NOW).join();

        var foreign =
                writer.advance(
                                WORKSPACE,
                                Ids.next(),
                                command.id(),
                                new Progress(DONE, null, true, null, null, null, null),
                                NOW)
                        .join();

        assertThat(foreign.outcome()).isEqualTo(Outcome.FOREIGN);
        assertThat(state()).isEqualTo(QUEUED);
    }

    @Test
    void whatNeverLeftHasCostNothing() {
        var other = Samples.command(2_000);
        for (var one : List.of(command, other)) {
            var spending =
                    new Spending(
                            DEVICE, one.id(), "motor_spin", 100, one.expiresAt(), NOW + 60_000);
            store.enqueue(one, Optional.of(spending), NOW).join();
        }
        assertThat(spent()).contains(command.id(), other.id());

        advance(Progress.of(EXPIRED, "never_sent"));
        writer.advance(WORKSPACE, DEVICE, other.id(), Progress.of(FAILED, "unconfirmed"), NOW)
                .join();

        assertThat(spent()).doesNotContain(command.id()).contains(other.id());
    }

    private List<UUID> spent() {
        return store.spent(bus.partition(WORKSPACE), NOW).join().stream()
                .map(Spending::id)
                .toList();
    }

    @Test
    void aCommandIsBoundToOneBoot() {
        var held = command.boundTo(Command.ANY_BOOT);
        store.enqueue(held, Optional.empty(), NOW).join();

        assertThat(store.bind(held, 7).join()).isTrue();
        assertThat(store.bind(held, 8).join()).isFalse();

        var stored = store.find(WORKSPACE, command.id()).join().orElseThrow();
        assertThat(stored.command().boot()).isEqualTo(7);
    }

    private List<Command> given(Device device, int number) {
        var commands =
                IntStream.range(0, number)
                        .mapToObj(_ ->
                                Command.manual(
                                        Ids.next(),
                                        device,
                                        Command.MANUAL,
                                        "motor_spin",
                                        Map.of(),
                                        NOW,
                                        2_000,
                                        3_600_000,
                                        Samples.EPOCH,
                                        Samples.BOOT,
                                        ""))
                        .toList();
        commands.stream()
                .map(one -> store.enqueue(one, Optional.empty(), NOW))
                .toList()
                .forEach(CompletableFuture::join);
        return commands;
    }

    private void advance(Command one, CommandState state, boolean acked, long at) {
        var progress = new Progress(state, null, acked, null, null, null, null);
        writer.advance(WORKSPACE, one.deviceId(), one.id(), progress, at).join();
    }

    @Test
    void aBoardLeavesOnlySoManyUnfinished() {
        var device = rig.device(WORKSPACE, Ids.next());
        var commands = given(device, CommandStore.MOST_UNFINISHED);
        assertThat(commands).allMatch(one -> store.find(WORKSPACE, one.id()).join().isPresent());

        assertThatThrownBy(() -> given(device, 1))
                .hasCauseInstanceOf(Problem.class)
                .hasMessageContaining("256 commands");

        advance(commands.getFirst(), STARTED, true, NOW + 1);
        assertThatThrownBy(() -> given(device, 1)).hasCauseInstanceOf(Problem.class);
        advance(commands.getFirst(), DONE, true, NOW + 2);
        assertThat(given(device, 1)).hasSize(1);
        assertThat(given(rig.device(WORKSPACE, Ids.next()), 1)).hasSize(1);
    }

    @Test
    void theOldestFailuresOfABoardMakeRoom() {
        var commands = given(rig.device(WORKSPACE, Ids.next()), ProgressWriter.MOST_FAILED + 1);
        for (int i = 0; i < commands.size(); i++) {
            advance(commands.get(i), FAILED, false, NOW + i);
        }

        var usual = CommandStore.KEEP_FINAL.toMillis();
        assertThat(lifeMs(commands.getFirst())).isBetween(1L, usual);
        assertThat(lifeMs(commands.get(1))).isGreaterThan(usual);
        advance(commands.getLast(), DONE, true, NOW + 1_000);
        assertThat(lifeMs(commands.getLast())).isBetween(1L, usual);
    }

    private long lifeMs(Command one) {
        var key = CommandStore.key(bus.partition(WORKSPACE), one.id());
        return bus.call(LIFE, List.of(key), List.of()).join().number(0);
    }

    @Test
    void allThatIsUnfinishedIsReadPageByPage() {
        var ids = new ArrayList<UUID>();
        for (int i = 0; i < 12; i++) {
            given(rig.device(WORKSPACE, Ids.next()), 200).forEach(one -> ids.add(one.id()));
        }

        assertThat(store.pending(bus.partition(WORKSPACE))).containsAll(ids);
    }

    @Test
    void anUnknownCommandIsSaidToBeUnknown() {
        assertThat(advance(DONE, true)).isEqualTo(new Advanced(Outcome.UNKNOWN, null));
    }

    @Test
    void eachNewsIsOnTheStreamOnce() throws InterruptedException {
        try (var reader = bus.feed(Stream.DEVICE, bus.partition(WORKSPACE)).from(null)) {
            store.enqueue(command, Optional.empty(), NOW).join();
            advance(Progress.sent(5));
            advance(Progress.sent(6));
            advance(new Progress(ACCEPTED, null, true, null, 7L, null, null));
            advance(new Progress(ACCEPTED, null, true, null, 8L, null, null));
            advance(new Progress(DONE, "a \"reason\"", true, null, 9L, 10L, 11L));

            var changes = new ArrayList<CommandChanged>();
            var types = new ArrayList<String>();
            while (changes.size() < 4) {
                var batch = reader.next(Duration.ofSeconds(5));
                assertThat(batch.entries()).isNotEmpty();
                for (var entry : batch.entries()) {
                    if (entry.field("id").equals(command.id().toString())) {
                        changes.add((CommandChanged) Json.read(entry.body(), DeviceEvent.class));
                        types.add(entry.type());
                    }
                }
            }

            assertThat(types)
                    .isEqualTo(
                            List.of(
                                    "command_changed",
                                    "command_sent",
                                    "command_changed",
                                    "command_done"));
            var last = changes.getLast();
            assertThat(last.reason()).isEqualTo("a \"reason\"");
            assertThat(last.hops().published()).isEqualTo(5);
            assertThat(last.hops().received()).isEqualTo(7);
            assertThat(last.hops().off()).isEqualTo(11);
            assertThat(last.args()).isEqualTo(command.args());
        }
    }
}
