package io.streamwire.devices;

import static io.streamwire.devices.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.CommandState;
import io.streamwire.devices.DeviceCache.Known;
import io.streamwire.devices.DeviceLane.Readiness;
import io.streamwire.devices.MqttLine.NotSent;
import io.streamwire.devices.MqttLine.Taken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeviceLaneTest {

    private static final int WINDOW = 2;

    private final Road road = new Road();
    private final DeviceLane lane = new DeviceLane(WINDOW, road);

    /** A way whose broker answers when the test says so. */
    private static final class Road implements DeviceLane.Way {
        private final List<UUID> handedOver = new ArrayList<>();
        private final List<CompletableFuture<Taken>> answers = new ArrayList<>();
        private final List<UUID> sent = new ArrayList<>();
        private final List<String> givenUp = new ArrayList<>();
        private final List<CompletableFuture<Optional<Command>>> bindings = new ArrayList<>();
        private final List<Long> wakes = new ArrayList<>();
        private Readiness readiness = Readiness.GO;
        private Known known = Samples.motor();
        private boolean remembers = true;

        @Override
        public Readiness readiness(Command command) {
            return readiness;
        }

        @Override
        public @Nullable Restraint restraint(Command command) {
            return Restraint.of(known, command.command());
        }

        @Override
        public boolean remembers(Command command) {
            return remembers;
        }

        @Override
        public void wake(Command command, long at) {
            wakes.add(at);
        }

        @Override
        public CompletableFuture<Optional<Command>> bind(Command command) {
            var binding = new CompletableFuture<Optional<Command>>();
            bindings.add(binding);
            return binding;
        }

        @Override
        public CompletableFuture<Taken> send(Command command) {
            var answer = new CompletableFuture<Taken>();
            handedOver.add(command.id());
            answers.add(answer);
            return answer;
        }

        @Override
        public void sent(Command command) {
            sent.add(command.id());
        }

        @Override
        public void givenUp(Command command, CommandState state, String reason) {
            givenUp.add(state + " " + reason);
        }
    }

    @Test
    void whatWasHeldForABoardIsBoundToItsBootBeforeItLeaves() {
        var held = Samples.command(5_000).boundTo(Command.ANY_BOOT);
        road.readiness = Readiness.AWAY;
        lane.offer(held, true, NOW); // an earlier owner cannot have sent it
        assertThat(lane.queue().getFirst().waitsFor()).isEqualTo(DeviceLane.OFFLINE);

        road.readiness = Readiness.GO;
        lane.pump(NOW + 10);
        lane.pump(NOW + 11);
        assertThat(road.handedOver).isEmpty();
        assertThat(road.bindings).hasSize(1);
        road.bindings.getFirst().complete(Optional.of(held.boundTo(Samples.BOOT)));
        lane.pump(NOW + 12);

        assertThat(road.handedOver).containsExactly(held.id());
        assertThat(lane.commands().getFirst().boot()).isEqualTo(Samples.BOOT);
    }

    @Test
    void whatWaitedForABoardInVainHasSurelyExpired() {
        road.readiness = Readiness.AWAY;
        lane.offer(Samples.command(1_000).boundTo(Command.ANY_BOOT), false, NOW);

        lane.pump(NOW + 1_001);

        assertThat(road.givenUp).containsExactly("expired device_offline");
    }

    @Test
    void keepsTheOrderAndTheWindow() {
        var commands =
                List.of(Samples.command(2_000), Samples.command(2_000), Samples.command(2_000));
        commands.forEach(command -> lane.offer(command, false, NOW));
        var ids = commands.stream().map(Command::id).toList();

        assertThat(road.handedOver).isEqualTo(ids.subList(0, 2));

        road.answers.getFirst().complete(Taken.DELIVERABLE);
        lane.answered(ids.getFirst(), NOW);

        assertThat(road.handedOver).isEqualTo(ids);
    }

    @Test
    void whatTheBrokerHasNotAcknowledgedKeepsItsPlaceWhenTheBoardHasAnswered() {
        var commands =
                List.of(Samples.command(2_000), Samples.command(2_000), Samples.command(2_000));
        commands.forEach(command -> lane.offer(command, false, NOW));
        var ids = commands.stream().map(Command::id).toList();

        lane.answered(ids.getFirst(), NOW + 1);
        lane.returned(NOW + 2);

        assertThat(road.handedOver).containsExactly(ids.get(0), ids.get(1), ids.get(1));
        assertThat(lane.unanswered(NOW + 3)).containsExactly(commands.get(1));
        assertThat(lane.queue())
                .extracting(Queues.Queued::id)
                .containsExactly(ids.get(1), ids.get(2));

        road.answers.getFirst().complete(Taken.DELIVERABLE);
        assertThat(road.wakes).isNotEmpty();
        lane.pump(NOW + 4);

        assertThat(road.handedOver).endsWith(ids.get(2)).hasSize(4);
        assertThat(lane.knows(ids.getFirst())).isFalse();
    }

    @Test
    void everySendingOfACommandHasToBeSettled() {
        var command = Samples.command(2_000);
        lane.offer(command, false, NOW);
        lane.returned(NOW + 1);
        lane.answered(command.id(), NOW + 2);

        road.answers.getLast().complete(Taken.DELIVERABLE);
        assertThat(lane.knows(command.id())).isTrue();
        road.answers.getFirst().completeExceptionally(new TimeoutException());

        assertThat(lane.knows(command.id())).isFalse();
    }

    @Test
    void nothingKeepsItsPlaceForEver() {
        var command = Samples.command(2_000);
        lane.offer(command, false, NOW);
        lane.answered(command.id(), NOW + 1);

        lane.pump(command.confirmBy());

        assertThat(lane.knows(command.id())).isFalse();
        assertThat(road.givenUp).isEmpty();
    }

    @Test
    void theSameCommandGoesOnce() {
        var command = Samples.command(2_000);

        lane.offer(command, false, NOW);
        lane.offer(command, true, NOW);

        assertThat(road.handedOver).containsExactly(command.id());
    }

    @Test
    void tellsThatTheBrokerHasWhatTheBoardDoesNotAnswer() {
        var command = Samples.command(2_000);
        lane.offer(command, false, NOW);
        lane.pump(NOW + DeviceLane.TELL_SENT_MS);

        assertThat(road.sent).isEmpty();

        road.answers.getFirst().complete(Taken.DELIVERABLE);
        lane.pump(NOW + DeviceLane.TELL_SENT_MS - 1);

        assertThat(road.sent).isEmpty();

        lane.pump(NOW + DeviceLane.TELL_SENT_MS);
        lane.pump(NOW + DeviceLane.TELL_SENT_MS + 1);

        assertThat(road.sent).containsExactly(command.id());
    }

    @Test
    void theWordThatTheBrokerHasItIsSparedWhenTheBoardAnswers() {
        var quick = Samples.command(2_000);
        var elsewhere = Samples.command(2_000);
        lane.offer(quick, false, NOW);
        lane.offer(elsewhere, false, NOW);
        road.answers.forEach(answer -> answer.complete(Taken.DELIVERABLE));

        lane.answered(quick.id(), NOW + 1);
        lane.answeredElsewhere(elsewhere.id(), NOW + 1);
        lane.pump(NOW + DeviceLane.TELL_SENT_MS);

        assertThat(road.sent).containsExactly(elsewhere.id());
        assertThat(lane.commands()).isEmpty();
    }

    @Test
    void whatNeverLeftIsTriedAgainAndExpiresInTheEnd() {
        var command = Samples.command(2_000);
        lane.offer(command, false, NOW);
        road.answers.getFirst().completeExceptionally(new NotSent("no connection"));

        lane.pump(NOW + 500);
        road.answers.getLast().completeExceptionally(new NotSent("no connection"));
        lane.pump(NOW + 2_000);

        assertThat(road.handedOver).hasSize(2);
        assertThat(road.givenUp).containsExactly("expired never_sent");
        assertThat(lane.commands()).isEmpty();
    }

    @Test
    void whatNobodyListensToFailsAsOffline() {
        lane.offer(Samples.command(2_000), false, NOW);
        road.answers.getFirst().complete(Taken.NOBODY_THERE);

        lane.pump(NOW + 2_000);

        assertThat(road.sent).isEmpty();
        assertThat(road.givenUp).containsExactly("failed device_offline");
    }

    @Test
    void whatMayHaveBeenSentIsNeverCalledExpired() {
        road.readiness = Readiness.WAIT;
        lane.offer(Samples.command(2_000), true, NOW);

        lane.pump(NOW + 2_000);

        assertThat(road.givenUp).isEmpty();
        assertThat(lane.commands()).isEmpty();
    }

    @Test
    void aStopAbortsWhatWaits() {
        road.readiness = Readiness.WAIT;
        lane.offer(Samples.command(2_000), false, NOW);

        road.readiness = Readiness.STOPPED;
        lane.pump(NOW + 10);

        assertThat(road.givenUp).containsExactly("aborted stopped");
        assertThat(road.handedOver).isEmpty();
    }

    @Test
    void aStopLeavesWhatIsUnderWayToTheBoard() {
        var command = Samples.command(2_000);
        lane.offer(command, false, NOW);

        road.readiness = Readiness.STOPPED;
        lane.pump(NOW + 10);

        assertThat(road.givenUp).isEmpty();
        assertThat(lane.knows(command.id())).isTrue();
    }

    @Test
    void namesWhatNobodyHasAnsweredForLong() {
        var command = Samples.command(2_000);
        lane.offer(command, false, NOW);
        lane.offer(Samples.command(2_000), false, NOW + 100);

        assertThat(lane.unanswered(NOW)).isEmpty();
        assertThat(lane.unanswered(NOW + 1)).containsExactly(command);
    }

    @Test
    void nothingGoesToAnotherBoot() {
        road.readiness = Readiness.REBOOTED;
        lane.offer(Samples.command(2_000), false, NOW);
        lane.offer(Samples.command(2_000), true, NOW);

        assertThat(road.handedOver).isEmpty();
        assertThat(road.givenUp).containsExactly("rejected rebooted", "failed rebooted");
    }

    @Test
    void whatTheBoardDidNotAcknowledgeGoesAgainWhenItReturns() {
        var command = Samples.command(2_000);
        lane.offer(command, false, NOW);
        road.answers.getFirst().complete(Taken.DELIVERABLE);

        lane.returned(NOW + 500);

        assertThat(road.handedOver).containsExactly(command.id(), command.id());
    }

    @Test
    void aFullQueueSaysSo() {
        road.readiness = Readiness.WAIT;
        for (int i = 0; i < DeviceLane.MOST_WAITING; i++) {
            assertThat(lane.full()).isFalse();
            lane.offer(Samples.command(2_000), false, NOW);
        }

        assertThat(lane.full()).isTrue();
    }

    @Test
    void waitsUntilTheGapIsOverAndWakesItselfUp() {
        road.known = Samples.limited(500, 100, null);
        var first = Samples.command(2_000);
        var second = Samples.command(2_000);
        lane.offer(first, false, NOW);
        lane.offer(second, false, NOW);

        lane.heard(first.id(), CommandState.STARTED, NOW + 5);
        lane.answered(first.id(), NOW + 5);

        assertThat(road.handedOver).containsExactly(first.id());
        assertThat(road.wakes).endsWith(NOW + 5 + 100 + 500);

        lane.pump(NOW + 604);
        assertThat(road.handedOver).hasSize(1);
        lane.pump(NOW + 605);
        assertThat(road.handedOver).containsExactly(first.id(), second.id());
    }

    @Test
    void whatCannotKeepTheLimitsInTimeIsRejectedAtOnce() {
        road.known = Samples.limited(5_000, 100, null);
        var first = Samples.command(2_000);
        lane.offer(first, false, NOW);
        lane.heard(first.id(), CommandState.STARTED, NOW + 5);
        lane.heard(first.id(), CommandState.DONE, NOW + 105);
        lane.answered(first.id(), NOW + 105);

        lane.offer(Samples.command(2_000), false, NOW + 200);

        assertThat(road.givenUp).containsExactly("rejected min_gap");
    }

    @Test
    void whatABoardsSilenceHoldsBackExpiresWithTheReason() {
        road.known = Samples.limited(1, 100, null);
        lane.offer(Samples.command(2_000), false, NOW);
        lane.offer(Samples.command(2_000), false, NOW);

        assertThat(road.givenUp).isEmpty();
        lane.pump(NOW + 2_000);

        assertThat(road.givenUp).containsExactly("expired min_gap");
    }

    @Test
    void oneOutputThatWaitsDoesNotHoldUpAnother() {
        road.known = Samples.limited(500, 100, null);
        var first = Samples.command(2_000);
        var light = Samples.light(2_000);
        lane.offer(first, false, NOW);
        lane.offer(Samples.command(2_000), false, NOW);
        lane.offer(light, false, NOW);

        assertThat(road.handedOver).containsExactly(first.id(), light.id());
    }

    @Test
    void aBoardGetsNoMoreOfOneOutputThanItIsSureToTakeIn() {
        var wide = new DeviceLane(16, road);
        var spins = Stream.generate(() -> Samples.command(2_000)).limit(7).toList();
        var light = Samples.light(2_000);
        road.known = Samples.limited(0, 100, null);
        Stream.concat(spins.stream(), Stream.of(light))
                .forEach(command -> wide.offer(command, false, NOW));
        var ids = spins.stream().map(Command::id).toList();
        var first = new ArrayList<>(ids.subList(0, Restraint.MOST_ABOARD));
        first.add(light.id());
        assertThat(road.handedOver).isEqualTo(first);

        for (var id : first) {
            wide.heard(id, CommandState.ACCEPTED, NOW + 10);
            wide.answered(id, NOW + 10);
        }
        assertThat(road.handedOver).as("taken in is not over").isEqualTo(first);
        assertThat(wide.queue()).extracting(Queues.Queued::waitsFor).containsOnly(DeviceLane.BUSY);
        wide.heard(ids.getFirst(), CommandState.STARTED, NOW + 20);
        assertThat(road.handedOver).as("on is not over").isEqualTo(first);

        wide.heard(ids.getFirst(), CommandState.DONE, NOW + 120);
        assertThat(road.handedOver).endsWith(ids.get(Restraint.MOST_ABOARD)).hasSize(6);
        assertThat(wide.unanswered(NOW + 600))
                .as("the others may be over, and their word lost")
                .extracting(Command::id)
                .containsAll(ids.subList(1, Restraint.MOST_ABOARD));
        wide.returned(NOW + 700);
        assertThat(road.handedOver).as("a board that was away has room").endsWith(ids.getLast());
    }

    @Test
    void aWordThatIsLateOrLostHoldsNoPlaceForEver() {
        var wide = new DeviceLane(16, road);
        var spins = Stream.generate(() -> Samples.command(2_000)).limit(5).toList();
        var patient = Samples.command(20_000);
        spins.forEach(command -> wide.offer(command, false, NOW));
        List.copyOf(road.answers).forEach(answer -> answer.complete(Taken.DELIVERABLE));
        var first = spins.getFirst().id();
        wide.heard(first, CommandState.DONE, NOW + 10);
        wide.answered(first, NOW + 10);
        assertThat(road.handedOver).endsWith(spins.getLast().id());

        road.answers.getLast().complete(Taken.DELIVERABLE);
        wide.heard(first, CommandState.ACCEPTED, NOW + 20); // late
        for (var spin : spins.subList(1, 5)) {
            wide.heard(spin.id(), CommandState.ACCEPTED, NOW + 20);
            wide.answered(spin.id(), NOW + 20);
        }
        wide.offer(patient, false, NOW + 30);
        assertThat(road.handedOver).doesNotContain(patient.id());
        wide.heard(spins.get(1).id(), CommandState.DONE, NOW + 40);
        assertThat(road.handedOver).as("the late word took no place").endsWith(patient.id());

        var another = Samples.command(20_000);
        wide.offer(another, false, NOW + 50);
        assertThat(road.handedOver).doesNotContain(another.id());
        wide.pump(spins.getFirst().confirmBy());
        assertThat(road.handedOver).as("lost words").endsWith(another.id());
    }

    @Test
    void whatABusyBoardKeepsWaitingExpiresWithTheReason() {
        var wide = new DeviceLane(16, road);
        for (int i = 0; i <= Restraint.MOST_ABOARD; i++) {
            wide.offer(Samples.command(2_000), false, NOW);
        }

        wide.pump(NOW + 2_001);

        assertThat(road.givenUp).containsExactly("expired busy");
    }

    @Test
    void nothingLimitedLeavesBeforeThePastIsKnown() {
        road.known = Samples.limited(500, 100, null);
        road.remembers = false;
        var command = Samples.command(2_000);
        lane.offer(command, false, NOW);

        assertThat(road.handedOver).isEmpty();

        road.remembers = true;
        lane.pump(NOW + 100);

        assertThat(road.handedOver).containsExactly(command.id());
    }

    @Test
    void limitsThatBecameTighterHoldForWhatWaits() {
        road.readiness = Readiness.WAIT;
        lane.offer(Samples.command(2_000), false, NOW);

        road.known = Samples.motor(50);
        road.readiness = Readiness.GO;
        lane.pump(NOW + 1);

        assertThat(road.givenUp).containsExactly("rejected out_of_range");
    }

    @Test
    void theOutcomeOfAnEarlierSendingDoesNotUndoALaterOne() {
        road.known = Samples.limited(500, 100, null);
        var command = Samples.command(2_000);
        lane.offer(command, false, NOW);
        lane.returned(NOW + 10);

        road.answers.getFirst().completeExceptionally(new NotSent("no connection"));
        lane.offer(Samples.command(2_000), false, NOW + 20);

        assertThat(road.handedOver).containsExactly(command.id(), command.id());
    }

    @Test
    void onlyWhatNeverLeftIsTakenBack() {
        var commands =
                List.of(Samples.command(2_000), Samples.command(2_000), Samples.command(2_000));
        commands.forEach(command -> lane.offer(command, false, NOW));

        assertThat(lane.withdraw(commands.getFirst().id())).isFalse();
        assertThat(lane.withdraw(commands.getLast().id())).isTrue();
        assertThat(lane.withdraw(commands.getLast().id())).isFalse();

        assertThat(road.givenUp).containsExactly("aborted cancelled");
    }

    @Test
    void theMostUrgentLeavesFirstAndEqualOnesInTheirOrder() {
        road.readiness = Readiness.WAIT;
        var usual = Samples.command(2_000);
        var high = Samples.command(2_000).withPriority(9);
        var alsoHigh = Samples.command(2_000).withPriority(9);
        List.of(usual, high, alsoHigh).forEach(command -> lane.offer(command, false, NOW));

        road.readiness = Readiness.GO;
        lane.pump(NOW + 1);
        road.answers.getFirst().complete(Taken.DELIVERABLE);
        lane.answered(high.id(), NOW + 2);

        assertThat(road.handedOver).containsExactly(high.id(), alsoHigh.id(), usual.id());
    }
}
