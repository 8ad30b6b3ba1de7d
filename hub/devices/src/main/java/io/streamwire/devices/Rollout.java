package io.streamwire.devices;

import io.streamwire.contract.mqtt.OtaReport;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A firmware's way to devices, in stages.
 *
 * <pre>
 *   running <--> paused        a stage is done when each of its devices is done, failed, rolled back
 *      |           |           or skipped; the next one begins waitMs later
 *      v           v
 *   done | failed (more than maxFailures) | cancelled
 * </pre>
 *
 * @param stages percent of the devices, rising to 100
 * @param stage the present one, from 0
 * @param waitMs between a stage that is done and the next
 * @param maxFailures more stop it
 * @param stageDoneAt when the present stage was done
 */
record Rollout(
        UUID id,
        UUID workspaceId,
        UUID firmwareId,
        State state,
        @Nullable String reason,
        List<Integer> stages,
        int stage,
        long waitMs,
        int maxFailures,
        @Nullable Instant stageDoneAt,
        Instant createdAt,
        Instant updatedAt) {

    Rollout {
        stages = List.copyOf(stages);
    }

    /** Where it stands. */
    enum State {
        RUNNING,
        PAUSED,
        DONE,
        FAILED,
        CANCELLED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How far one device is; a later one of equal rank wins. */
    enum Progress {
        WAITING(0),
        OFFERED(1),
        DOWNLOADING(2),
        VERIFYING(3),
        INSTALLED(4),
        REBOOTING(5),
        /** It runs the new firmware. */
        DONE(6),
        /** It needs or may not get this firmware. */
        SKIPPED(6),
        FAILED(7),
        ROLLED_BACK(8);

        private final int rank;

        Progress(int rank) {
            this.rank = rank;
        }

        int rank() {
            return rank;
        }

        boolean under() {
            return rank > 0 && rank < DONE.rank;
        }

        boolean over() {
            return rank >= DONE.rank;
        }

        boolean failure() {
            return rank > DONE.rank;
        }

        static Progress of(OtaReport.Stage stage) {
            return switch (stage) {
                case DOWNLOADING -> DOWNLOADING;
                case VERIFYING -> VERIFYING;
                case INSTALLED -> INSTALLED;
                case REBOOTING -> REBOOTING;
                case FAILED -> FAILED;
                case ROLLED_BACK -> ROLLED_BACK;
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One device of a roll-out.
     *
     * @param stage in which it gets the firmware, from 0
     * @param pct how much is downloaded
     * @param fromVersion what it ran when it was offered the firmware
     */
    record Target(
            UUID deviceId,
            int stage,
            Progress state,
            @Nullable Integer pct,
            @Nullable String reason,
            @Nullable String fromVersion,
            Instant updatedAt) {}

    /** What to do next. */
    sealed interface Step {
        /** Offer it to these, if they can take it now. */
        record Offer(List<UUID> devices) implements Step {
            public Offer {
                devices = List.copyOf(devices);
            }
        }

        record StageDone() implements Step {}

        record NextStage() implements Step {}

        record Finish(State as, @Nullable String reason) implements Step {}

        record Nothing() implements Step {}
    }

    static final String TOO_MANY_FAILURES = "too_many_failures";

    /** Most devices that download at a time. */
    private static final int AT_ONCE = 20;

    /** Decides what to do next. Pure. */
    Step next(List<Target> targets, Instant now) {
        if (state != State.RUNNING) {
            return new Step.Nothing();
        }
        var failures = targets.stream().filter(target -> target.state().failure()).count();
        if (failures > maxFailures) {
            return new Step.Finish(State.FAILED, TOO_MANY_FAILURES);
        }
        var present = targets.stream().filter(target -> target.stage() <= stage).toList();
        if (!present.stream().allMatch(target -> target.state().over())) {
            var under = present.stream().filter(target -> target.state().under()).count();
            var waiting =
                    present.stream()
                            .filter(target -> target.state() == Progress.WAITING)
                            .map(Target::deviceId)
                            .toList();
            return waiting.isEmpty() || under >= AT_ONCE
                    ? new Step.Nothing()
                    : new Step.Offer(waiting);
        }
        if (present.size() == targets.size()) {
            return new Step.Finish(State.DONE, null);
        }
        if (stageDoneAt == null) {
            return new Step.StageDone();
        }
        return now.isBefore(stageDoneAt.plusMillis(waitMs))
                ? new Step.Nothing()
                : new Step.NextStage();
    }

    /** How many more may download now. */
    static int room(List<Target> targets) {
        var under = targets.stream().filter(target -> target.state().under()).count();
        return (int) Math.max(0, AT_ONCE - under);
    }

    /** The stage of the device at a place of the whole list, both from 0. */
    static int stageOf(int place, int devices, List<Integer> stages) {
        for (int stage = 0; stage < stages.size(); stage++) {
            if (place < Math.ceilDiv(devices * stages.get(stage), 100)) {
                return stage;
            }
        }
        return stages.size() - 1;
    }
}
