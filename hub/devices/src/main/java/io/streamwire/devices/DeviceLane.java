package io.streamwire.devices;

import io.streamwire.contract.CommandState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The commands of one board that it has not acknowledged yet, in order: some under way, the others
 * waiting for their turn. Guarded by its own lock.
 *
 * <pre>
 *   offer -> WAITING -> UNDER_WAY -> (answered: gone)
 *              ^            |
 *              +------------+  never left, nobody there, or the board came back
 * </pre>
 */
final class DeviceLane {

    /** Most commands that wait for one board. */
    static final int MOST_WAITING = 100;

    /** When nobody subscribes to the board's topic, it is about to come back or gone. */
    private static final long RETRY_MS = 200;

    /** A board that answers sooner spares the word that the broker has the command. */
    static final long TELL_SENT_MS = 100;

    private final int window;
    private final Way way;
    private final Map<UUID, Item> items = new LinkedHashMap<>();

    /** Where the commands go, and what is in the way. */
    interface Way {
        /** Whether a command may go now; it was admitted, but that was earlier. */
        Readiness readiness(Command command);

        /** Hands a command to the broker; never blocks. */
        CompletableFuture<MqttLine.Taken> send(Command command);

        /** The broker has it, and the board has not answered at once. */
        void sent(Command command);

        /** It will never be sent (again). */
        void givenUp(Command command, CommandState state, String reason);
    }

    /** See {@link Way#readiness}. */
    enum Readiness {
        GO,
        WAIT,
        /** The board is offline. */
        AWAY,
        /** It was meant for an earlier boot. */
        REBOOTED,
        /** A stop, or a later arm, came in between. */
        STOPPED
    }

    private static final class Item {
        private final Command command;
        private boolean underWay;
        private boolean maybeSent;
        private boolean nobodyThere;
        private boolean taken;
        private long notBefore;
        private long sentAt;

        Item(Command command, boolean maybeSent) {
            this.command = command;
            this.maybeSent = maybeSent;
        }
    }

    /**
     * @param window most commands under way, fewer than the ids that the board remembers
     */
    DeviceLane(int window, Way way) {
        this.window = window;
        this.way = way;
    }

    /**
     * Takes a command in and sends what may go.
     *
     * @param maybeSent an earlier owner of the partition may have sent it already
     */
    synchronized void offer(Command command, boolean maybeSent, long now) {
        if (!items.containsKey(command.id())) {
            items.put(command.id(), new Item(command, maybeSent));
        }
        pump(now);
    }

    synchronized boolean full() {
        return items.values().stream().filter(item -> !item.underWay).count() >= MOST_WAITING;
    }

    synchronized boolean knows(UUID id) {
        return items.containsKey(id);
    }

    /** The board has acknowledged a command, or it is final for another reason. */
    synchronized void answered(UUID id, long now) {
        if (items.remove(id) != null) {
            pump(now);
        }
    }

    /** The board has acknowledged a command to somebody who does not know when it was sent. */
    synchronized void answeredElsewhere(UUID id, long now) {
        var item = items.get(id);
        if (item != null && item.taken) {
            tellSent(item);
        }
        answered(id, now);
    }

    /**
     * The board, or our line to the broker, came back: what was not acknowledged may be lost and
     * goes again. The board knows the ids it has had.
     */
    synchronized void returned(long now) {
        items.values().forEach(item -> item.underWay = false);
        pump(now);
    }

    /** Sends what may go, gives up what may not any more. */
    synchronized void pump(long now) {
        if (items.isEmpty()) {
            return;
        }
        var underWay = items.values().stream().filter(item -> item.underWay).count();
        for (var item : List.copyOf(items.values())) {
            if (item.underWay) {
                if (item.taken && now - item.sentAt >= TELL_SENT_MS) {
                    tellSent(item);
                }
                if (now >= item.command.confirmBy()) {
                    items.remove(item.command.id()); // the sweeper says what became of it
                }
                continue;
            }
            if (now >= item.command.expiresAt()) {
                expire(item);
                continue;
            }
            switch (way.readiness(item.command)) {
                case REBOOTED -> giveUp(item, CommandState.REJECTED, "rebooted");
                case STOPPED -> giveUp(item, CommandState.ABORTED, "stopped");
                case WAIT -> {}
                case AWAY -> item.nobodyThere = true;
                case GO -> {
                    if (underWay < window && now >= item.notBefore) {
                        underWay++;
                        send(item, now);
                    }
                }
            }
        }
    }

    private void send(Item item, long now) {
        item.underWay = true;
        item.taken = false;
        item.sentAt = now;
        var maybeSentBefore = item.maybeSent;
        item.maybeSent = true;
        var _ =
                way.send(item.command)
                        .whenComplete((taken, failure) -> {
                            if (failure == null) {
                                taken(item, taken, maybeSentBefore, now);
                            } else if (failure instanceof MqttLine.NotSent) {
                                retry(item, maybeSentBefore, now);
                            }
                        });
    }

    private void taken(Item item, MqttLine.Taken taken, boolean maybeSentBefore, long now) {
        synchronized (this) {
            if (taken == MqttLine.Taken.DELIVERABLE) {
                item.taken = true;
                return;
            }
            item.nobodyThere = true;
            retry(item, maybeSentBefore, now);
        }
    }

    private void tellSent(Item item) {
        item.taken = false; // once is enough
        way.sent(item.command);
    }

    private synchronized void retry(Item item, boolean maybeSentBefore, long now) {
        item.underWay = false;
        item.maybeSent = maybeSentBefore;
        item.notBefore = now + RETRY_MS;
    }

    private void expire(Item item) {
        if (item.maybeSent) {
            items.remove(item.command.id()); // only the board knows; else the sweeper fails it
        } else if (item.nobodyThere) {
            giveUp(item, CommandState.FAILED, "device_offline");
        } else {
            giveUp(item, CommandState.EXPIRED, "never_sent");
        }
    }

    private void giveUp(Item item, CommandState state, String reason) {
        items.remove(item.command.id());
        // What may have been sent is failed instead, which an acknowledgement still corrects.
        way.givenUp(item.command, item.maybeSent ? CommandState.FAILED : state, reason);
    }

    /** What is under way since before a time. */
    synchronized List<Command> unanswered(long before) {
        return items.values().stream()
                .filter(item -> item.underWay && item.sentAt < before)
                .map(item -> item.command)
                .toList();
    }

    /** What is waiting or under way, in order. */
    synchronized List<Command> commands() {
        var commands = new ArrayList<Command>();
        items.values().forEach(item -> commands.add(item.command));
        return commands;
    }
}
