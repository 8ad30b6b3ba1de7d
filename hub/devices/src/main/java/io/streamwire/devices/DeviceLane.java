package io.streamwire.devices;

import io.streamwire.contract.CommandState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one board that it has not acknowledged yet, in order: some under way, the others
 * waiting for their turn, or until they keep within the limits of the board. Commands of one output
 * keep their order; one that has to wait does not hold up those of other outputs. Guarded by its
 * own lock.
 *
 * <pre>
 *   offer -> WAITING -> UNDER_WAY -> (answered, and the broker has let go of it: gone)
 *              ^            |
 *              +------------+  never left, nobody there, or the board came back
 *
 *   what was taken in while the board was offline is bound to the boot that comes back, and
 *   that is written down, before it is sent
 * </pre>
 */
final class DeviceLane {

    /** Most commands that wait for one board. */
    static final int MOST_WAITING = 100;

    static final String CANCELLED = "cancelled";
    static final String PAUSED = "paused";
    static final String OFFLINE = "device_offline";
    static final String BUSY = "busy";

    /** When nobody subscribes to the board's topic, it is about to come back or gone. */
    private static final long RETRY_MS = 200;

    /** A board that answers sooner spares the word that the broker has the command. */
    static final long TELL_SENT_MS = 100;

    private final int window;
    private final Way way;
    private final Map<UUID, Item> items = new LinkedHashMap<>();
    private final DutyLedger ledger = new DutyLedger();

    /** What the board has taken in and not ended, by id. */
    private final Map<UUID, Aboard> aboard = new HashMap<>();

    /** When it wakes itself up; 0 = it does not. */
    private long wakesAt;

    /** Where the commands go, and what is in the way. */
    interface Way {
        /** Whether a command may go now; it was admitted, but that was earlier. */
        Readiness readiness(Command command);

        /** What limits a command; null when the board does not have it any more. */
        @Nullable Restraint restraint(Command command);

        /**
         * Whether it is known what the board was told before, and it was told the limits in force.
         * Asked after {@link #restraint}, so that these are not newer.
         */
        boolean remembers(Command command);

        /** Calls for {@link #pump} then, ms since the epoch. */
        void wake(Command command, long at);

        /**
         * Writes down that a command is for the present boot and no other one; empty when that is
         * not known now, or somebody else did. Never blocks.
         */
        CompletableFuture<Optional<Command>> bind(Command command);

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
        /** Somebody paused the device. */
        PAUSED,
        /** The board is offline. */
        AWAY,
        /** It was meant for an earlier boot. */
        REBOOTED,
        /** A stop, or a later arm, came in between. */
        STOPPED
    }

    /** A command that waits on the board, or is on. */
    private record Aboard(Command command, long since) {}

    private static final class Item {
        private Command command;
        private boolean binding;
        private boolean underWay;
        private boolean maybeSent;
        private boolean nobodyThere;
        private boolean taken;
        private int sendings;

        /** Sendings that the client may repeat: the broker has not acknowledged them. */
        private int unsettled;

        private boolean answered;
        private @Nullable String heldBy;
        private long notBefore;
        private long sentAt;

        Item(Command command, boolean maybeSent) {
            this.command = command;
            this.maybeSent = maybeSent && command.bound();
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
        var item = items.get(id);
        if (item == null) {
            return;
        }
        // While its sending may come again, a board must not have forgotten it: it keeps its place.
        item.answered = true;
        item.underWay = true;
        item.taken = false;
        if (item.unsettled == 0) {
            items.remove(id);
            pump(now);
        }
    }

