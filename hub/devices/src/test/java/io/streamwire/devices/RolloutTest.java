package io.streamwire.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.streamwire.contract.Ids;
import io.streamwire.devices.Rollout.Progress;
import io.streamwire.devices.Rollout.State;
import io.streamwire.devices.Rollout.Step;
import io.streamwire.devices.Rollout.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RolloutTest {

    private static final Instant NOW = Instant.ofEpochMilli(Samples.NOW);

    private static Rollout rollout(State state, int stage, @Nullable Instant stageDoneAt) {
        return new Rollout(
                Ids.next(),
                Samples.WORKSPACE,
                Ids.next(),
                state,
                null,
                List.of(50, 100),
                stage,
                1_000,
                1,
                stageDoneAt,
                NOW,
                NOW);
    }

    /** One device per progress, half of them in each stage. */
    private static List<Target> targets(Progress... progresses) {
        var targets = new ArrayList<Target>();
        for (int i = 0; i < progresses.length; i++) {
            targets.add(
                    new Target(
                            Ids.next(),
                            i < progresses.length / 2 ? 0 : 1,
                            progresses[i],
                            null,
                            null,
                            null,
                            NOW));
        }
        return targets;
    }

    @Test
    void offersToTheDevicesOfThePresentStageOnly() {
        var targets = targets(Progress.WAITING, Progress.WAITING);

        assertThat(rollout(State.RUNNING, 0, null).next(targets, NOW))
                .isEqualTo(new Step.Offer(List.of(targets.getFirst().deviceId())));
    }

    @Test
    void waitsAfterAStageBeforeTheNext() {
        var targets = targets(Progress.DONE, Progress.WAITING);

        assertThat(rollout(State.RUNNING, 0, null).next(targets, NOW))
                .isEqualTo(new Step.StageDone());
        assertThat(rollout(State.RUNNING, 0, NOW).next(targets, NOW.plusMillis(999)))
                .isEqualTo(new Step.Nothing());
        assertThat(rollout(State.RUNNING, 0, NOW).next(targets, NOW.plusMillis(1_000)))
                .isEqualTo(new Step.NextStage());
    }

    @Test
    void moreFailuresThanAllowedEndIt() {
        var one = targets(Progress.FAILED, Progress.SKIPPED, Progress.WAITING, Progress.WAITING);
        var two = targets(Progress.FAILED, Progress.ROLLED_BACK, Progress.WAITING, Progress.DONE);

        assertThat(rollout(State.RUNNING, 0, null).next(one, NOW)).isEqualTo(new Step.StageDone());
        assertThat(rollout(State.RUNNING, 0, null).next(two, NOW))
                .isEqualTo(new Step.Finish(State.FAILED, Rollout.TOO_MANY_FAILURES));
    }

    @Test
    void endsWithTheLastStage() {
        assertThat(rollout(State.RUNNING, 1, null).next(targets(Progress.DONE, Progress.DONE), NOW))
                .isEqualTo(new Step.Finish(State.DONE, null));
    }

    @Test
    void doesNothingWhilePausedOrWhileDevicesInstall() {
        var targets = targets(Progress.WAITING, Progress.WAITING);
        var installing = targets(Progress.DOWNLOADING, Progress.WAITING);

        assertThat(rollout(State.PAUSED, 0, null).next(targets, NOW)).isEqualTo(new Step.Nothing());
        assertThat(rollout(State.RUNNING, 0, null).next(installing, NOW))
                .isEqualTo(new Step.Nothing());
    }

    @Test
    void everyStageHasAtLeastOneDeviceAndTheLastHasTheRest() {
        var stages = List.of(10, 50, 100);

        assertThat(List.of(0, 1, 2, 3, 4).stream().map(at -> Rollout.stageOf(at, 5, stages)))
                .containsExactly(0, 1, 1, 2, 2);
        assertThat(Rollout.stageOf(0, 1, stages)).isZero();
    }
}
