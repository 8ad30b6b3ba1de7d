package io.streamwire.devices;

import java.util.PriorityQueue;
import java.util.Random;

/** The time of an {@link EnvelopeModel}, and the bad ways between its hub and its board. */
final class EnvelopeWorld {

    final Random random;
    private final PriorityQueue<Later> agenda = new PriorityQueue<>();
    private long now = Samples.NOW;
    private long order;

    private record Later(long at, long order, Runnable task) implements Comparable<Later> {
        @Override
        public int compareTo(Later other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    EnvelopeWorld(Random random) {
        this.random = random;
    }

    long now() {
        return now;
    }

    /** The next place in the order of everything. */
    long turn() {
        return order++;
    }

    /** Lets everything happen that is due until then. */
    void goOn(long until) {
        while (!agenda.isEmpty() && agenda.element().at() <= until) {
            var later = agenda.remove();
            now = Math.max(now, later.at());
            later.task().run();
        }
        now = until;
    }

    void after(long ms, Runnable task) {
        agenda.add(new Later(now + ms, order++, task));
    }

    /** What a message's way does to it. */
    void carry(Runnable message) {
        if (random.nextInt(8) == 0) {
            return;
        }
        after(delay(), message);
        if (random.nextInt(8) == 0) {
            after(delay(), message);
        }
    }

    long delay() {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt(5_000);
            case 1 -> random.nextInt(400);
            default -> random.nextInt(10);
        };
    }
}