    /** A board's word on a command came: it may tell when its output was on. */
    synchronized void heard(UUID id, CommandState state, long now) {
        var moved = ledger.heard(id, state, now);
        switch (state) {
            case QUEUED, SENT -> {}
            case ACCEPTED, STARTED -> {
                var item = items.get(id);
                if (item != null && !item.answered) {
                    aboard.put(id, new Aboard(item.command, now));
                }
            }
            case DONE, REJECTED, EXPIRED, FAILED, ABORTED -> moved |= aboard.remove(id) != null;
        }
        if (moved && !items.isEmpty()) {
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

    /** Takes in what an earlier owner of the partition may have sent. */
    synchronized void restore(
            CommandStore.Spending spending,
            boolean hubOnly,
            long from,
            @Nullable CommandState state,
            long at) {
        ledger.restore(spending, hubOnly, from);
        if (state != null) {
            var _ = ledger.heard(spending.id(), state, at);
        }
    }

    /**
     * Cancels what surely never left.
     *
     * @param id null = all of it
     * @return how many
     */
    synchronized int cancel(@Nullable UUID id) {
        int cancelled = 0;
        for (var item : List.copyOf(items.values())) {
            if (!item.underWay && !item.maybeSent && (id == null || id.equals(item.command.id()))) {
                giveUp(item, CommandState.ABORTED, CANCELLED);
                cancelled++;
            }
        }
        return cancelled;
    }

    /** What is waiting or under way, in order, as people see it. */
    synchronized List<Queues.Queued> queue() {
        if (items.isEmpty()) {
            return List.of();
        }
        return inOrder().stream()
                .filter(item -> !item.answered)
                .map(item ->
                        new Queues.Queued(
                                item.command.id(),
                                item.command.command(),
                                item.command.args(),
                                item.command.source(),
                                item.underWay,
                                item.underWay ? null : item.heldBy,
                                Instant.ofEpochMilli(item.command.expiresAt())))
                .toList();
    }

    /** Whether a command could leave now, and else when. */
    synchronized DutyLedger.Fit fit(Command command, Restraint restraint, long now) {
        return ledger.fit(command, restraint, now);
    }

    /** What is left to a command within the limits of the board. */
    synchronized DutyLedger.Left left(String command, Restraint restraint, long now) {
        return ledger.left(command, restraint, now);
    }

    /**
     * The board, or our line to the broker, came back: what was not acknowledged may be lost and
     * goes again. The board knows the ids it has had.
     */
    synchronized void returned(long now) {
        aboard.clear(); // a board that was away has broken everything off
        items.values().forEach(item -> item.underWay = item.answered);
        pump(now);
    }

    /** Sends what may go, gives up what may not any more. */
    synchronized void pump(long now) {
        if (items.isEmpty()) {
            return;
        }
        // The last word of some may have been lost.
        aboard.values().removeIf(one -> now >= one.command().confirmBy());
        var underWay = items.values().stream().filter(item -> item.underWay).count();
        var held = new Held();
        for (var item : inOrder()) {
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
                case PAUSED -> item.heldBy = PAUSED;
                case AWAY -> away(item);
                case GO -> {
                    if (item.binding) {
                        held.hold(item, Long.MAX_VALUE);
                    } else if (now < item.notBefore) {
                        held.hold(item, item.notBefore); // no later one of its output goes first
                    } else if (underWay < window
                            && held.lets(item)
                            && keepsLimits(item, held, now)) {
                        if (item.command.bound()) {
                            underWay++;
                            send(item, now);
                        } else {
                            held.hold(item, Long.MAX_VALUE);
                            bind(item, now);
                        }
                    }
                }
            }
        }
        if (held.until < Long.MAX_VALUE && (wakesAt <= now || held.until < wakesAt)) {
            wakesAt = held.until;
            way.wake(items.values().iterator().next().command, held.until);
        }
    }

    private static void away(Item item) {
        if (item.command.bound()) {
            item.nobodyThere = true;
        } else {
            item.heldBy = OFFLINE;
        }
    }

    private void bind(Item item, long now) {
        item.binding = true;
        var _ =
                way.bind(item.command)
                        .exceptionally(_ -> Optional.empty())
                        .thenAccept(bound -> bound(item, bound, now));
    }

    private synchronized void bound(Item item, Optional<Command> bound, long at) {
        item.binding = false;
        bound.ifPresentOrElse(
                command -> item.command = command, () -> item.notBefore = at + RETRY_MS);
        way.wake(item.command, at);
    }

    /** The most urgent ones first, and in the order in which they came. */
    private List<Item> inOrder() {
        var order = new ArrayList<>(items.values());
        var urgency = order.getFirst().command.urgency();
        if (order.stream().anyMatch(item -> item.command.urgency() != urgency)) {
            order.sort(Comparator.comparingInt((Item item) -> item.command.urgency()).reversed());
        }
        return order;
    }

    /** The outputs whose turn it is not, in one pump. */
    private static final class Held {
        private Map<String, Item> first = Map.of();
        private long until = Long.MAX_VALUE;

        /** Whether it may go; one that may not waits for what the first one of its output does. */
        boolean lets(Item item) {
            var before = first.get(item.command.command());
            if (before != null) {
                item.heldBy = before.heldBy;
            }
            return before == null;
        }

        void hold(Item item, long at) {
            if (first.isEmpty()) {
                first = new HashMap<>();
            }
            first.putIfAbsent(item.command.command(), item);
            until = Math.min(until, at);
        }
    }

    /** Whether a command may leave; one that may not in time is given up. */
    private boolean keepsLimits(Item item, Held held, long now) {
        var command = item.command;
        var restraint = way.restraint(command);
        if (restraint == null) {
            giveUp(item, CommandState.REJECTED, Admission.Reason.COMMAND_NOT_ALLOWED.code());
            return false;
        }
        if (restraint.limit().violation(command.args()).isPresent()) {
            giveUp(item, CommandState.REJECTED, Admission.Reason.OUT_OF_RANGE.code());
            return false;
        }
        if (!restraint.hubOnly() && aboard(command.command()) >= restraint.mostAboard()) {
            item.heldBy = BUSY;
            held.hold(item, Long.MAX_VALUE);
            return false;
        }
        if (restraint.free()) {
            return true;
        }
        if (!way.remembers(command)) {
            held.hold(item, Long.MAX_VALUE);
            return false;
        }
        var fit = ledger.fit(command, restraint, now);
        var reason = fit.reason();
        if (reason == null) {
            return true;
        }
        if (fit.soonest() >= command.expiresAt()) {
            giveUp(item, CommandState.REJECTED, reason);
            return false;
        }
        item.heldBy = reason;
        held.hold(item, fit.at());
        return false;
    }

    /** How many commands of an output the board has, or will have. */
    private int aboard(String output) {
        int count = 0;
        for (var one : aboard.values()) {
            count += one.command().command().equals(output) ? 1 : 0;
        }
        for (var item : items.values()) {
            var coming = item.underWay && !item.answered;
            count += coming && item.command.command().equals(output) ? 1 : 0;
        }
        return count;
    }

    private void send(Item item, long now) {
        item.heldBy = null;
        var restraint = way.restraint(item.command);
        if (restraint != null) {
            ledger.sent(item.command, restraint, now);
        }
        item.underWay = true;
        item.taken = false;
        item.sentAt = now;
        var sending = new Sending(item, ++item.sendings, item.maybeSent, now);
        item.maybeSent = true;
        item.unsettled++;
        var _ =
                way.send(item.command)
                        .whenComplete((taken, failure) -> settled(sending, taken, failure));
    }

    /** The client will not repeat a sending, or only when it is too late for the board. */
    private synchronized void settled(
            Sending sending, MqttLine.@Nullable Taken taken, @Nullable Throwable failure) {
        var item = sending.item();
        item.unsettled--;
        if (item.answered) {
            if (item.unsettled == 0
                    && items.remove(item.command.id(), item)
                    && items.values().stream().anyMatch(other -> !other.underWay)) {
                way.wake(item.command, sending.at()); // a thread of the client must not send
            }
        } else if (taken != null) {
            taken(sending, taken);
        } else if (failure instanceof MqttLine.NotSent) {
            retry(sending);
        }
    }

    /** One of the times that a command was handed over; only the last one's outcome counts. */
    private record Sending(Item item, int number, boolean maybeSentBefore, long at) {
        boolean last() {
            return number == item.sendings;
        }
    }

    private synchronized void taken(Sending sending, MqttLine.Taken taken) {
        if (!sending.last()) {
            return;
        }
        if (taken == MqttLine.Taken.DELIVERABLE) {
            sending.item().taken = true;
            return;
        }
        sending.item().nobodyThere = true;
        retry(sending);
    }

    private void tellSent(Item item) {
        item.taken = false; // once is enough
        way.sent(item.command);
    }

    private synchronized void retry(Sending sending) {
        if (!sending.last()) {
            return;
        }
        var item = sending.item();
        if (!sending.maybeSentBefore()) {
            ledger.neverLeft(item.command.id());
        }
        item.underWay = false;
        item.maybeSent = sending.maybeSentBefore();
        item.notBefore = sending.at() + RETRY_MS;
    }

    /** The board is no more: whatever waits or is under way is given up. */
    synchronized void abandon() {
        aboard.clear();
        for (var item : List.copyOf(items.values())) {
            if (item.answered) {
                items.remove(item.command.id());
            } else {
                giveUp(item, CommandState.ABORTED, "stopped");
            }
        }
    }

    private void expire(Item item) {
        if (item.maybeSent) {
            items.remove(item.command.id()); // only the board knows; else the sweeper fails it
        } else if (item.nobodyThere) {
            giveUp(item, CommandState.FAILED, OFFLINE);
        } else {
            giveUp(item, CommandState.EXPIRED, item.heldBy == null ? "never_sent" : item.heldBy);
        }
    }

    private void giveUp(Item item, CommandState state, String reason) {
        items.remove(item.command.id());
        // What may have been sent is failed instead, which an acknowledgement still corrects.
        way.givenUp(item.command, item.maybeSent ? CommandState.FAILED : state, reason);
    }

    /** Takes a command back that was certainly never sent; false when it may have been. */
    synchronized boolean withdraw(UUID id) {
        var item = items.get(id);
        if (item == null || item.underWay || item.maybeSent) {
            return false;
        }
        giveUp(item, CommandState.ABORTED, "cancelled");
        return true;
    }

    /** What no board has answered since before a time, and what others wait for since then. */
    synchronized List<Command> unanswered(long before) {
        var commands = new ArrayList<Command>();
        var somethingWaits = false;
        for (var item : items.values()) {
            somethingWaits |= !item.underWay;
            if (item.underWay && !item.answered && item.sentAt < before) {
                commands.add(item.command);
            }
        }
        if (somethingWaits) {
            for (var one : aboard.values()) {
                if (one.since() < before) {
                    commands.add(one.command());
                }
            }
        }
        return commands;
    }

    /** What is waiting or under way, in order. */
    synchronized List<Command> commands() {
        var commands = new ArrayList<Command>();
        for (var item : items.values()) {
            if (!item.answered) {
                commands.add(item.command);
            }
        }
        return commands;
    }
}
