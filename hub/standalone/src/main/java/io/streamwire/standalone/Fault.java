package io.streamwire.standalone;

import io.streamwire.virtualboard.VirtualBoard;
import java.time.Duration;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** What happens to a board, its link or its arming in one cycle of chaos, and how often. */
enum Fault {
    NOTHING(3),
    DISCONNECT(20) {
        @Override
        void happen(VirtualBoard board, RandomGenerator random) {
            board.dropConnection(Duration.ofMillis(random.nextInt(1_500)));
        }
    },
    REBOOT(15) {
        @Override
        void happen(VirtualBoard board, RandomGenerator random) {
            board.reboot();
        }
    },
    DUPLICATE_DELIVERY(15) {
        @Override
        void happen(VirtualBoard board, RandomGenerator random) {
            board.duplicateDelivery(true);
        }

        @Override
        void end(VirtualBoard board) {
            board.duplicateDelivery(false);
        }
    },
    LATE_DELIVERY(15) {
        @Override
        void happen(VirtualBoard board, RandomGenerator random) {
            board.delayDelivery(Duration.ofMillis(random.nextInt(20, 3_000)));
        }

        @Override
        void end(VirtualBoard board) {
            board.delayDelivery(Duration.ZERO);
        }
    },
    REPETITION(10) {
        @Override
        void happen(VirtualBoard board, RandomGenerator random) {
            board.repeatLastCommand();
        }
    },
    /** Forward as far as one likes; back only as much as a slow crystal loses between renewals. */
    CLOCK_SKEW(10) {
        @Override
        void happen(VirtualBoard board, RandomGenerator random) {
            board.skewClock(
                    Duration.ofMillis(
                            random.nextBoolean()
                                    ? random.nextInt(5_000)
                                    : -random.nextInt(SLOW_CLOCK_MS)));
        }
    },
    /** A stop of the device, and an arming by hand after it. */
    STOP(7),
    /** The same for everything in the workspace. */
    STOP_WORKSPACE(2),
    /** A new epoch without a stop. */
    ARM_AGAIN(3);

    private static final int SLOW_CLOCK_MS = 50;
    private static final int TOTAL = Arrays.stream(values()).mapToInt(fault -> fault.weight).sum();

    private final int weight;

    Fault(int weight) {
        this.weight = weight;
    }

    static Fault pick(RandomGenerator random) {
        var left = random.nextInt(TOTAL);
        for (var fault : values()) {
            left -= fault.weight;
            if (left < 0) {
                return fault;
            }
        }
        throw new IllegalStateException("weights do not add up");
    }

    /** What the board itself feels of it. */
    void happen(VirtualBoard board, RandomGenerator random) {}

    /** What has to be taken back when the cycle ends. */
    void end(VirtualBoard board) {}
}
